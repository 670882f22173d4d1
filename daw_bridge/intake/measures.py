"""What is measured of a bounce while its blocks pass by: fingerprint, peaks, and energies."""

from __future__ import annotations

import hashlib
import math
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from daw_bridge.core.audio import Samples

_DIGEST_BYTES = 16
_CANCELLED_DB = 12.0
HIGHEST_PEAK = 1_000.0
"""60 dB over full scale, which no mix reaches."""


class Measures:
    """Takes in blocks (float32 [channels, frames]) of any length; the lengths change nothing.

    A context manager. The fingerprint takes two fifths of the time of listening, so a thread of its own
    computes it, one block behind at most: blocks are not to be written to.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz = rate_hz
        self.channels = channels
        self.frames = 0
        self.damaged_frame: int | None = None
        self._hashes = [hashlib.blake2b(digest_size=_DIGEST_BYTES) for _ in range(channels)]
        self._hashing = ThreadPoolExecutor(1, thread_name_prefix="fingerprint")
        self._hashed: Future[None] | None = None
        self._lowest: npt.NDArray[np.float64] = np.full(channels, np.inf)
        self._highest: npt.NDArray[np.float64] = np.full(channels, -np.inf)
        self._sums: npt.NDArray[np.float64] = np.zeros(channels)
        self._energies: npt.NDArray[np.float64] = np.zeros(channels)
        self._mean_energy = 0.0

    def add(self, block: Samples) -> Samples | None:
        """Take in the next block; returns the mean of its channels, float32 [1, frames].

        None if it holds what is no sound (NaN, infinity, bytes that are no samples): `damaged_frame`
        says where, and nothing more is to be added.
        """
        lowest, highest = block.min(axis=1), block.max(axis=1)
        if not np.maximum(highest, -lowest).max() <= HIGHEST_PEAK:  # so written, NaN is caught
            is_sound = (np.abs(block) <= HIGHEST_PEAK).all(axis=0)
            self.damaged_frame = self.frames + int(np.argmin(is_sound))
            return None
        mean: Samples = block.mean(axis=0, keepdims=True) if self.channels > 1 else block
        self.frames += block.shape[1]
        self._lowest = np.minimum(self._lowest, lowest)
        self._highest = np.maximum(self._highest, highest)
        self._sums += block.sum(axis=1)
        self._energies += [float(np.dot(samples, samples)) for samples in block]
        self._mean_energy += float(np.dot(mean[0], mean[0]))
        self._wait_for_hashes()
        self._hashed = self._hashing.submit(self._hash, block)
        return mean

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hashing.shutdown()

    def _hash(self, block: Samples) -> None:
        for digest, samples in zip(self._hashes, block, strict=True):
            digest.update(np.ascontiguousarray(samples, dtype="<f4").data)

    def _wait_for_hashes(self) -> None:
        if self._hashed is not None:
            self._hashed.result()

    @property
    def fingerprint(self) -> str:
        """BLAKE2b-128 over rate, channels and each channel's own digest, in hex."""
        self._wait_for_hashes()
        whole = hashlib.blake2b(f"{self.rate_hz} {self.channels} ".encode(), digest_size=_DIGEST_BYTES)
        for digest in self._hashes:
            whole.update(digest.digest())
        return whole.hexdigest()

    @property
    def peak_dbfs(self) -> float:
        """The peak around each channel's own mean: a DC offset is no sound."""
        means = self._sums / max(self.frames, 1)
        peak = float(np.maximum(self._highest - means, means - self._lowest).max())
        return 20 * math.log10(peak) if peak > 0.0 else -math.inf

    @property
    def loudest_channel(self) -> int:
        """The channel with the most energy."""
        return int(self._energies.argmax())

    @property
    def channels_cancel(self) -> bool:
        """Whether the mean of the channels has lost what they hold, as anti-phase stereo does.

        One channel alone among silent ones leaves 1/channels of itself in the mean; the mean has
        lost it when it lies 12 dB below that.
        """
        alone = float(self._energies.max()) / self.channels**2
        return self._mean_energy < alone * 10 ** (-_CANCELLED_DB / 10)
