"""How steady a followed clock was is measured, and told."""

from __future__ import annotations

import numpy as np
import pytest

from daw_bridge.live.clock_recovery import TICKS_PER_BEAT, ClockRecovery
from daw_bridge.live.player import timing_of
from daw_bridge.live.steadiness import SETTLED, Steadiness, SteadinessMeter


def test_jitter_is_rms_and_drift_is_from_when_the_tempo_was_known() -> None:
    meter = SteadinessMeter()
    for look in range(SETTLED):
        meter.note(0.003, 90.0 + look / (SETTLED - 1))  # what is first heard of a tempo is no drift
    for _ in range(SETTLED):
        meter.note(-0.004, 91.5)
    steadiness = meter.read(dropped=1, doubled=2)
    assert steadiness is not None
    assert steadiness.jitter_ms == pytest.approx(12.5**0.5)
    assert (steadiness.tempo_bpm, steadiness.drift_bpm) == (91.5, 0.5)
    assert str(steadiness) == (
        "clock 91.50 BPM, jitter 3.5 ms, drift +0.50 BPM, 1 tick dropped, 2 ticks doubled"
    )
    assert SteadinessMeter().read() is None


@pytest.mark.parametrize("jitter_ms", [0.2, 2.0])
def test_a_clocks_own_jitter_is_found_again(jitter_ms: float) -> None:
    rng = np.random.default_rng(1)
    recovery, meter = ClockRecovery(), SteadinessMeter()
    for tick in range(TICKS_PER_BEAT * 64):
        recovery.tick(tick * 60 / (120 * TICKS_PER_BEAT) + rng.normal(0, jitter_ms / 1000))
        if (fit := recovery.fit) is not None:
            meter.note(fit.jitter_s, fit.tempo_bpm)
    steadiness = meter.read()
    assert steadiness is not None
    assert steadiness.jitter_ms == pytest.approx(jitter_ms, rel=0.2)
    assert steadiness.drift_bpm == pytest.approx(0, abs=0.5 * jitter_ms)


def test_a_timing_says_it_after_its_notes() -> None:
    from dataclasses import replace

    clock = Steadiness(120.0, 0.4, -0.02)
    assert str(replace(timing_of([0.001]), clock=clock)).endswith(
        "drift +0.0 ms; clock 120.00 BPM, jitter 0.4 ms, drift -0.02 BPM"
    )
