"""One voice's notes, checked against its pitch.

A network that names keys hears a wide vibrato, a scoop or a slide as short notes a semitone beside
the one that is sung; a pitch tracker knows better. It errs by octaves where synths play, though, and
hears no note that is struck again: so it only takes away what it contradicts, where the network is
unsure or where a short note clings to its neighbour. Chosen by figures:
docs/decisions/0016-ensemble-by-figures.md.
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
