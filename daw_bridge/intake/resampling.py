"""Changing the rate of a stream of blocks, with time kept."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from daw_bridge.core.audio import AudioClip, Samples
from daw_bridge.core.resampling import RateFilter, rate_filter

FLAT_UP_TO = 0.467
"""Of the lower rate: 10.3 kHz at 22.05 kHz."""
ATTENUATION_DB = 85.0

SMALLEST_COMMON_HZ = 25
"""Rates whose greatest common divisor is smaller (44,056 Hz) would need a filter of many megabytes."""


class Resampler:
    """Collects mono blocks as a clip of `to_hz`.

    Content is kept within 0.1 dB up to 10.3 kHz at 22.05 kHz, and what would fold down below that is 85 dB
    weaker. Without delay: what sounds at t sounds at t, within a sample. The usual rates go through a
    filter of our own, which takes a tenth of the time of pedalboard's; unusual ones through pedalboard's
    WindowedSinc32 (its plain WindowedSinc folds). `expected_frames` only sets the room aside.
    """

    def __init__(self, from_hz: int, to_hz: int, *, expected_frames: int) -> None:
        self._from_hz = from_hz
        self._to_hz = to_hz
        self._stream = _stream(from_hz, to_hz)
        self._frames_in = 0
        self._frames_out = 0
        # The system hands out the pages when they are written to, so room that is not needed costs nothing.
        self._samples: Samples = np.empty((1, self._frames_for(expected_frames) + to_hz), np.float32)

    def add(self, block: Samples) -> None:
        """Take in the next block, float32 [1, frames]."""
        self._frames_in += block.shape[1]
        self._keep(self._stream.process(block) if self._stream else block)

    def finish(self) -> AudioClip:
        """The whole clip: round(frames * to_hz / from_hz) frames."""
        wanted = self._frames_for(self._frames_in)
        if self._stream:
            self._keep(self._stream.process())
        if wanted > self._frames_out:  # the stream may end a sample early
            self._keep(np.zeros((1, wanted - self._frames_out), np.float32))
        return AudioClip(self._samples[:, :wanted], self._to_hz)

    def _frames_for(self, frames_in: int) -> int:
        return (frames_in * self._to_hz + self._from_hz // 2) // self._from_hz

    def _keep(self, block: Samples) -> None:
        end = self._frames_out + block.shape[1]
        if end > self._samples.shape[1]:  # an MP3 may be longer than it says
            grown = np.empty((1, end + end // 2), np.float32)
            grown[:, : self._frames_out] = self._samples[:, : self._frames_out]
            self._samples = grown
        self._samples[:, self._frames_out : end] = block
        self._frames_out = end


class _Stream(Protocol):
    """Blocks in, blocks out, float32 [1, frames]; without a block, what is left."""

    def process(self, block: Samples | None = None) -> Samples: ...


def _stream(from_hz: int, to_hz: int) -> _Stream | None:
    if from_hz == to_hz:
        return None
    common = math.gcd(from_hz, to_hz)
    if common >= SMALLEST_COMMON_HZ:
        passband = FLAT_UP_TO * min(1.0, to_hz / from_hz)
        inputs, outputs = from_hz // common, to_hz // common
        return _Filter(rate_filter(inputs, outputs, passband=passband, attenuation_db=ATTENUATION_DB))
    from pedalboard.io import StreamResampler

    return StreamResampler(from_hz, to_hz, 1)


class _Filter:
    """A `RateFilter` that keeps what the next block's outputs need of this one."""

    def __init__(self, rate: RateFilter) -> None:
        self._rate = rate
        self._waiting = np.zeros(rate.reach, np.float32)

    def process(self, block: Samples | None = None) -> Samples:
        silence_behind = np.zeros(len(self._rate.matrix), np.float32)
        samples = np.concatenate((self._waiting, silence_behind if block is None else block[0]))
        made = self._rate.filtered(samples)
        self._waiting = samples[len(made) // self._rate.outputs * self._rate.inputs :]
        return made[None]
