"""Tempo and beats from a clock that is as bad as clocks are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from daw_bridge.live.clock_recovery import ClockFit, ClockRecovery
from tests.live import clocks

SEEDS = st.integers(0, 2**32 - 1)
TEMPI = st.floats(20.0, 999.0)
QUICK = settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""Without shrinking: a random clock is as good an example as a smaller one."""


def recovered(ticks_s: np.ndarray) -> tuple[ClockRecovery, ClockFit]:
    recovery = ClockRecovery()
    for tick_s in ticks_s:
        recovery.tick(float(tick_s))
    assert recovery.fit is not None
    return recovery, recovery.fit


@given(TEMPI, st.integers(1, 12))
def test_a_perfect_clock_is_read_exactly(tempo_bpm: float, beats: int) -> None:
    ticks_s = clocks.steady(tempo_bpm, beats)
    _, fit = recovered(ticks_s)
    assert fit.tempo_bpm == pytest.approx(tempo_bpm, rel=1e-6)
    assert fit.beat_at(float(ticks_s[-1])) == pytest.approx(beats - 1 / 24, abs=1e-5)
    assert fit.beat_at(float(ticks_s[-1]) + 30.0 / tempo_bpm) == pytest.approx(beats - 1 / 24 + 0.5, abs=1e-5)


@given(TEMPI, SEEDS)
@QUICK
def test_jitter_drops_and_doubles_change_neither_tempo_nor_beat(tempo_bpm: float, seed: int) -> None:
    period_s = 60.0 / tempo_bpm / 24
    ticks_s = clocks.steady(tempo_bpm, 16)
    heard = clocks.jittered(ticks_s, min(0.001, period_s / 20), seed)
    heard = clocks.dropped(heard, 0.03, seed + 1)
    heard = clocks.doubled(heard, 0.03, seed + 2, after_s=period_s * 0.05)
    recovery, fit = recovered(heard)
    assert fit.tempo_bpm == pytest.approx(tempo_bpm, rel=0.003)
    assert abs(fit.beat_at(float(ticks_s[-1])) - (16 - 1 / 24)) < 0.25 / 24 + 0.001 * tempo_bpm / 60
    assert recovery.doubled > 0 or len(heard) < 390


@given(st.floats(40.0, 300.0), st.floats(-200e-6, 200e-6), SEEDS)
@QUICK
def test_a_clock_that_drifts_is_followed_not_corrected(tempo_bpm: float, drift: float, seed: int) -> None:
    ticks_s = 100.0 + (clocks.steady(tempo_bpm, 64) - 100.0) * (1 + drift)
    _, fit = recovered(clocks.jittered(ticks_s, 0.0003, seed))
    assert abs(fit.beat_at(float(ticks_s[-1])) - (64 - 1 / 24)) < 0.01 + 0.001 * tempo_bpm / 60
    assert fit.tempo_bpm == pytest.approx(tempo_bpm / (1 + drift), rel=1e-3)


@given(TEMPI, TEMPI, SEEDS)
@QUICK
def test_ramps_between_20_and_999_are_followed_without_losing_a_tick(
    begin_bpm: float, end_bpm: float, seed: int
) -> None:
    """Over eight bars, within a tick at every moment and two percent of the tempo at the end."""
    beats = 32.0
    ticks_s = clocks.ramp(lambda beat: begin_bpm + (end_bpm - begin_bpm) * beat / beats, beats)
    fastest_s = 60.0 / max(begin_bpm, end_bpm) / 24
    recovery = ClockRecovery()
    for number, tick_s in enumerate(clocks.jittered(ticks_s, min(0.0005, fastest_s / 20), seed)):
        recovery.tick(float(tick_s))
        if number >= 24 and number % 8 == 0 and recovery.fit is not None:
            assert abs(recovery.fit.beat_at(float(ticks_s[number])) * 24 - number) < 1.0
    assert recovery.fit is not None
    step = abs(end_bpm - begin_bpm) / beats  # by which the tempo changes in the beat that is measured
    assert recovery.fit.tempo_bpm == pytest.approx(end_bpm, rel=0.02, abs=step)


@given(st.floats(30.0, 480.0), st.sampled_from([0.25, 0.5, 1.5, 2.0, 3.0]), SEEDS)
@QUICK
def test_a_jump_of_tempo_is_followed_within_a_beat(tempo_bpm: float, factor: float, seed: int) -> None:
    after_bpm = min(max(tempo_bpm * factor, 20.0), 999.0)
    before_s = clocks.steady(tempo_bpm, 8)
    after_s = clocks.steady(after_bpm, 2, begin_s=float(before_s[-1]) + 60.0 / tempo_bpm / 24)
    ticks_s = np.concatenate([before_s, after_s])
    jitter_s = 60.0 / max(tempo_bpm, after_bpm) / 24 / 30
    recovery = ClockRecovery()
    for tick_s in clocks.jittered(ticks_s, jitter_s, seed)[: 8 * 24 + 24]:
        recovery.tick(float(tick_s))
    assert recovery.fit is not None
    assert recovery.fit.tempo_bpm == pytest.approx(after_bpm, rel=0.02)
    assert abs(recovery.fit.beat_at(float(ticks_s[8 * 24 + 23])) - (9 - 1 / 24)) < 1 / 24


def test_a_pause_begins_anew_at_the_next_beat_number() -> None:
    recovery, _ = recovered(np.concatenate([clocks.steady(120, 4), clocks.steady(90, 4, begin_s=500.0)]))
    assert recovery.fit is not None
    assert recovery.fit.tempo_bpm == pytest.approx(90.0)
    assert recovery.fit.beat_at(500.0) == pytest.approx(4.0, abs=1e-6)


def test_start_makes_the_next_tick_its_beat() -> None:
    recovery = ClockRecovery()
    ticks_s = clocks.steady(97, 6)
    for tick_s in ticks_s[:48]:
        recovery.tick(float(tick_s))
    recovery.start(16.0)
    for tick_s in ticks_s[48:]:
        recovery.tick(float(tick_s))
    assert recovery.fit is not None
    assert recovery.fit.beat_at(float(ticks_s[48])) == pytest.approx(16.0, abs=1e-6)


def test_a_tempo_has_as_many_decimals_as_the_jitter_allows() -> None:
    _, fit = recovered(clocks.jittered(clocks.steady(97.0, 8), 0.001, seed=7))
    assert fit.plain_bpm == 97.0
    _, fit = recovered(clocks.steady(97.5, 8))
    assert fit.plain_bpm == 97.5
    _, fit = recovered(clocks.steady(97.53, 8))
    assert fit.plain_bpm == 97.53


@pytest.mark.parametrize("ticks", [0, 1, 7])
def test_too_few_ticks_are_no_tempo(ticks: int) -> None:
    recovery = ClockRecovery()
    for tick_s in clocks.steady(120, 1)[:ticks]:
        recovery.tick(float(tick_s))
    assert recovery.fit is None
