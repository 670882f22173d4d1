"""Audio -> what the network hears: log-frequency spectra at three time resolutions.

One window can't tell both E1 from F1 and when a note began: constant-Q features, which basic-pitch
uses, need more than a second at E1. So there are three: 372 ms (for low pitches), 93 ms, and 23 ms
(for onsets). Each spectrum is mapped to three bins a semitone; the middle bin of each three lies on
the key. Levels are in decibels, so that gain and equalisation only add to them.

Long windows serve low pitches only, so they are taken from a signal at half and at an eighth of the
rate: that makes the features three times faster.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from daw_bridge.core.resampling import rate_filter

RATE_HZ = 22_050
FRAME_SAMPLES = 512
"""A frame is 23.2 ms."""

LOWEST_KEY = 21
"""MIDI key of the first semitone: A0."""
SEMITONES = 103
BINS_A_SEMITONE = 3
BINS = SEMITONES * BINS_A_SEMITONE
CHANNELS = 4
"""372 ms and 93 ms once a frame, 23 ms twice."""

WINDOW = 1024
"""In samples, of the 372 ms window at 2,756 Hz and of the 93 ms window at 11,025 Hz."""
SHORT_WINDOW = 512
LONG_HIGHEST_HZ, MIDDLE_HIGHEST_HZ = 1110.0, 4900.0
"""Above, where the filters set in, the first channel is silent, and the second."""

DECIMATION_DB = 60.0
FLOOR_DB = 96.0
"""Levels below this under a full-scale sine count as silence."""

# Matrix products here are kept so small that the linear algebra library does them on the spot: waking its
# threads takes longer, and takes the cores from others.
BLOCK_FRAMES = 64
_BAND_BINS = 18

REACH_FRAMES = 9
"""A frame depends on the samples of so many frames to each side: half a long window and the filters."""

Floats = npt.NDArray[np.float32]
Levels = npt.NDArray[np.uint8]


def frame_count(samples: int) -> int:
    """How many frames a clip of so many samples has."""
    return -(-samples // FRAME_SAMPLES)


def bin_frequency_hz(tuning_cents: float = 0.0) -> npt.NDArray[np.float64]:
    """The centre of each bin in Hz: float64 [309]; bin 1 is A0, 27.5 Hz where A is at 440 Hz."""
    lowest_hz = 27.5 * 2.0 ** (tuning_cents / 1200)
    return np.asarray(lowest_hz * 2.0 ** ((np.arange(BINS) - 1) / (12 * BINS_A_SEMITONE)))


def features(
    samples: Floats,
    start: int = 0,
    stop: int | None = None,
    *,
    gain: float = 1.0,
    tuning_cents: float = 0.0,
) -> Floats:
    """One channel at 22,050 Hz -> float32 [4, frames, 309], 0.0 (silence) to 1.0 (a full-scale sine).

    Frame f holds samples 512 f to 512 f + 511. Its long windows are centred on its middle, its short
    ones on its first and its third quarter. Only the frames `start` to `stop` are computed, of samples
    that are `gain` times as loud; bins lie on keys that are tuned so far above A 440.
    """
    count = frame_count(len(samples))
    stop = count if stop is None else min(stop, count)
    before = min(start, REACH_FRAMES)
    around = samples[(start - before) * FRAME_SAMPLES : (stop + REACH_FRAMES) * FRAME_SAMPLES]
    around = around if gain == 1.0 else around * np.float32(gain)
    return _features(around, tuning_cents)[:, before : before + stop - start]


def _features(samples: Floats, tuning_cents: float) -> Floats:
    frames = frame_count(len(samples))
    half = _decimated(samples, 2, MIDDLE_HIGHEST_HZ / RATE_HZ)
    eighth = _decimated(half, 4, LONG_HIGHEST_HZ / (RATE_HZ / 2))
    long = _Windows(eighth, WINDOW, FRAME_SAMPLES // 8, FRAME_SAMPLES // 16)
    middle = _Windows(half, WINDOW, FRAME_SAMPLES // 2, FRAME_SAMPLES // 4)
    short = _Windows(samples, SHORT_WINDOW, FRAME_SAMPLES // 2, FRAME_SAMPLES // 4)
    to_long = _mapping(WINDOW, RATE_HZ / 8, LONG_HIGHEST_HZ, tuning_cents)
    to_middle = _mapping(WINDOW, RATE_HZ / 2, MIDDLE_HIGHEST_HZ, tuning_cents)
    to_short = _mapping(SHORT_WINDOW, RATE_HZ, RATE_HZ / 2, tuning_cents)
    heard = np.empty((CHANNELS, frames, BINS), np.float32)
    for start in range(0, frames, BLOCK_FRAMES):
        stop = min(start + BLOCK_FRAMES, frames)
        heard[0, start:stop] = long.levels(start, stop, to_long)
        heard[1, start:stop] = middle.levels(start, stop, to_middle)
        pairs = short.levels(2 * start, 2 * stop, to_short).reshape(-1, 2, BINS)
        heard[2, start:stop], heard[3, start:stop] = pairs[:, 0], pairs[:, 1]
    return heard


def to_bytes(heard: Floats) -> Levels:
    """Features in a byte each (0.38 dB a step), for keeping many of them."""
    return np.asarray(np.round(heard * 255.0), np.uint8)


class _Windows:
    """Hann windows over one signal: window i is centred on sample `first + i * hop`."""

    def __init__(self, samples: Floats, window: int, hop: int, first: int) -> None:
        padded = np.pad(samples, (window // 2, window + hop))
        self._windows = np.lib.stride_tricks.sliding_window_view(padded, window)[first::hop]
        shape = np.hanning(window + 1)[:-1]
        self._shape = np.asarray(shape * (2.0 / shape.sum()), np.float32)

    def levels(self, start: int, stop: int, mapping: Sequence[_Band]) -> Floats:
        """Windows `start` to `stop`, mapped to bins: float32 [windows, 309], 0.0 to 1.0."""
        spectrum = np.fft.rfft(self._windows[start:stop] * self._shape, axis=1)
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        level = np.zeros((stop - start, BINS), np.float32)
        for band in mapping:
            level[:, band.bins] = power[:, band.lines] @ band.weights
        level += np.float32(10 ** (-FLOOR_DB / 10))
        np.log(level, out=level)
        level *= np.float32(10.0 / np.log(10.0) / FLOOR_DB)
        level += np.float32(1.0)
        return np.asarray(np.clip(level, 0.0, 1.0, out=level))


@dataclass(frozen=True, eq=False)
class _Band:
    """Which spectral lines matter to some bins, and the power that each gives to each: [lines, bins]."""

    lines: slice
    bins: slice
    weights: Floats


@functools.lru_cache(maxsize=12)
def _mapping(window: int, rate_hz: float, highest_hz: float, tuning_cents: float) -> tuple[_Band, ...]:
    """From spectral lines to bins, band by band: most lines lie far from most bins.

    A bin narrower than the spacing of the lines interpolates between the two beside it; a wider one
    takes the lines in it, in a triangle that reaches to the centres of the bins beside it.
    """
    spacing_hz = rate_hz / window
    lines_hz = np.arange(window // 2 + 1) * spacing_hz
    centres_hz = bin_frequency_hz(tuning_cents)
    step = 2.0 ** (1 / (12 * BINS_A_SEMITONE))
    below = np.maximum(centres_hz - centres_hz / step, spacing_hz)
    above = np.maximum(centres_hz * step - centres_hz, spacing_hz)
    distance = lines_hz[:, None] - centres_hz
    weights = np.maximum(1.0 - np.where(distance < 0, -distance / below, distance / above), 0.0)
    bands = []
    highest = int(np.sum(centres_hz <= highest_hz))
    for first in range(0, highest, _BAND_BINS):
        bins = slice(first, min(first + _BAND_BINS, highest))
        used = np.flatnonzero(weights[:, bins].any(axis=1))
        lines = slice(int(used[0]), int(used[-1]) + 1)
        bands.append(_Band(lines, bins, weights[lines, bins].astype(np.float32)))
    return tuple(bands)


def _decimated(samples: Floats, factor: int, passband: float) -> Floats:
    """Every so manieth sample, low-passed without delay; flat up to `passband` cycles a sample."""
    low_pass = rate_filter(factor, 1, passband=passband, attenuation_db=DECIMATION_DB)
    behind = len(low_pass.matrix) + low_pass.inputs
    return low_pass.filtered(np.pad(samples, (low_pass.reach, behind)))
