"""Attacks in audio: spectral flux and its peaks, with numpy alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.timing import Doubles

WINDOW_S = 0.046
HOP_S = 0.0116
BLOCK_FRAMES = 128
"""What is computed of them stays in the processor's cache, which halves the time."""
COMPRESSION = 100.0
NEIGHBOURHOOD_S = 0.05
BACKGROUND_S = 0.5

Attacks = tuple[Doubles, Doubles]
"""Times in seconds, rising, and weights above 0."""
NO_ATTACKS: Attacks = (np.zeros(0), np.zeros(0))


def find_attacks(clip: AudioClip) -> Attacks:
    """When something starts in `clip`, and how strongly: times in seconds, weights above 0.

    The strength is the rise of the compressed spectrum between frames ("spectral flux", Bello et
    al., "A Tutorial on Onset Detection in Music Signals", IEEE TSAP 2005) above its surroundings.
    """
    # A power of two: half of the time goes into the transform.
    hop, window = round(HOP_S * clip.rate_hz), 2 ** round(np.log2(WINDOW_S * clip.rate_hz))
    if clip.frames < 2 * window:
        return NO_ATTACKS
    flux = np.concatenate(list(_flux(clip, hop, window)))
    strength = np.maximum(flux - 1.5 * _smoothed(flux, round(BACKGROUND_S / HOP_S)), 0.0)
    reach = round(NEIGHBOURHOOD_S / HOP_S)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(strength, reach), 2 * reach + 1)
    peaks = np.flatnonzero((strength > 0.0) & (strength >= around.max(axis=1)))
    return ((peaks + _summit(flux, peaks)) * hop + window / 2) / clip.rate_hz, strength[peaks]


def _summit(flux: Doubles, peaks: npt.NDArray[np.intp]) -> Doubles:
    """How many frames after each peak the parabola through it and its neighbours has its summit."""
    before, at, after = (flux[np.clip(peaks + step, 0, len(flux) - 1)] for step in (-1, 0, 1))
    bend = before - 2 * at + after
    return np.clip(0.5 * (before - after) / np.where(bend < 0.0, bend, -np.inf), -0.5, 0.5)


def _flux(clip: AudioClip, hop: int, window: int) -> Iterator[Doubles]:
    """The flux of each frame, a block at a time: an hour's spectrogram would fill the memory."""
    mono = clip.samples.mean(axis=0) if clip.channels > 1 else clip.samples[0]
    shape = np.hanning(window).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(mono, window)[::hop]
    full_scale = shape.sum() * max(clip.peak, 1e-6)
    before: npt.NDArray[np.float32] | None = None
    for start in range(0, len(frames), BLOCK_FRAMES):
        heard = np.abs(np.fft.rfft(frames[start : start + BLOCK_FRAMES] * shape, axis=1))
        heard *= np.float32(COMPRESSION / full_scale)
        heard += np.float32(
            1.0
        )  # by hand: log1p takes five times as long, for digits that are of no use here
        np.log(heard, out=heard)
        earlier = heard[:1] if before is None else before
        rise = np.diff(heard, axis=0, prepend=earlier)
        yield np.maximum(rise, 0.0).sum(axis=1, dtype=np.float64)
        before = heard[-1:]


def _smoothed(values: Doubles, length: int) -> Doubles:
    """The mean over `length` values around each."""
    padded = np.pad(values, (length // 2, length - 1 - length // 2), mode="edge")
    total = np.concatenate(([0.0], np.cumsum(padded)))
    return np.asarray((total[length:] - total[:-length]) / length)
