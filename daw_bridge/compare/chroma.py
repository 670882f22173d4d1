"""Which pitch classes sound, moment by moment, with numpy alone.

Window and compression are those that told damaged bars best (`tests/bench/compare.py`): a shorter window
can't tell the keys of a bass apart.
"""

from __future__ import annotations

import numpy as np

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.timing import Doubles

WINDOW_S = 0.372
HOP_S = 0.05
BLOCK_FRAMES = 512
LOWEST_HZ, HIGHEST_HZ = 40.0, 2100.0
COMPRESSION = 10.0
WIDTH = 0.5
"""A partial counts for the keys this near, in semitones: the standard deviation."""


def chroma(clip: AudioClip) -> tuple[Doubles, Doubles]:
    """Times in seconds, and [times, 12] from C on: how much of each pitch class stands out.

    The compressed spectrum is gathered by pitch class (Müller, "Fundamentals of Music Processing",
    Springer 2015, section 3.1.2), and what is no more than the mean of all of them is 0, so that neither
    noise nor brightness looks like a chord.
    """
    hop, window = round(HOP_S * clip.rate_hz), 2 ** round(np.log2(WINDOW_S * clip.rate_hz))
    mono = clip.samples.mean(axis=0) if clip.channels > 1 else clip.samples[0]
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(mono, window // 2), window)[::hop]
    shape = np.hanning(window).astype(np.float32)
    gathered = _gathering(window, clip.rate_hz)
    full_scale = shape.sum() * max(clip.peak, 1e-6)
    rows = [
        np.log1p(COMPRESSION * np.abs(np.fft.rfft(frames[start : start + BLOCK_FRAMES] * shape)) / full_scale)
        @ gathered
        for start in range(0, len(frames), BLOCK_FRAMES)
    ]
    classes = np.concatenate(rows)
    standing_out = np.maximum(classes - classes.mean(axis=1, keepdims=True), 0.0)
    return np.arange(len(frames), dtype=np.float64) * hop / clip.rate_hz, standing_out


def _gathering(window: int, rate_hz: int) -> Doubles:
    """How much each bin of the spectrum belongs to each pitch class: [bins, 12]."""
    hz = np.fft.rfftfreq(window, 1.0 / rate_hz)
    keys = 69.0 + 12.0 * np.log2(np.maximum(hz, 1.0) / 440.0)
    away = (keys[:, None] - np.arange(12) + 6.0) % 12.0 - 6.0
    near = np.exp(-0.5 * (away / WIDTH) ** 2)
    return np.asarray(near * ((hz >= LOWEST_HZ) & (hz <= HIGHEST_HZ))[:, None])
