"""The measures themselves, on signals whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from tests.measure import SILENCE_DB, Signal, alias_db, key_hz, loudness_lufs, onset_s, pitch_error_cents


def sine(hz: float, rate_hz: int, duration_s: float = 2.0) -> Signal:
    wave: Signal = np.sin(2 * np.pi * hz * np.arange(round(duration_s * rate_hz)) / rate_hz)
    return wave


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_loudness_is_that_of_bs_1770(rate_hz: int) -> None:
    """EBU Tech 3341: a stereo 1 kHz sine at -23 dBFS is -23 LUFS, also with silence around it."""
    tone = np.tile(10 ** (-23 / 20) * sine(1000, rate_hz, 10.0), (2, 1))
    assert loudness_lufs(tone, rate_hz) == pytest.approx(-23.0, abs=0.1)
    around = np.zeros((2, 5 * rate_hz))
    assert loudness_lufs(np.hstack([around, tone, around]), rate_hz) == pytest.approx(-23.0, abs=0.15)
    assert loudness_lufs(around, rate_hz) == SILENCE_DB


@pytest.mark.parametrize("cents", [-30.0, -2.0, 0.0, 4.5])
def test_pitch(cents: float) -> None:
    signal = sine(key_hz(57) * 2 ** (cents / 1200), 44_100)
    assert pitch_error_cents(signal, 44_100, key_hz(57)) == pytest.approx(cents, abs=0.05)


def test_onset() -> None:
    signal = np.concatenate([np.zeros(4410), sine(440, 44_100)])
    assert onset_s(signal, 44_100) == pytest.approx(0.1, abs=0.0002)


def test_alias() -> None:
    signal = sine(5000, 44_100) + 0.5 * sine(10_000, 44_100) + 0.001 * sine(7321, 44_100)
    assert alias_db(signal, 44_100, 5000) == pytest.approx(-60.0, abs=0.1)
