"""What basic-pitch's network says about a clip: how likely each key sounds, and starts, at each time.

The network (Bittner et al., "A Lightweight Instrument-Agnostic Model for Polyphonic Note
Transcription and Multipitch Estimation", ICASSP 2022) hears windows of 43,844 samples and answers
with 172 frames each. Windows overlap by 30 frames; the outer 15 at each side, where the network
hears only half of what it needs, are cut off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE_HZ = 22_050
FRAME_SAMPLES = 256
WINDOW_SAMPLES = 2 * RATE_HZ - FRAME_SAMPLES
WINDOW_FRAMES = 172
KEYS = 88
LOWEST_KEY = 21
"""MIDI key of the first row: A0."""

MARGIN_FRAMES = 15
KEPT_FRAMES = WINDOW_FRAMES - 2 * MARGIN_FRAMES
MARGIN_SAMPLES = MARGIN_FRAMES * FRAME_SAMPLES
HOP_SAMPLES = WINDOW_SAMPLES - 2 * MARGIN_SAMPLES

Floats = npt.NDArray[np.float32]
Seconds = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Posteriors:
    """Probabilities, float32 [88 keys from A0, frames]: a key sounds (`note`), is struck (`onset`)."""

    note: Floats
    onset: Floats

    @property
    def frames(self) -> int:
        """How many frames there are; `frame_times_s(frames)` tells when."""
        return int(self.note.shape[1])


def window_count(samples: int) -> int:
    """How many windows a clip of so many samples takes."""
    return -(-(samples + MARGIN_SAMPLES) // HOP_SAMPLES) if samples else 0


def windows(samples: Floats, batch: int) -> Iterator[Floats]:
    """Cut one channel [samples] into overlapping windows: float32 [at most `batch`, 43844, 1].

    The first window starts 15 frames before the clip, so that its first kept frame is at 0 s.
    """
    count = window_count(len(samples))
    for first in range(0, count, batch):
        block = np.zeros((min(batch, count - first), WINDOW_SAMPLES, 1), np.float32)
        for row, window in enumerate(block, start=first):
            start = row * HOP_SAMPLES - MARGIN_SAMPLES
            heard = samples[max(start, 0) : start + WINDOW_SAMPLES]
            skipped = max(-start, 0)
            window[skipped : skipped + len(heard), 0] = heard
        yield block


def frame_times_s(frames: int) -> Seconds:
    """When each frame is, in seconds from the clip's first sample: float64 [frames].

    A window's 142 kept frames span 36,352 samples, but the next window starts 36,164 later: counting
    frames alone would run 8.5 ms late with every window, 15 s in an hour. basic-pitch takes the
    same amount off, in steps of 172 frames; here each frame gets the time that its window gave it.
    """
    window, frame = np.divmod(np.arange(frames), KEPT_FRAMES)
    return np.asarray((window * HOP_SAMPLES + frame * FRAME_SAMPLES) / RATE_HZ, np.float64)


def frame_count(samples: int) -> int:
    """How many kept frames lie within a clip of so many samples."""
    window, rest = divmod(samples, HOP_SAMPLES)
    return window * KEPT_FRAMES + min(-(-rest // FRAME_SAMPLES), KEPT_FRAMES)
