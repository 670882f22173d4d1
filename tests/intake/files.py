"""Audio files for tests, made by pedalboard or byte by byte."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from pedalboard.io import AudioFile

from daw_bridge.core.audio import Samples


def tone(
    duration_s: float = 0.5, *, rate_hz: int = 44_100, channels: int = 1, frequency_hz: float = 110.0
) -> Samples:
    """A sine, an overtone higher in each channel, at -6 dBFS."""
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    rows = [0.5 * np.sin(2 * np.pi * frequency_hz * (row + 1) * time_s) for row in range(channels)]
    return np.array(rows, dtype=np.float32)


def write_audio(path: Path, samples: Samples, *, rate_hz: int = 44_100, bit_depth: int = 16) -> Path:
    """Write with pedalboard, in the format that the suffix names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with AudioFile(
        str(path), "w", samplerate=rate_hz, num_channels=samples.shape[0], bit_depth=bit_depth
    ) as file:
        file.write(samples)
    return path


def wav_bytes(
    audio: bytes,
    *,
    channels: int = 1,
    rate_hz: int = 44_100,
    bits: int = 16,
    is_float: bool = False,
    promised_bytes: int | None = None,
) -> bytes:
    """A WAV file around `audio`; `promised_bytes` is what its data chunk claims instead of the truth."""
    frame_bytes = channels * bits // 8
    fmt = struct.pack(
        "<HHIIHH", 3 if is_float else 1, channels, rate_hz, rate_hz * frame_bytes, frame_bytes, bits
    )
    promised = len(audio) if promised_bytes is None else promised_bytes
    riff_bytes = (4 + 8 + len(fmt) + 8 + promised) & 0xFFFFFFFF
    head = b"RIFF" + struct.pack("<I", riff_bytes) + b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt
    return head + b"data" + struct.pack("<I", promised) + audio


def pcm_16(samples: Samples) -> bytes:
    """Interleaved 16-bit samples."""
    return np.round(samples.T * 32_767).astype("<i2").tobytes()
