"""Meters: where bars lie among the beats.

A beat is a quarter note whatever the meter, as in Standard MIDI Files (RP-001), and bars count from 1, as
DAWs show them.
"""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from daw_bridge.core.timing import Doubles

Bars = npt.NDArray[np.int64]

NEARLY = 1e-6
"""Beats by which a place may miss a bar line and still be on it: a microsecond, what files round away."""


@dataclass(frozen=True)
class TimeSignature:
    """`numerator`/`denominator`, such as 7/8."""

    numerator: int = 4
    denominator: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.numerator <= 99 or self.denominator not in (1, 2, 4, 8, 16, 32):
            raise ValueError(
                f"{self} is no time signature: 1 to 99 over a power of two up to 32, such as 7/8"
            )

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"

    @staticmethod
    def parse(text: str) -> TimeSignature:
        """ "7/8" -> TimeSignature(7, 8). Raises ValueError."""
        numerator, slash, denominator = text.partition("/")
        if not slash or not numerator.strip().isdecimal() or not denominator.strip().isdecimal():
            raise ValueError(f"{text!r} is no time signature; write it as 7/8")
        return TimeSignature(int(numerator), int(denominator))

    @property
    def beats_per_bar(self) -> float:
        """Quarter notes in a bar: 3.5 for 7/8. Exact in binary for every denominator allowed."""
        return self.numerator * 4 / self.denominator


@dataclass(frozen=True)
class MeterChange:
    """From `beat` on, bars are of this time signature. The bar before may be cut short by it."""

    beat: float
    time_signature: TimeSignature

    def __post_init__(self) -> None:
        if not 0.0 <= self.beat < math.inf:
            raise ValueError(f"a meter change stands at beat 0 or later, not {self.beat:g}")


@dataclass(frozen=True, order=True)
class Position:
    """A place as DAWs write it: `17.1.1` is bar, beat (of the meter's denominator) and sixteenth."""

    bar: int
    beat: int = 1
    sixteenth: float = 1.0

    def __str__(self) -> str:
        return f"{self.bar}.{self.beat}.{self.sixteenth:g}"

    @property
    def is_bar_line(self) -> bool:
        """Whether a bar begins here."""
        return (self.beat, self.sixteenth) == (1, 1.0)

    @staticmethod
    def parse(text: str) -> Position:
        """ "17", "17.1" or "17.1.1" -> Position. Raises ValueError."""
        found = re.fullmatch(r"\s*(\d{1,6})(?:\.(\d{1,3})(?:\.(\d{1,3}))?)?\s*", text)
        numbers = [int(number) for number in found.groups(default="1")] if found else []
        if not numbers or min(numbers) < 1:
            raise ValueError(f"{text!r} is no place; write bar, beat and sixteenth from 1 on, such as 17.1.1")
        return Position(numbers[0], numbers[1], float(numbers[2]))


@dataclass(frozen=True)
class Meters:
    """Meter changes in beats: the first at beat 0, then rising. Each begins a bar."""

    changes: tuple[MeterChange, ...]

    def __post_init__(self) -> None:
        beats = [change.beat for change in self.changes]
        if not beats or beats[0] != 0.0 or any(b <= a for a, b in itertools.pairwise(beats)):
            raise ValueError("meters start at beat 0 and their beats rise")

    @staticmethod
    def constant(time_signature: TimeSignature | None = None) -> Meters:
        """One meter from beginning to end; 4/4 when none is given."""
        return Meters((MeterChange(0.0, time_signature or TimeSignature()),))

    @property
    def initial(self) -> TimeSignature:
        """The time signature at beat 0."""
        return self.changes[0].time_signature

    @cached_property
    def _beats(self) -> list[float]:
        return [change.beat for change in self.changes]

    @cached_property
    def _bars(self) -> list[int]:
        """The number of the bar that each change begins."""
        bars = [1]
        for before, after in itertools.pairwise(self.changes):
            length = (after.beat - before.beat) / before.time_signature.beats_per_bar
            bars.append(bars[-1] + max(math.ceil(length - NEARLY), 1))
        return bars

    def bar_at(self, beat: float) -> int:
        """The bar in which a beat lies; a beat just before a bar line is on it."""
        index = self._index(beat)
        bar = self._bars[index] + math.floor(
            (beat - self._beats[index]) / self._lengths[index] + NEARLY / self._lengths[index]
        )
        return max(bar, 1)

    def start_of(self, bar: int) -> float:
        """The beat on which a bar begins."""
        index = max(bisect_right(self._bars, bar) - 1, 0)
        start = self._beats[index] + (bar - self._bars[index]) * self._lengths[index]
        following = self._beats[index + 1] if index + 1 < len(self._beats) else math.inf
        return min(start, following)

    def bars_at(self, beats: Doubles) -> Bars:
        """`bar_at` of many beats at once."""
        index = np.maximum(np.searchsorted(self._beats, beats + NEARLY, side="right") - 1, 0)
        length = np.array(self._lengths)[index]
        within = (beats - np.array(self._beats)[index]) / length
        bars = np.array(self._bars)[index] + np.floor(within + NEARLY / length).astype(np.int64)
        return np.asarray(np.maximum(bars, 1))

    def starts_of(self, bars: Bars) -> Doubles:
        """`start_of` of many bars at once."""
        index = np.maximum(np.searchsorted(self._bars, bars, side="right") - 1, 0)
        beats = np.array([*self._beats, math.inf])
        starts = beats[index] + (bars - np.array(self._bars)[index]) * np.array(self._lengths)[index]
        return np.asarray(np.minimum(starts, beats[index + 1]))

    def time_signature_at(self, beat: float) -> TimeSignature:
        """The meter in which a beat lies."""
        return self.changes[self._index(beat)].time_signature

    def position_at(self, beat: float) -> Position:
        """Beats from the session's start -> the place as DAWs write it."""
        bar = self.bar_at(beat)
        unit = 4 / self.time_signature_at(beat).denominator
        within = max(beat - self.start_of(bar), 0.0)
        beats = math.floor(within / unit + NEARLY)
        sixteenth = round(max((within - beats * unit) * 4, 0.0), 3)
        if sixteenth >= unit * 4:  # rounded up to the next beat
            return self.position_at(self.start_of(bar) + (beats + 1) * unit)
        return Position(bar, beats + 1, sixteenth + 1)

    def beat_of(self, position: Position) -> float:
        """A place as DAWs write it -> beats from the session's start."""
        start = self.start_of(position.bar)
        unit = 4 / self.time_signature_at(start).denominator
        return start + (position.beat - 1) * unit + (position.sixteenth - 1) / 4

    def from_bar(self, bar: int) -> Meters:
        """The same meters for somebody who begins at this bar and calls it 1."""
        start = self.start_of(bar)
        later = (change for change in self.changes if change.beat > start + NEARLY)
        moved = (MeterChange(change.beat - start, change.time_signature) for change in later)
        return Meters((MeterChange(0.0, self.time_signature_at(start)), *moved))

    def _index(self, beat: float) -> int:
        return max(bisect_right(self._beats, beat + NEARLY) - 1, 0)

    @cached_property
    def _lengths(self) -> list[float]:
        return [change.time_signature.beats_per_bar for change in self.changes]
