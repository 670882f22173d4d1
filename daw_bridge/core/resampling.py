"""A low-pass and a change of rate in one, as a matrix product: numpy's fastest way through a signal."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

FEWEST_OUTPUTS = 64
"""A row of a product has so many at least."""

ROWS_AT_ONCE = 16
"""Products this small are not spread over threads, whose waking costs more than they do."""


@dataclass(frozen=True, eq=False)
class RateFilter:
    """Makes `outputs` samples of every `inputs`, from as many and `reach` more to each side.

    Without delay: output i stands where input i * inputs / outputs does.
    """

    inputs: int
    outputs: int
    reach: int
    matrix: Floats
    """[inputs + 2 * reach, outputs]."""

    def filtered(self, samples: Floats) -> Floats:
        """Samples from `reach` before the first output on -> as many whole rows of outputs as they hold."""
        span = len(self.matrix)
        if len(samples) < span:
            return np.zeros(0, np.float32)
        rows = np.lib.stride_tricks.sliding_window_view(samples, span)[:: self.inputs]
        made = np.empty((len(rows), self.outputs), np.float32)
        for first in range(0, len(rows), ROWS_AT_ONCE):
            some = slice(first, first + ROWS_AT_ONCE)
            np.matmul(rows[some], self.matrix, out=made[some])
        return made.reshape(-1)


@functools.cache
def rate_filter(inputs: int, outputs: int, *, passband: float, attenuation_db: float) -> RateFilter:
    """A windowed sinc that makes `outputs` samples of `inputs`, two numbers without a common divisor.

    Flat up to `passband` (in cycles an input sample), 6 dB down at half the lower rate; what folds lands
    above the passband. By Kaiser's design formulas (Oppenheim and Schafer, Discrete-Time Signal Processing,
    section 7.5).
    """
    times = -(-FEWEST_OUTPUTS // outputs)
    inputs, outputs = times * inputs, times * outputs
    cutoff = 0.5 * min(1.0, outputs / inputs)
    reach = math.ceil((attenuation_db - 7.95) / (2.285 * 2 * math.pi * 2 * (cutoff - passband)) / 2)
    beta = 0.1102 * (attenuation_db - 8.7)
    place = np.arange(inputs + 2 * reach)[:, None] - reach
    distance = place - np.arange(outputs) * (inputs / outputs)
    window = np.i0(beta * np.sqrt(np.maximum(1 - np.square(distance / reach), 0.0)))
    taps = np.where(np.abs(distance) <= reach, np.sinc(2 * cutoff * distance) * window, 0.0)
    return RateFilter(inputs, outputs, reach, (taps / taps.sum(axis=0)).astype(np.float32))
