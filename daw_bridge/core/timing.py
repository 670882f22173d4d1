"""Tempo: seconds <-> beats <-> ticks, through steps and ramps of tempo.

A beat is a quarter note whatever the meter, as in Standard MIDI Files (RP-001). Bars are in `meters`.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]

TICKS_PER_BEAT = 960
"""Live's and Logic's own resolution; SMF calls it the division."""

LOWEST_BPM, HIGHEST_BPM = 10.0, 999.0

SHORTEST_RAMP_BEATS = 1e-9
"""What is shorter is a jump: its slope would be beyond what floating point can hold."""


class Curve(Enum):
    """How the tempo goes from one change to the next."""

    STEP = "step"
    """It stays, and jumps at the next."""
    IN_BEATS = "in beats"
    """A straight line over beats, as Live, Ardour and DAWproject draw it."""
    IN_TIME = "in time"
    """A straight line over seconds, as REAPER draws it."""


@dataclass(frozen=True)
class TempoChange:
    """At `beat` the tempo is `tempo_bpm` quarter notes a minute; `curve` leads to the next change."""

    beat: float
    tempo_bpm: float
    curve: Curve = Curve.STEP

    def __post_init__(self) -> None:
        if not LOWEST_BPM <= self.tempo_bpm <= HIGHEST_BPM:
            raise ValueError(f"a tempo is 10 to 999 BPM, not {self.tempo_bpm:g}")
        if not 0.0 <= self.beat < math.inf:
            raise ValueError(f"a tempo change stands at beat 0 or later, not {self.beat:g}")


@dataclass(frozen=True)
class TempoMap:
    """Tempo changes in beats: the first at beat 0, then rising. After the last the tempo stays."""

    changes: tuple[TempoChange, ...]

    def __post_init__(self) -> None:
        beats = [change.beat for change in self.changes]
        if not beats or beats[0] != 0.0 or any(b <= a for a, b in itertools.pairwise(beats)):
            raise ValueError("a tempo map starts at beat 0 and its beats rise")

    @staticmethod
    def constant(tempo_bpm: float) -> TempoMap:
        """One tempo from beginning to end."""
        return TempoMap((TempoChange(0.0, tempo_bpm),))

    @property
    def initial_bpm(self) -> float:
        """The tempo at beat 0."""
        return self.changes[0].tempo_bpm

    @property
    def is_constant(self) -> bool:
        """Whether the tempo never changes."""
        return all(change.tempo_bpm == self.initial_bpm for change in self.changes)

    @cached_property
    def _stretches(self) -> tuple[_Stretch, ...]:
        made: list[_Stretch] = []
        time_s = 0.0
        for change, after in itertools.zip_longest(self.changes, self.changes[1:]):
            made.append(_Stretch.between(change, after, time_s))
            if after is not None:
                time_s = made[-1].time_at(after.beat)
        return tuple(made)

    @cached_property
    def _beats(self) -> list[float]:
        return [stretch.beat for stretch in self._stretches]

    @cached_property
    def _seconds(self) -> list[float]:
        return [stretch.time_s for stretch in self._stretches]

    @cached_property
    def _rows(self) -> _Rows:
        stretches = self._stretches
        return _Rows(
            np.array(self._beats),
            np.array(self._seconds),
            np.array([stretch.tempo_bpm for stretch in stretches]),
            np.array([stretch.slope for stretch in stretches]),
            np.array([stretch.curve is Curve.IN_BEATS for stretch in stretches]),
        )

    def beat_at(self, time_s: float) -> float:
        """Seconds from beat 0 -> beats. Before beat 0 the first tempo holds."""
        return self._stretches[max(bisect_right(self._seconds, time_s) - 1, 0)].beat_at(time_s)

    def time_at(self, beat: float) -> float:
        """Beats -> seconds from beat 0."""
        return self._stretches[max(bisect_right(self._beats, beat) - 1, 0)].time_at(beat)

    def beats_at(self, times_s: Doubles) -> Doubles:
        """`beat_at` of many times at once."""
        rows, index = self._rows, _last_before(self._rows.time_s, times_s)
        seconds, bpm = times_s - rows.time_s[index], rows.tempo_bpm[index]
        slope = np.where(seconds > 0.0, rows.slope[index], 0.0)
        beats = seconds * (bpm + slope * seconds / 2) / 60.0  # steps are ramps that don't rise
        ramps = rows.is_in_beats[index] & (slope != 0.0)
        bpm, slope, seconds = bpm[ramps], slope[ramps], seconds[ramps]
        beats[ramps] = bpm / slope * np.expm1(slope * seconds / 60.0)
        return np.asarray(rows.beat[index] + beats)

    def times_at(self, beats: Doubles) -> Doubles:
        """`time_at` of many beats at once."""
        rows, index = self._rows, _last_before(self._rows.beat, beats)
        beats, bpm = beats - rows.beat[index], rows.tempo_bpm[index]
        slope = np.where(beats > 0.0, rows.slope[index], 0.0)
        root = np.sqrt(np.maximum(bpm * bpm + 120.0 * slope * beats, 0.0))
        seconds = 120.0 * beats / (bpm + root)
        ramps = rows.is_in_beats[index] & (slope != 0.0)
        bpm, slope, beats = bpm[ramps], slope[ramps], beats[ramps]
        seconds[ramps] = 60.0 / slope * np.log1p(slope * beats / bpm)
        return np.asarray(rows.time_s[index] + seconds)

    def tempo_at(self, beat: float) -> float:
        """The tempo in BPM at a beat; on a step, the one that begins there."""
        return self._stretches[max(bisect_right(self._beats, beat) - 1, 0)].tempo_at(beat)

    def tick_at(self, time_s: float) -> int:
        """Seconds from beat 0 -> the nearest tick at 960 a beat."""
        return round(self.beat_at(time_s) * TICKS_PER_BEAT)

    def from_beat(self, beat: float) -> TempoMap:
        """The same tempo for somebody who begins at this beat and calls it 0."""
        if beat <= 0.0:
            first = replace(self.changes[0], beat=0.0)
            moved = [replace(change, beat=change.beat - beat) for change in self.changes[1:]]
            return TempoMap((first, *moved))
        index = max(bisect_right(self._beats, beat) - 1, 0)
        curve = self.changes[index].curve
        later = [replace(c, beat=c.beat - beat) for c in self.changes[index + 1 :] if c.beat > beat]
        return TempoMap((TempoChange(0.0, self.tempo_at(beat), curve), *later))


class _Rows(NamedTuple):
    """The stretches of a tempo map, an array for each of their fields."""

    beat: Doubles
    time_s: Doubles
    tempo_bpm: Doubles
    slope: Doubles
    is_in_beats: npt.NDArray[np.bool_]


def _last_before(starts: Doubles, places: Doubles) -> npt.NDArray[np.intp]:
    """The index of the last of `starts`, which rise, that is not after each place; 0 before the first."""
    return np.asarray(np.maximum(np.searchsorted(starts, places, side="right") - 1, 0))


@dataclass(frozen=True)
class _Stretch:
    """From one change to the next: from `tempo_bpm` by `slope` BPM a beat or a second, as `curve` says."""

    beat: float
    time_s: float
    tempo_bpm: float
    curve: Curve
    slope: float

    @staticmethod
    def between(change: TempoChange, after: TempoChange | None, time_s: float) -> _Stretch:
        curve, slope = change.curve, 0.0
        length = 0.0 if after is None else after.beat - change.beat
        if after is None or change.tempo_bpm == after.tempo_bpm or length < SHORTEST_RAMP_BEATS:
            curve = Curve.STEP
        elif curve is not Curve.STEP:
            if curve is Curve.IN_TIME:
                length *= 120.0 / (change.tempo_bpm + after.tempo_bpm)  # in seconds
            slope = (after.tempo_bpm - change.tempo_bpm) / length
        return _Stretch(change.beat, time_s, change.tempo_bpm, curve, slope)

    def time_at(self, beat: float) -> float:
        beats, bpm = beat - self.beat, self.tempo_bpm
        if self.curve is Curve.STEP or beats <= 0.0:
            return self.time_s + beats * 60.0 / bpm
        if self.curve is Curve.IN_BEATS:  # dt = 60 db / (bpm + slope b)
            return self.time_s + 60.0 / self.slope * math.log1p(self.slope * beats / bpm)
        root = math.sqrt(max(bpm * bpm + 120.0 * self.slope * beats, 0.0))
        return self.time_s + 120.0 * beats / (bpm + root)

    def beat_at(self, time_s: float) -> float:
        seconds, bpm = time_s - self.time_s, self.tempo_bpm
        if self.curve is Curve.STEP or seconds <= 0.0:
            return self.beat + seconds * bpm / 60.0
        if self.curve is Curve.IN_BEATS:
            return self.beat + bpm / self.slope * math.expm1(self.slope * seconds / 60.0)
        return self.beat + seconds * (bpm + self.slope * seconds / 2) / 60.0

    def tempo_at(self, beat: float) -> float:
        if self.curve is Curve.STEP or beat <= self.beat:
            return self.tempo_bpm
        if self.curve is Curve.IN_BEATS:
            return self.tempo_bpm + self.slope * (beat - self.beat)
        return self.tempo_bpm + self.slope * (self.time_at(beat) - self.time_s)
