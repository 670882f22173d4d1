"""What is known of a bounce once it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Bounce:
    """An audio file that was read to its end and found sound.

    `fingerprint` is of the samples, rate and channels: renamed, tagged anew or saved in another lossless
    format of the same depth, the audio keeps it. 32 hex digits.
    """

    path: Path
    rate_hz: int
    channels: int
    frames: int
    fingerprint: str

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate_hz
