"""Whose time it is: one interface for our own clock, Ableton Link and MIDI clock.

Times are seconds by `time.perf_counter`, one clock for all processes; beats count from where the program
begins. On macOS and Linux it is `time.monotonic`, which on Windows goes in steps of 16 ms before Python 3.13.
"""

from __future__ import annotations

import math
import time
from typing import Protocol

from daw_bridge.core.timing import TempoMap
from daw_bridge.live.steadiness import Steadiness

NEVER = math.inf


class Clock(Protocol):
    """When a beat is. Asked again and again, since its tempo may have changed."""

    moves: int
    """Goes up whenever the song is somewhere else than time alone would have taken it: start, continue."""
    moved_to: float
    """The beat on which it was then."""

    def begin(self, bar_beats: float, song_beat: float | None) -> None:
        """Beat 0 is as soon as it may be: at once, on the next bar of `bar_beats` beats, or, for a clock that
        knows the song's position, at `song_beat`."""

    def time_at(self, beat: float) -> float:
        """When it is, as far as can be told; NEVER while the clock stands."""

    def beat_at(self, time_s: float) -> float:
        """The reverse, for a clock that moves."""

    def check(self) -> None:
        """Raises LiveError when whoever keeps the time is gone."""

    def tempo_bpm(self) -> float:
        """Now."""

    def steadiness(self) -> Steadiness | None:
        """How steady it has been since it began; None for our own."""


class Internal:
    """Our own clock, in the part's own tempo."""

    LEAD_S = 0.05
    """From the word to the first beat: the first notes are not late."""

    def __init__(self, tempo: TempoMap) -> None:
        self.moves, self.moved_to = 0, 0.0
        self._tempo = tempo
        self._zero_s = 0.0

    def begin(self, bar_beats: float, song_beat: float | None) -> None:
        """At once."""
        self._zero_s = time.perf_counter() + self.LEAD_S

    def time_at(self, beat: float) -> float:
        """By the tempo map."""
        return self._zero_s + self._tempo.time_at(beat)

    def beat_at(self, time_s: float) -> float:
        """By the tempo map."""
        return self._tempo.beat_at(time_s - self._zero_s)

    def check(self) -> None:
        """Always there."""

    def tempo_bpm(self) -> float:
        """The map's, at this moment."""
        return self._tempo.tempo_at(max(self.beat_at(time.perf_counter()), 0.0))

    def steadiness(self) -> Steadiness | None:
        """Others are measured by it."""
        return None
