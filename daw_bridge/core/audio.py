"""Sound in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""float32 [channels, frames], full scale at 1.0."""

AUDIO_SUFFIXES = (
    *(".wav", ".wave", ".bwf", ".rf64", ".aif", ".aiff", ".aifc", ".flac", ".ogg", ".oga", ".mp3"),
    *(".w64", ".caf", ".m4a", ".mp4", ".aac", ".opus", ".wma", ".wv"),
)
"""Names of files that a DAW bounces to, in lower case. The second row is not read everywhere: it is
taken up all the same, so that the user is told which formats are."""


@dataclass(frozen=True, eq=False)
class AudioClip:
    """Samples (float32 [channels, frames]) and how many frames a second they hold, in Hz."""

    samples: Samples
    rate_hz: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise ValueError(
                f"float32 [channels, frames] wanted, not {self.samples.dtype} {self.samples.shape}"
            )
        if self.rate_hz <= 0:
            raise ValueError(f"a sample rate is positive, not {self.rate_hz}")

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return int(self.samples.shape[0])

    @property
    def frames(self) -> int:
        """How many samples each channel holds."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate_hz

    @property
    def peak(self) -> float:
        """The largest absolute sample; 0.0 for an empty clip, NaN if any sample is."""
        # min and max, not abs().max(): no copy of a long clip.
        if not self.samples.size:
            return 0.0
        return float(max(-self.samples.min(), self.samples.max()))

    @property
    def peak_dbfs(self) -> float:
        """The peak in decibels below full scale; -inf for silence."""
        return float("-inf") if self.peak == 0.0 else float(20 * np.log10(self.peak))
