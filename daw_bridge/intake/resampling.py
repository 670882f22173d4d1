"""Changing the rate of a stream of blocks, with time kept."""

from __future__ import annotations

import numpy as np

from daw_bridge.core.audio import AudioClip, Samples


class Resampler:
    """Collects mono blocks as a clip of `to_hz`.

    The filter is pedalboard's WindowedSinc32: it keeps content below half the new rate within 1 dB up to
    10.5 kHz at 22.05 kHz and, unlike its plain WindowedSinc, takes out what would fold down (85 dB from
    44.1 kHz). Its delay is compensated: what sounds at t sounds at t, within a sample.
    `expected_frames` only sets the room aside.
    """

    def __init__(self, from_hz: int, to_hz: int, *, expected_frames: int) -> None:
        from pedalboard.io import StreamResampler

        self._from_hz = from_hz
        self._to_hz = to_hz
        self._stream = StreamResampler(from_hz, to_hz, 1) if from_hz != to_hz else None
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
        if self._stream:
            self._keep(self._stream.process())
        wanted = self._frames_for(self._frames_in)
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
