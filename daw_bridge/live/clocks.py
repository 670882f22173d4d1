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
    """Our own clock, in the part's own tempo; a part that is looped begins again in its first.

    `loop_beats` is how long a round is; None where there is but one.
    """

    LEAD_S = 0.05
    """From the word to the first beat: the first notes are not late."""

    def __init__(self, tempo: TempoMap, loop_beats: float | None = None) -> None:
        self.moves, self.moved_to = 0, 0.0
        self._tempo = tempo
        self._round_beats = loop_beats or math.inf
        self._round_s = tempo.time_at(loop_beats) if loop_beats else math.inf
        self._zero_s = 0.0

    def begin(self, bar_beats: float, song_beat: float | None) -> None:
        """At once."""
        self._zero_s = time.perf_counter() + self.LEAD_S

    def time_at(self, beat: float) -> float:
        """By the tempo map, in each round alike. A round's end is the next one's beginning."""
        rounds, within = _rounds(beat, self._round_beats)
        before_s = rounds * self._round_s if rounds else 0.0  # not 0 times infinity
        return self._zero_s + before_s + self._tempo.time_at(within)

    def beat_at(self, time_s: float) -> float:
        """The reverse."""
        rounds, within_s = _rounds(time_s - self._zero_s, self._round_s)
        before = rounds * self._round_beats if rounds else 0.0
        return before + self._tempo.beat_at(within_s)

    def check(self) -> None:
        """Always there."""

    def tempo_bpm(self) -> float:
        """The map's, at this moment."""
        _, within_s = _rounds(time.perf_counter() - self._zero_s, self._round_s)
        return self._tempo.tempo_at(max(self._tempo.beat_at(within_s), 0.0))

    def steadiness(self) -> Steadiness | None:
        """Others are measured by it."""
        return None


def _rounds(place: float, length: float) -> tuple[float, float]:
    """(whole rounds before it, how far it is into its own). What comes before the first belongs to it."""
    return (0.0, place) if place < length else divmod(place, length)
