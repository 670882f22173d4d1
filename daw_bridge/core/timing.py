"""The grid: tempo maps and meters; seconds <-> beats <-> ticks.

A beat is a quarter note whatever the meter, as in Standard MIDI Files (RP-001).
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

TICKS_PER_BEAT = 960
"""Live's and Logic's own resolution; SMF calls it the division."""


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
        if not slash or not numerator.strip().isdigit() or not denominator.strip().isdigit():
            raise ValueError(f"{text!r} is no time signature; write it as 7/8")
        return TimeSignature(int(numerator), int(denominator))

    @property
    def beats_per_bar(self) -> float:
        """Quarter notes in a bar: 3.5 for 7/8. Exact in binary for every denominator allowed."""
        return self.numerator * 4 / self.denominator


@dataclass(frozen=True)
class TempoChange:
    """From `beat` on, the tempo is `tempo_bpm` quarter notes a minute."""

    beat: float
    tempo_bpm: float

    def __post_init__(self) -> None:
        if not 10.0 <= self.tempo_bpm <= 999.0:
            raise ValueError(f"a tempo is 10 to 999 BPM, not {self.tempo_bpm:g}")
        if self.beat < 0.0:
            raise ValueError(f"a tempo change stands at beat 0 or later, not {self.beat:g}")


@dataclass(frozen=True)
class TempoMap:
    """Tempo changes in beats (the first at beat 0, then rising) under one time signature."""

    changes: tuple[TempoChange, ...]
    time_signature: TimeSignature = TimeSignature()

    def __post_init__(self) -> None:
        beats = [change.beat for change in self.changes]
        if not beats or beats[0] != 0.0 or any(b <= a for a, b in itertools.pairwise(beats)):
            raise ValueError("a tempo map starts at beat 0 and its beats rise")

    @staticmethod
    def constant(tempo_bpm: float, time_signature: TimeSignature | None = None) -> TempoMap:
        """One tempo from beginning to end."""
        return TempoMap((TempoChange(0.0, tempo_bpm),), time_signature or TimeSignature())

    @property
    def initial_bpm(self) -> float:
        """The tempo at beat 0."""
        return self.changes[0].tempo_bpm

    @cached_property
    def _beats(self) -> list[float]:
        return [change.beat for change in self.changes]

    @cached_property
    def _seconds(self) -> list[float]:
        """When each change happens, in seconds from beat 0."""
        seconds = [0.0]
        for before, after in zip(self.changes, self.changes[1:], strict=False):
            seconds.append(seconds[-1] + (after.beat - before.beat) * 60.0 / before.tempo_bpm)
        return seconds

    def beat_at(self, time_s: float) -> float:
        """Seconds from beat 0 -> beats. Before beat 0 the first tempo holds."""
        index = max(bisect_right(self._seconds, time_s) - 1, 0)
        change = self.changes[index]
        return change.beat + (time_s - self._seconds[index]) * change.tempo_bpm / 60.0

    def time_at(self, beat: float) -> float:
        """Beats -> seconds from beat 0."""
        index = max(bisect_right(self._beats, beat) - 1, 0)
        change = self.changes[index]
        return self._seconds[index] + (beat - change.beat) * 60.0 / change.tempo_bpm

    def tick_at(self, time_s: float) -> int:
        """Seconds from beat 0 -> the nearest tick at 960 a beat."""
        return round(self.beat_at(time_s) * TICKS_PER_BEAT)
