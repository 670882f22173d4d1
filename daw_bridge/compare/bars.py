"""How well a rendering of the part agrees with the bounce, a bar at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from daw_bridge.compare.chroma import chroma
from daw_bridge.core.attacks import find_attacks
from daw_bridge.core.audio import AudioClip
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.timing import Doubles

ONSETS_WEIGHT = 0.3
"""Of a bar's score; chroma has the rest. What found damaged bars best on parts made as in
`tests/bench/compare.py`; so did the next."""
BELOW_USUAL = 0.05
"""A bar is worth a look when its score is so far below the take's median: another instrument takes from
all bars alike."""
STEP_S, SPREAD_S = 0.01, 0.03
"""Attacks are compared in steps, each spread so far: the standard deviation. Who strikes 30 ms early or
late is still there."""
SHORTEST_SHARE = 0.5
"""Of a first or last bar, if less of it sounds it is not judged: a note or two say little."""


@dataclass(frozen=True)
class BarAgreement:
    """A bar, as the session counts it, and how well chroma and attacks agree: 0 to 1 each."""

    bar: int
    chroma: float
    onsets: float

    @property
    def score(self) -> float:
        """Both in one, 0 to 1."""
        return (1.0 - ONSETS_WEIGHT) * self.chroma + ONSETS_WEIGHT * self.onsets


def compare(bounce: AudioClip, rendering: AudioClip, grid: PlacedGrid) -> tuple[BarAgreement, ...]:
    """Each bar of the bounce beside the same bar of the rendering; both begin at the bounce's first sample.

    Chroma takes octaves for the same, and levels don't count. What is silent in both agrees; what is
    silent in one of them doesn't.
    """
    (times_s, sounding), (_, played) = chroma(bounce), chroma(rendering)
    sounding, played = _alike(sounding, played)
    struck, meant = _alike(_attack_train(bounce), _attack_train(rendering))
    steps_s = np.arange(len(struck), dtype=np.float64) * STEP_S
    return tuple(
        BarAgreement(
            bar,
            _cosine(*(it[_between(times_s, start_s, end_s)] for it in (sounding, played))),
            _cosine(*(it[_between(steps_s, start_s, end_s)] for it in (struck, meant))),
        )
        for bar, start_s, end_s in _bars(grid, bounce.duration_s)
    )


def worth_a_look(bars: Sequence[BarAgreement]) -> tuple[BarAgreement, ...]:
    """The bars that agree less than the take's usual bar does, the worst first."""
    if not bars:
        return ()
    usual = median(bar.score for bar in bars)
    found = (bar for bar in bars if bar.score < usual - BELOW_USUAL)
    return tuple(sorted(found, key=lambda bar: bar.score))


def _bars(grid: PlacedGrid, duration_s: float) -> Iterator[tuple[int, float, float]]:
    """The bars of the bounce, each with the seconds in which it sounds."""
    last = grid.meters.bar_at(grid.beat_at(duration_s))
    for bar in range(1, last + 1):
        start_s, end_s = (grid.time_at(grid.meters.start_of(number)) for number in (bar, bar + 1))
        whole_s = end_s - start_s
        start_s, end_s = max(start_s, 0.0), min(end_s, duration_s)
        if end_s - start_s >= SHORTEST_SHARE * whole_s:
            yield bar + grid.bar - 1, start_s, end_s


def _attack_train(clip: AudioClip) -> Doubles:
    """How strongly something starts, at each of `STEP_S`, spread by `SPREAD_S`."""
    times_s, strengths = find_attacks(clip)
    train = np.zeros(int(clip.duration_s / STEP_S) + 1)
    np.add.at(train, np.minimum(np.rint(times_s / STEP_S).astype(int), len(train) - 1), np.sqrt(strengths))
    reach = np.arange(-4 * SPREAD_S, 4 * SPREAD_S + STEP_S / 2, STEP_S)
    return np.convolve(train, np.exp(-0.5 * (reach / SPREAD_S) ** 2), "full")[len(reach) // 2 :][: len(train)]


def _alike(first: Doubles, second: Doubles) -> tuple[Doubles, Doubles]:
    """Both as long as the first: a rendering rings on, or ends early."""
    rows = len(first)
    longer = np.concatenate([second, np.zeros((max(rows - len(second), 0), *second.shape[1:]))])
    return first, longer[:rows]


def _between(times_s: Doubles, start_s: float, end_s: float) -> slice:
    first, last = np.searchsorted(times_s, (start_s, end_s))
    return slice(int(first), int(last))


def _cosine(first: Doubles, second: Doubles) -> float:
    """1 where both are of one shape, 0 where they share nothing; neither is negative."""
    lengths = float(np.linalg.norm(first)), float(np.linalg.norm(second))
    if min(lengths) < 1e-9:
        return float(max(lengths) < 1e-9)
    return min(float(np.vdot(first, second)) / (lengths[0] * lengths[1]), 1.0)
