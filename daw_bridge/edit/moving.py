"""Notes moved in time: nothing begins before the bounce or ends before it begins; bends move along."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

from daw_bridge.core.notes import Bend, Controller, Note, Part

SHORTEST_S = 0.005
"""No edit makes a note shorter than this."""


def note_at(note: Note, onset_s: float, offset_s: float) -> Note:
    """`note` from `onset_s`, but not before the bounce, to `offset_s`, but sounding at least shortly."""
    onset_s = max(onset_s, 0.0)
    return Note(onset_s, note.pitch, max(offset_s, onset_s + SHORTEST_S), note.velocity, note.confidence)


def with_moved(part: Part, moved: Sequence[Note]) -> Part:
    """`part` with `moved`, a note for each of its notes in their order.

    Bends and controllers keep their places between the onsets around them.
    """
    if not (part.bends or part.controllers):
        return part.with_notes(moved)
    return with_warped(part, moved, _warp(part.notes, moved))


def with_warped(part: Part, notes: Sequence[Note], warp: Callable[[float], float]) -> Part:
    """`part` with `notes`, and each bend and controller at `warp` of its time, or at 0.

    Of those of a kind that come to stand at one time the last counts.
    """
    bends: dict[float, Bend] = {}
    for bend in part.bends:
        time_s = max(warp(bend.time_s), 0.0)
        bends[time_s] = Bend(time_s, bend.semitones)
    controllers: dict[tuple[float, int], Controller] = {}
    for controller in part.controllers:
        time_s = max(warp(controller.time_s), 0.0)
        controllers[time_s, controller.number] = Controller(time_s, controller.number, controller.value)
    return replace(
        part, notes=tuple(notes), bends=tuple(bends.values()), controllers=tuple(controllers.values())
    )


def without_overlaps(part: Part) -> Part:
    """`part` with no pitch sounding twice at once, and as long as its notes.

    A note is ended by the next of its pitch; two that begin together become one.
    """
    kept: list[Note] = []
    last: dict[int, int] = {}
    for note in part.notes:
        index = last.get(note.pitch)
        if index is not None and kept[index].offset_s > note.onset_s:
            before = kept[index]
            if note.onset_s - before.onset_s < SHORTEST_S:
                kept[index] = _joined(before, note)
                continue
            kept[index] = replace(before, offset_s=note.onset_s)
        last[note.pitch] = len(kept)
        kept.append(note)
    tidy = replace(part, notes=tuple(kept))
    return replace(tidy, duration_s=max(part.duration_s, tidy.end_s))


def _joined(note: Note, other: Note) -> Note:
    return Note(
        note.onset_s,
        note.pitch,
        max(note.offset_s, other.offset_s),
        max(note.velocity, other.velocity),
        max(note.confidence, other.confidence),
    )


def _warp(notes: Sequence[Note], moved: Sequence[Note]) -> Callable[[float], float]:
    """Old times -> new times: onsets go to theirs, what lies between them in proportion. Never backwards."""
    olds: list[float] = []
    news: list[float] = []
    for note, new in zip(notes, moved, strict=True):
        if not olds or note.onset_s > olds[-1]:
            olds.append(note.onset_s)
            news.append(max(new.onset_s, news[-1] if news else 0.0))
    slopes = [
        (new_b - new_a) / (old_b - old_a)
        for (old_a, old_b), (new_a, new_b) in zip(
            itertools.pairwise(olds), itertools.pairwise(news), strict=True
        )
    ]

    def warp(time_s: float) -> float:
        index = bisect_right(olds, time_s) - 1
        if not olds or index < 0:
            return time_s + (news[0] - olds[0] if olds else 0.0)
        slope = slopes[index] if index < len(slopes) else 1.0
        return news[index] + slope * (time_s - olds[index])

    return warp
