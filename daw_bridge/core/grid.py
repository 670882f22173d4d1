"""A session's grid: its tempo and its meters together, and a place on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from daw_bridge.core.meters import Meters, Position, TimeSignature
from daw_bridge.core.timing import TICKS_PER_BEAT, Doubles, TempoMap


@dataclass(frozen=True)
class Grid:
    """Beat 0 of both is the session's start, bar 1."""

    tempo: TempoMap
    meters: Meters = field(default_factory=Meters.constant)

    @staticmethod
    def constant(tempo_bpm: float, time_signature: TimeSignature | None = None) -> Grid:
        """One tempo and one meter from beginning to end."""
        return Grid(TempoMap.constant(tempo_bpm), Meters.constant(time_signature))

    def position_at(self, time_s: float) -> Position:
        """Seconds from the session's start -> bar, beat and sixteenth."""
        return self.meters.position_at(self.tempo.beat_at(time_s))

    def placed(self, start_beat: float) -> PlacedGrid:
        """The grid as a bounce sees it that begins at `start_beat`."""
        bar = self.meters.bar_at(start_beat)
        bar_beat = self.meters.start_of(bar)
        shifted = Grid(self.tempo.from_beat(bar_beat), self.meters.from_bar(bar))
        return PlacedGrid(shifted, bar, max(start_beat - bar_beat, 0.0))


@dataclass(frozen=True)
class PlacedGrid:
    """A grid from the bar line on before which a bounce begins: that bar is bar `bar` of the session.

    Times are seconds from the bounce's first sample, beats and ticks count from the bar line.
    """

    grid: Grid
    bar: int = 1
    start_beat: float = 0.0
    """Where in that bar the bounce begins; 0.0 on the bar line."""

    @property
    def tempo(self) -> TempoMap:
        """From the bar line on."""
        return self.grid.tempo

    @property
    def meters(self) -> Meters:
        """From the bar line on, which begins bar 1 here."""
        return self.grid.meters

    @cached_property
    def start_s(self) -> float:
        """Seconds from the bar line to the bounce's first sample."""
        return self.tempo.time_at(self.start_beat)

    @property
    def from_start(self) -> TempoMap:
        """The tempo from the bounce's first sample on."""
        return self.tempo.from_beat(self.start_beat)

    def beat_at(self, time_s: float) -> float:
        """Seconds from the bounce's first sample -> beats from the bar line."""
        return self.tempo.beat_at(self.start_s + time_s)

    def time_at(self, beat: float) -> float:
        """Beats from the bar line -> seconds from the bounce's first sample; negative before it."""
        return self.tempo.time_at(beat) - self.start_s

    def beats_at(self, times_s: Doubles) -> Doubles:
        """`beat_at` of many times at once."""
        return self.tempo.beats_at(self.start_s + times_s)

    def times_at(self, beats: Doubles) -> Doubles:
        """`time_at` of many beats at once."""
        return self.tempo.times_at(beats) - self.start_s

    def position_near(self, time_s: float) -> Position:
        """Seconds from the bounce's first sample -> the nearest sixteenth, in the session's bars."""
        position = self.meters.position_at(round(self.beat_at(time_s) * 4) / 4)
        return replace(position, bar=position.bar + self.bar - 1)

    def tick_at(self, time_s: float) -> int:
        """Seconds from the bounce's first sample -> the nearest tick from the bar line."""
        return round(self.beat_at(time_s) * TICKS_PER_BEAT)
