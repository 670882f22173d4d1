"""Notes moved in time: nothing begins before the bounce or ends before it begins; bends move along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.core.timing import Doubles

SHORTEST_S = 0.005
"""No edit makes a note shorter than this."""

Warp = Callable[[Doubles], Doubles]
"""Seconds from the bounce's first sample -> where they go."""


def onsets_s(notes: Iterable[Note]) -> Doubles:
    """When each note begins."""
    return np.array([note.onset_s for note in notes])


def offsets_s(notes: Iterable[Note]) -> Doubles:
    """When each note ends."""
    return np.array([note.offset_s for note in notes])


def velocities(notes: Iterable[Note]) -> Doubles:
    """How hard each note is played."""
    return np.array([note.velocity for note in notes], dtype=np.float64)


def notes_at(
    notes: Iterable[Note], onsets_s: Doubles, offsets_s: Doubles, velocities: Doubles | None = None
) -> list[Note]:
    """The notes from `onsets_s`, but not before the bounce, to `offsets_s`, but sounding at least shortly.

    With `velocities` they are played at these, rounded and 1 to 127.
    """
    onsets_s = np.maximum(onsets_s, 0.0)
    offsets_s = np.maximum(offsets_s, onsets_s + SHORTEST_S)
    if velocities is None:
        return [
            Note(onset_s, note.pitch, offset_s, note.velocity, note.confidence)
            for note, onset_s, offset_s in zip(notes, onsets_s.tolist(), offsets_s.tolist(), strict=True)
        ]
    whole = np.clip(np.rint(velocities), 1, 127).astype(int)
    rows = zip(notes, onsets_s.tolist(), offsets_s.tolist(), whole.tolist(), strict=True)
    return [
        Note(onset_s, note.pitch, offset_s, velocity, note.confidence)
        for note, onset_s, offset_s, velocity in rows
    ]


def note_at(note: Note, onset_s: float, offset_s: float) -> Note:
    """The same for one note."""
    onset_s = max(onset_s, 0.0)
    return Note(onset_s, note.pitch, max(offset_s, onset_s + SHORTEST_S), note.velocity, note.confidence)


def with_moved(part: Part, moved: Sequence[Note]) -> Part:
    """`part` with `moved`, a note for each of its notes in their order.

    Bends and controllers keep their places between the onsets around them.
    """
    return _with_events_at(part, moved, lambda times_s: _between(part.notes, moved, times_s))


def warped(part: Part, warp: Warp) -> Part:
    """`part` with all that it holds at `warp` of its time."""
    moved = notes_at(part.notes, warp(onsets_s(part.notes)), warp(offsets_s(part.notes)))
    return _with_events_at(part, moved, warp)


def _with_events_at(part: Part, notes: Sequence[Note], warp: Warp) -> Part:
    """`part` with `notes`, and each bend and controller at `warp` of its time, or at 0.

    Of those of a kind that come to stand at one time the last counts.
    """
    if not (part.bends or part.controllers):
        return part.with_notes(notes)
    bends_s = np.maximum(warp(np.array([bend.time_s for bend in part.bends])), 0.0)
    controllers_s = np.maximum(warp(np.array([controller.time_s for controller in part.controllers])), 0.0)
    bends = {
        time_s: Bend(time_s, bend.semitones)
        for time_s, bend in zip(bends_s.tolist(), part.bends, strict=True)
    }
    controllers = {
        (time_s, controller.number): Controller(time_s, controller.number, controller.value)
        for time_s, controller in zip(controllers_s.tolist(), part.controllers, strict=True)
    }
    return replace(
        part, notes=tuple(notes), bends=tuple(bends.values()), controllers=tuple(controllers.values())
    )


def without_overlaps(part: Part) -> Part:
    """`part` with no pitch sounding twice at once, and as long as its notes.

    A note is ended by the next of its pitch; two that begin together become one.
    """
    starts_s, ends_s = onsets_s(part.notes), offsets_s(part.notes)
    pitches = np.array([note.pitch for note in part.notes], dtype=np.int64)
    tidy: dict[int, Note | None] = {}
    for pitch in np.unique(pitches):
        of_pitch = np.flatnonzero(pitches == pitch)
        over_s = np.maximum.accumulate(ends_s[of_pitch])
        overlapping = np.flatnonzero(over_s[:-1] > starts_s[of_pitch[1:]]) + 1
        if overlapping.size:
            tidy |= _tidied(part.notes, of_pitch.tolist(), overlapping.tolist())
    duration_s = float(ends_s.max(initial=part.duration_s))
    if not tidy and duration_s == part.duration_s:
        return part
    kept: list[Note | None] = list(part.notes)
    for index, note in tidy.items():
        kept[index] = note
    notes = tuple([note for note in kept if note is not None])
    return part.with_ordered(notes, float(offsets_s(notes).max(initial=part.duration_s)))


def _tidied(notes: Sequence[Note], of_pitch: list[int], overlapping: list[int]) -> dict[int, Note | None]:
    """What becomes of the notes at the indices `of_pitch`, all of one pitch, where it is not the same.

    None stands for what has become one with the note before. `overlapping` counts in `of_pitch`: those
    that begin before an earlier one ends.
    """
    tidy: dict[int, Note | None] = {}
    standing: dict[int, int] = {}
    for place in overlapping:
        index, standing_place = of_pitch[place], standing.get(place - 1, place - 1)
        before_index = of_pitch[standing_place]
        note, before = notes[index], tidy.get(before_index) or notes[before_index]
        if before.offset_s <= note.onset_s:
            continue
        if note.onset_s - before.onset_s < SHORTEST_S:
            tidy[before_index], tidy[index] = _joined(before, note), None
            standing[place] = standing_place
        else:
            tidy[before_index] = Note(
                before.onset_s, before.pitch, note.onset_s, before.velocity, before.confidence
            )
    return tidy


def _joined(note: Note, other: Note) -> Note:
    return Note(
        note.onset_s,
        note.pitch,
        max(note.offset_s, other.offset_s),
        max(note.velocity, other.velocity),
        max(note.confidence, other.confidence),
    )


def _between(notes: Sequence[Note], moved: Sequence[Note], times_s: Doubles) -> Doubles:
    """Old times -> new times: onsets go to theirs, what lies between them in proportion. Never backwards."""
    if not notes:
        return times_s
    olds, first = np.unique(onsets_s(notes), return_index=True)
    news = np.maximum.accumulate(np.maximum(onsets_s(moved)[first], 0.0))
    beyond = np.minimum(times_s - olds[0], 0.0) + np.maximum(times_s - olds[-1], 0.0)
    return np.asarray(np.interp(times_s, olds, news) + beyond)
