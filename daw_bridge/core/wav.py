"""AudioClip -> 24-bit WAV."""

from __future__ import annotations

import errno
from pathlib import Path

from pedalboard.io import AudioFile

from daw_bridge.core.audio import AudioClip

BIT_DEPTH = 24
_BLOCK_FRAMES = 1 << 20


def write_wav(clip: AudioClip, path: Path) -> None:
    """Write `clip` at its own rate and channel count; samples beyond full scale are clipped.

    Raises OSError when the disk does not take all of it.
    """
    try:
        with AudioFile(
            str(path), "w", samplerate=clip.rate_hz, num_channels=clip.channels, bit_depth=BIT_DEPTH
        ) as file:
            for start in range(0, clip.frames, _BLOCK_FRAMES):  # in blocks: a long clip is not copied whole
                file.write(clip.samples[:, start : start + _BLOCK_FRAMES])
    except RuntimeError as cause:  # all that pedalboard says of a full disk
        raise OSError(errno.EIO, f"the disk did not take the audio: {cause}") from cause
    if path.stat().st_size < clip.frames * clip.channels * BIT_DEPTH // 8:
        raise OSError(errno.EIO, "the disk did not take all of the audio")
