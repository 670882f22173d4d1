"""A voice's pitch within its notes -> bends: scoops, slides and vibrato, where there are any.

A tracker's pitch wavers by some cents, and jumps where one note hands over to the next; neither is a
bend. So a note bends only when its pitch leaves the key for long and far enough; what a whole
recording is off is its tuning, and no bend. Other notes stay at their keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from daw_bridge.core.notes import Bend, Note
from daw_bridge.core.percentiles import median
from daw_bridge.transcribe.swift_f0 import PitchTrack

VOICED = 0.7
"""Frames of less confidence are not listened to."""

JUMP = 1.5
"""Semitones from frame to frame: a voice slides, only a tracker that errs jumps so far."""

EDGE_S = 0.018
"""So close to its ends a note's pitch is mixed with its neighbour's."""

SETTLING_S = 0.06
"""What leaves the key for less than this, taken together, is no bend."""

FURTHEST = 1.5
"""Semitones: a note that is off its key by more, most of the time, is another one, and no bend."""

OCTAVE = 12.0

GRID_S = 0.01
"""Bends come no faster than this."""

TOLERANCE = 0.06
"""Semitones: how far a bend may lie off the pitch."""

RESET_S = 0.001
"""So long before the next note the wheel is back at its key's pitch,"""
RELEASE_S = 0.5
"""or so long after the last one: what dies away keeps its pitch."""

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sensitivity:
    """A note bends when its pitch is more than `least` semitones off its key."""

    least: float


FREE = Sensitivity(0.25)
"""For voices: they scoop, slide and shake."""
STRICT = Sensitivity(0.5)
"""For basses and leads: a synth's detuning and chorus are no bends."""


def bends(notes: Sequence[Note], track: PitchTrack, sensitivity: Sensitivity) -> tuple[Bend, ...]:
    """The bends of one voice's `notes` (sorted, none over another), as `track` follows it.

    Each note that bends starts at its own pitch, and the wheel is back at 0 before the next note.
    """
    curves = [_curve(note, track) for note in notes]
    heard = [median(curve) for curve in curves if len(curve)]
    tuning = median(np.array(heard)) if heard else 0.0
    found: list[Bend] = []
    for index, (note, curve) in enumerate(zip(notes, curves, strict=True)):
        if _moves(curve - tuning, sensitivity, track.hop_s):
            next_onset_s = notes[index + 1].onset_s if index + 1 < len(notes) else np.inf
            reset = Bend(min(note.offset_s + RELEASE_S, next_onset_s - RESET_S), 0.0)
            steps = _steps(note, _on_grid(curve - tuning, note, track))
            found += [*(step for step in steps if step.time_s < reset.time_s), reset]
    return tuple(found)


def _curve(note: Note, track: PitchTrack) -> Doubles:
    """Semitones above the key, for each frame of the note; unheard frames are drawn from their
    neighbours. Empty when less than half of the note has a pitch that hangs together. A constant octave
    is left out."""
    frames = track.frames(note.onset_s, note.offset_s)
    times_s, off = track.times_s[frames], track.key[frames] - note.pitch
    clear = (track.confidence[frames] >= VOICED) & (times_s >= note.onset_s + EDGE_S)
    heard = np.flatnonzero(clear & (times_s <= note.offset_s - EDGE_S))
    if not len(heard):
        return np.zeros(0)
    stretches = np.split(heard, np.flatnonzero(np.abs(np.diff(off[heard])) > JUMP) + 1)
    longest = max(stretches, key=len)
    if 2 * len(longest) < len(off):
        return np.zeros(0)
    curve = np.interp(times_s, times_s[longest], off[longest])
    return np.asarray(curve - OCTAVE * np.round(median(curve) / OCTAVE))


def _moves(curve: Doubles, sensitivity: Sensitivity, hop_s: float) -> bool:
    off = np.abs(curve)
    away_s = np.count_nonzero(off > sensitivity.least) * hop_s
    return bool(away_s >= SETTLING_S and median(off) <= FURTHEST)


def _on_grid(curve: Doubles, note: Note, track: PitchTrack) -> Iterator[tuple[float, float]]:
    """The curve at times `GRID_S` apart from the note's onset on."""
    at_s = track.times_s[track.frames(note.onset_s, note.offset_s)]
    grid_s = np.arange(note.onset_s, note.offset_s, GRID_S)
    yield from zip(grid_s.tolist(), np.interp(grid_s, at_s, curve).tolist(), strict=True)


def _steps(note: Note, points: Iterator[tuple[float, float]]) -> list[Bend]:
    """As few steps as stay within the tolerance of every point."""
    steps: list[Bend] = []
    start_s, low, high = note.onset_s, np.inf, -np.inf
    for time_s, semitones in points:
        wider_low, wider_high = min(low, semitones), max(high, semitones)
        if wider_high - wider_low > 2 * TOLERANCE and low <= high:
            steps.append(Bend(start_s, round((low + high) / 2, 3)))
            start_s, wider_low, wider_high = time_s, semitones, semitones
        low, high = wider_low, wider_high
    steps.append(Bend(start_s, round((low + high) / 2, 3)))
    return steps
