"""Stretches of equal length, counted from each bar line on."""

from __future__ import annotations

import numpy as np

from daw_bridge.core.meters import Meters
from daw_bridge.core.timing import Doubles

EARLY_BEATS = 0.125
"""Who plays a thirty-second early means the beat that follows."""


def cells_at(beats: Doubles, meters: Meters, length: float | None) -> tuple[Doubles, Doubles]:
    """Where the cells that `beats` belong to begin and end, in beats; a bar each without `length`."""
    meant = beats + EARLY_BEATS
    bars = meters.bars_at(meant)
    starts, ends = meters.starts_of(bars), meters.starts_of(bars + 1)
    if length is not None:
        starts = starts + np.floor(np.maximum(meant - starts, 0.0) / length) * length
        ends = np.minimum(starts + length, ends)
    return starts, ends
