"""The filter that changes rates: flat where it passes, silent where it stops, and never late."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge.core.resampling import Floats, RateFilter, rate_filter

RATIOS = [(2, 1), (320, 147), (640, 147), (4, 1), (80, 147), (147, 160)]
PASSBAND = 0.467


def filter_of(inputs: int, outputs: int) -> RateFilter:
    passband = PASSBAND * min(1.0, outputs / inputs)
    return rate_filter(inputs, outputs, passband=passband, attenuation_db=85.0)


def of_tone(rate: RateFilter, cycles_a_sample: float, samples: int = 4_000) -> tuple[Floats, Floats]:
    """The filtered tone, and the tone at the outputs' own times."""
    time = np.arange(-rate.reach, samples)
    made = rate.filtered(np.sin(2 * np.pi * cycles_a_sample * time).astype(np.float32))
    at = np.arange(len(made)) * (rate.inputs / rate.outputs)
    return made, np.sin(2 * np.pi * cycles_a_sample * at).astype(np.float32)


@pytest.mark.parametrize("ratio", RATIOS)
@settings(max_examples=20)
@given(st.floats(0.0, 1.0))
def test_what_passes_passes_unchanged_and_in_time(ratio: tuple[int, int], share: float) -> None:
    rate = filter_of(*ratio)
    made, wanted = of_tone(rate, share * PASSBAND * min(1.0, ratio[1] / ratio[0]))
    assert np.abs(made - wanted).max() < 10 ** (-78 / 20)


@pytest.mark.parametrize("ratio", [ratio for ratio in RATIOS if ratio[0] > ratio[1]])
@settings(max_examples=20)
@given(st.floats(0.0, 1.0))
def test_what_would_fold_into_the_passband_is_stopped(ratio: tuple[int, int], share: float) -> None:
    lowest = (1 - PASSBAND) * ratio[1] / ratio[0]
    made, _ = of_tone(filter_of(*ratio), lowest + share * (0.5 - lowest))
    assert np.abs(made).max() < 10 ** (-80 / 20)


def test_too_few_samples_make_nothing() -> None:
    rate = filter_of(2, 1)
    assert len(rate.filtered(np.ones(len(rate.matrix) - 1, np.float32))) == 0
    assert len(rate.filtered(np.ones(len(rate.matrix), np.float32))) == rate.outputs
