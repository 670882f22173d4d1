"""AudioClip -> 24-bit WAV."""

from __future__ import annotations

from pathlib import Path

from pedalboard.io import AudioFile

from daw_bridge.core.audio import AudioClip

BIT_DEPTH = 24
_BLOCK_FRAMES = 1 << 20


def write_wav(clip: AudioClip, path: Path) -> None:
    """Write `clip` at its own rate and channel count; samples beyond full scale are clipped."""
    with AudioFile(
        str(path), "w", samplerate=clip.rate_hz, num_channels=clip.channels, bit_depth=BIT_DEPTH
    ) as file:
        for start in range(0, clip.frames, _BLOCK_FRAMES):  # in blocks: a long clip is not copied whole
            file.write(clip.samples[:, start : start + _BLOCK_FRAMES])
