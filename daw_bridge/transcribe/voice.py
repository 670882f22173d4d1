"""One voice's notes, checked against its pitch.

A network that names keys hears a wide vibrato, a scoop or a slide as short notes a semitone beside
the one that is sung; a pitch tracker knows better. It errs by octaves where synths play, though, and
hears no note that is struck again: so it only takes away what it contradicts, where the network is
unsure or where a short note clings to its neighbour, and adds where a note slides to, which nothing
strikes. Chosen by figures: docs/decisions/0016-ensemble-by-figures.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from daw_bridge.core.notes import Note
from daw_bridge.core.percentiles import median
from daw_bridge.transcribe.swift_f0 import PitchTrack

VOICED = 0.5
"""A note whose frames mostly have less confidence is left alone."""

CONTRADICTED, UNSURE = 0.5, 0.8
"""A note that sounds so many semitones off its key is dropped below this confidence,"""
WAVERING, SHORT_S = 0.25, 0.15
"""and one that is off by less, when it is this short and a semitone from a note that it touches."""
TOUCHING_S = 0.03

CLEAR = 0.7
"""A slide is followed through frames of this confidence,"""
JUMP = 1.5
"""and no further than a step of so many semitones from frame to frame;"""
REACHED, REACHED_S = 0.35, 0.15
"""it has reached a key that it keeps to, most of the time within so many semitones, for so long."""
SLID_TO = 0.8
"""The confidence of what was slid to: a judgement, on the careful side."""


def corrected(notes: Iterable[Note], track: PitchTrack) -> tuple[Note, ...]:
    """The notes (of one voice) without those that `track` contradicts.

    A note that a neighbour's vibrato was taken for becomes part of the note before it.
    """
    heard = sorted(notes)
    pitches = [_heard_pitch(note, track) for note in heard]
    tuning = _tuning([p - note.pitch for note, p in zip(heard, pitches, strict=True) if p is not None])
    kept: list[Note] = []
    for index, (note, pitch) in enumerate(zip(heard, pitches, strict=True)):
        far = abs(pitch - tuning - note.pitch) if pitch is not None else 0.0
        before = bool(kept) and _beside(kept[-1], note)
        after = index + 1 < len(heard) and _beside(note, heard[index + 1])
        wavering = far >= WAVERING and note.duration_s < SHORT_S and (before or after)
        if not wavering and (far < CONTRADICTED or note.confidence >= UNSURE):
            kept.append(note)
        elif before:
            kept[-1] = replace(kept[-1], offset_s=note.offset_s)
    return tuple(kept)


def with_slides(notes: Iterable[Note], track: PitchTrack, duration_s: float) -> tuple[Note, ...]:
    """The notes (of one voice, in a clip of `duration_s`) and where they slide to: a glide leaves the key
    that was struck, which is silent from then on, and strikes no other.

    The key that it comes to is a note from where the slide begins. A key that is only passed, as in a scoop,
    gives its onset to the one that is reached.
    """
    struck = sorted(notes)
    pitches = [(note, _heard_pitch(note, track)) for note in struck if _rests(note, track)]
    tuning = _tuning([pitch - note.pitch for note, pitch in pitches if pitch is not None])
    line: list[Note] = []
    for index, note in enumerate(struck):
        until_s = struck[index + 1].onset_s if index + 1 < len(struck) else duration_s
        line += _slid(note, until_s, track, tuning)
    return tuple(line)


def _rests(note: Note, track: PitchTrack) -> bool:
    """Whether its pitch stays about where it is, vibrato or not."""
    key = track.key[track.frames(note.onset_s, note.offset_s)]
    return len(key) > 1 and abs(median(key[: len(key) // 2]) - median(key[len(key) // 2 :])) < REACHED


def _slid(note: Note, until_s: float, track: PitchTrack, tuning: float) -> list[Note]:
    """The note, and the key that its pitch goes on to and keeps longest before `until_s`, if there is one."""
    on_its_own = track.frames(note.onset_s, note.offset_s)
    after = slice(max(on_its_own.stop - 1, 0), track.frames(0.0, until_s).stop)
    if (after.stop - after.start) * track.hop_s < REACHED_S:
        return [note]
    key = track.key[after] - tuning
    leaps = np.abs(np.diff(key, prepend=key[:1])) > JUMP
    broken = np.flatnonzero(leaps | (track.confidence[after] < CLEAR))
    key = key[: broken[0]] if len(broken) else key
    if not len(key) or abs(key[0] - note.pitch) > JUMP:
        return [note]
    keys = np.rint(key).astype(int)
    edges = np.append(np.flatnonzero(np.diff(keys, prepend=keys[0] - 1)), len(keys))
    longest = int(np.argmax(np.diff(edges)))
    kept = key[edges[longest] : edges[longest + 1]]
    pitch = int(keys[edges[longest]])
    steady = np.count_nonzero(np.abs(kept - pitch) < REACHED)
    if pitch == note.pitch or len(kept) * track.hop_s < REACHED_S or 2 * steady < len(kept):
        return [note]
    held = slice(on_its_own.start, after.start + int(edges[longest]))
    on_key = np.flatnonzero(np.abs(track.key[held] - tuning - note.pitch) < REACHED)
    end_s = min((after.start + len(key)) * track.hop_s, until_s)
    if len(on_key) * track.hop_s < SHORT_S:  # only passed
        return [replace(note, pitch=pitch, offset_s=end_s)]
    leaves_s = (held.start + int(on_key[-1]) + 1) * track.hop_s
    return [replace(note, offset_s=leaves_s), Note(leaves_s, pitch, end_s, note.velocity, SLID_TO)]


def _tuning(off: list[float]) -> float:
    """How far the whole line lies off its keys, in semitones: a detuned synth, or an organ's 16' stop, which
    a tracker hears an octave low on every note."""
    if not off:
        return 0.0
    octaves = 12.0 * round(median(np.array(off)) / 12.0)
    return octaves + median(np.array([(distance + 0.5) % 1.0 - 0.5 for distance in off]))


def _heard_pitch(note: Note, track: PitchTrack) -> float | None:
    """The median pitch of the note's frames; None when most of them have none."""
    frames = track.frames(note.onset_s, note.offset_s)
    voiced = track.confidence[frames] >= VOICED
    if not 2 * np.count_nonzero(voiced) > len(voiced):
        return None
    return median(track.key[frames][voiced])


def _beside(first: Note, second: Note) -> bool:
    """Whether the second follows the first at once, a semitone from it."""
    return abs(first.pitch - second.pitch) == 1 and second.onset_s - first.offset_s < TOUCHING_S
