"""MIDI clock -> beats and tempo: what 24 ticks a quarter note say, through jitter, drops and doubles. Pure.

A tick (0xF8) says that 1/24 of a beat has passed, and comes late by whatever its cable, driver and program
took. An interval is as many ticks as the usual one around it goes into it: none for a tick that came twice,
two where one was dropped. The intervals after it help to tell, so the newest numbers are provisional. A
straight line through the newest ticks is the clock; where the tempo moves, through fewer of them.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

TICKS_PER_BEAT = 24
LOWEST_BPM, HIGHEST_BPM = 20.0, 999.0

_AROUND = 6
"""Intervals on each side that say what is usual; after so many the clock has a tempo that it jumped to."""
_STEADY = 0.12
"""What is usual is the average of the ticks before, which is more exact, unless the two are so far apart."""
_CARRIED = 0.7
"""How much of a tick's lateness the next interval is allowed for."""
_PAUSE_TICKS, _PAUSE_S = 8, 0.5
"""The clock was off when it says nothing for longer than both."""
_MOST, _FEWEST = 96, 8
"""Ticks that the line goes through: a bar of four; a third of a beat is the least."""
_SHORTER = ((24, 0.005), (_FEWEST, 0.06))
"""Where the tempo moves, a line through fewer; by what share of the tempo it must differ to be believed..."""
_BENT = 4.0
"""... and by how many of its own errors."""
_WITHIN = 2.5
"""A tick that lies further from the line than so many usual distances does not bend it."""
_SLACK = 1.1
"""By how much a tempo may lie beyond the limits: jitter."""


@dataclass(frozen=True)
class ClockFit:
    """The clock around `time_s`: there the beat is `beat`, and it moves at `tempo_bpm`.

    `error_bpm` is the tempo's standard error, `jitter_s` the usual distance of a tick from the line.
    """

    time_s: float
    beat: float
    tempo_bpm: float
    error_bpm: float
    jitter_s: float

    def beat_at(self, time_s: float) -> float:
        """The beat at a time, with the tempo that holds now."""
        return self.beat + (time_s - self.time_s) * self.tempo_bpm / 60.0

    @cached_property
    def plain_bpm(self) -> float:
        """The tempo with as few decimals as its error lets it have; two at most."""
        for decimals in range(2):
            if abs(round(self.tempo_bpm, decimals) - self.tempo_bpm) <= 2 * self.error_bpm:
                return round(self.tempo_bpm, decimals)
        return round(self.tempo_bpm, 2)


class ClockRecovery:
    """Takes each tick's time, in seconds of any clock that does not jump; times rise.

    Beats count from the first tick, which is beat 0, or from where `start` says.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self.doubled = 0
        self._ticks: deque[tuple[int, float]] = deque(maxlen=_MOST)
        self._before: deque[float] = deque(maxlen=_AROUND)
        self._pending: list[float] = []
        self._number, self._time_s, self._carry = 0, 0.0, 0.0
        self._period_s: float | None = None
        self._last_s: float | None = None
        self._next_is: int | None = None
        self._fit: ClockFit | None = None

    def start(self, beat: float = 0.0) -> None:
        """The next tick is this beat: start, or continue after a song position."""
        self._next_is = round(beat * TICKS_PER_BEAT)

    def tick(self, time_s: float) -> None:
        """A tick came."""
        last_s, self._last_s = self._last_s, time_s
        if last_s is None:
            self._begin(0, time_s)
        elif self._is_pause(time_s - last_s):
            self._begin(self._newest() + 1, time_s)
        else:
            self._pending.append(time_s - last_s)
            if len(self._pending) > _AROUND:
                self._settle()
        if self._next_is is not None:
            self._renumber(self._next_is - self._newest())
            self._next_is = None
        self._fit = None

    @property
    def fit(self) -> ClockFit | None:
        """The clock as of the newest tick; None until there are enough."""
        if self._fit is None:
            ticks = [*self._ticks, *((n, t) for n, t, steps in self._provisional() if steps)]
            if len(ticks) >= _FEWEST:
                self._fit = _fit(np.array(ticks, dtype=np.float64))
        return self._fit

    @property
    def beat(self) -> float:
        """The newest tick's beat."""
        return self._newest() / TICKS_PER_BEAT

    def _begin(self, number: int, time_s: float) -> None:
        """Nothing is known of the tempo."""
        self._ticks.clear()
        self._before.clear()
        self._pending.clear()
        self._ticks.append((number, time_s))
        self._number, self._time_s, self._carry = number, time_s, 0.0
        self._period_s = None

    def _is_pause(self, interval_s: float) -> bool:
        known = [*self._before, *self._pending]
        usual_s = statistics.median(known) if known else _PAUSE_S
        return interval_s > max(_PAUSE_S, _PAUSE_TICKS * usual_s)

    def _settle(self) -> None:
        """The oldest pending interval, with all that there will ever be on its two sides."""
        steps, self._carry = self._steps(0, self._carry)
        interval_s = self._pending.pop(0)
        self._before.append(interval_s)
        self._number += steps
        self._time_s += interval_s
        if steps:
            self._ticks.append((self._number, self._time_s))
            self.dropped += steps - 1
            first, first_s = self._ticks[max(len(self._ticks) - 1 - 2 * _AROUND, 0)]
            self._period_s = (self._time_s - first_s) / (self._number - first)
        else:
            self.doubled += 1

    def _steps(self, index: int, carry: float) -> tuple[int, float]:
        """How many ticks a pending interval is, and how late its tick is, in ticks, that the next one starts
        from."""
        around = [*self._before, *self._pending]
        here = len(self._before) + index
        usual_s = statistics.median(around[max(here - _AROUND, 0) : here + _AROUND + 1])
        if self._period_s is not None and abs(usual_s / self._period_s - 1) < _STEADY:
            usual_s = self._period_s
        ticks = self._pending[index] / max(usual_s, 1e-9) + carry
        steps = max(round(ticks), 0)
        return steps, _CARRIED * (ticks - steps)

    def _provisional(self) -> Iterator[tuple[int, float, int]]:
        """(number, time, steps) of the ticks whose intervals are not settled."""
        number, time_s, carry = self._number, self._time_s, self._carry
        for index, interval_s in enumerate(self._pending):
            steps, carry = self._steps(index, carry)
            number, time_s = number + steps, time_s + interval_s
            yield number, time_s, steps

    def _newest(self) -> int:
        """The newest tick's number."""
        return [self._number, *(number for number, _, _ in self._provisional())][-1]

    def _renumber(self, by: int) -> None:
        self._number += by
        self._ticks = deque(((number + by, time_s) for number, time_s in self._ticks), maxlen=_MOST)


def _fit(ticks: np.ndarray) -> ClockFit | None:
    chosen = _line(ticks)
    for length, share in _SHORTER:
        shorter = _line(ticks[-length:])
        apart_bpm = abs(shorter.tempo_bpm - chosen.tempo_bpm)
        if apart_bpm > max(_BENT * shorter.error_bpm, share * chosen.tempo_bpm):
            chosen = shorter
    return chosen if LOWEST_BPM / _SLACK <= chosen.tempo_bpm <= HIGHEST_BPM * _SLACK else None


def _line(ticks: np.ndarray) -> ClockFit:
    """The straight line through ticks [n, (number, seconds)], without those that come far off it."""
    numbers, times_s = ticks[:, 0] - ticks[-1, 0], ticks[:, 1] - ticks[-1, 1]
    kept = np.ones(len(numbers), dtype=bool)
    for _ in range(3):
        mean_n, mean_t = numbers[kept].mean(), times_s[kept].mean()
        spread = float(((numbers[kept] - mean_n) ** 2).sum())
        period_s = float(((numbers[kept] - mean_n) * (times_s[kept] - mean_t)).sum()) / spread
        off_s = times_s - (mean_t + (numbers - mean_n) * period_s)
        usual_s = max(1.4826 * float(np.median(np.abs(off_s))), 1e-7)
        near = np.abs(off_s) <= _WITHIN * usual_s
        if near.sum() < _FEWEST // 2 or (near == kept).all():
            break
        kept = near
    jitter_s = float(np.sqrt((off_s[kept] ** 2).sum() / max(kept.sum() - 2, 1)))
    error_s = jitter_s / float(np.sqrt(spread))
    last_s = float(mean_t - mean_n * period_s)
    tempo_bpm = 60.0 / (period_s * TICKS_PER_BEAT)
    return ClockFit(
        time_s=float(ticks[-1, 1]) + last_s,
        beat=float(ticks[-1, 0]) / TICKS_PER_BEAT,
        tempo_bpm=tempo_bpm,
        error_bpm=tempo_bpm * error_s / period_s,
        jitter_s=jitter_s,
    )
