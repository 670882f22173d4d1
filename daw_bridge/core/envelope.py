"""The outline of a sound: how far it swings, for pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from daw_bridge.core.audio import AudioClip

COLUMNS = 16_384
"""So many hold the outline of an hour as finely as a picture shows it, in 128 kB."""


@dataclass(frozen=True, eq=False)
class Envelope:
    """The lowest and the highest sample of stretches of one length.

    `swing` is float32 [2, columns]: lows, then highs, full scale at 1.0; all together last `duration_s`.
    """

    swing: npt.NDArray[np.float32]
    duration_s: float

    def between(self, edges_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        """The swing from each time to the next: float32 [2, len(edges_s) - 1]; 0 where there is no sound."""
        count = self.swing.shape[1]
        if not count or self.duration_s <= 0.0:
            return np.zeros((2, len(edges_s) - 1), np.float32)
        edges = np.floor(edges_s / self.duration_s * count).astype(np.int64)
        starts = np.clip(edges[:-1], 0, count)
        # reduceat takes what lies before the next start, and at the last one all that there is.
        swing = np.pad(self.swing, ((0, 0), (0, 1)), "edge")[:, : max(edges[-1], starts[-1] + 1)]
        lows, highs = np.minimum.reduceat(swing[0], starts), np.maximum.reduceat(swing[1], starts)
        inside = (edges[:-1] >= 0) & (edges[:-1] < count)
        return np.where(inside, np.stack([lows, highs]), np.float32(0.0))

    def to_bytes(self) -> bytes:
        """A byte a value, which is finer than a picture."""
        return np.rint(np.clip(self.swing, -1.0, 1.0) * 127).astype(np.int8).tobytes()

    @staticmethod
    def from_bytes(kept: bytes, duration_s: float) -> Envelope:
        """The reverse of `to_bytes`."""
        swing = np.frombuffer(kept, np.int8).astype(np.float32).reshape(2, -1) / 127
        return Envelope(np.asarray(swing, np.float32), duration_s)


def envelope(clip: AudioClip, columns: int = COLUMNS) -> Envelope:
    """The outline of a clip, of all channels together, in at most `columns` columns."""
    columns = min(columns, clip.frames)
    if not columns:
        return Envelope(np.zeros((2, 0), np.float32), 0.0)
    starts = np.linspace(0, clip.frames, columns, endpoint=False).astype(np.int64)
    lows = np.minimum.reduceat(clip.samples, starts, axis=1).min(axis=0)
    highs = np.maximum.reduceat(clip.samples, starts, axis=1).max(axis=0)
    return Envelope(np.stack([lows, highs]), clip.duration_s)
