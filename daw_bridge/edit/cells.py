"""Stretches of equal length, counted from each bar line on."""

from __future__ import annotations

from daw_bridge.core.meters import Meters

EARLY_BEATS = 0.125
"""Who plays a thirty-second early means the beat that follows."""


def cell_at(beat: float, meters: Meters, length: float | None) -> tuple[float, float]:
    """The beats where the cell that `beat` belongs to begins and ends; a bar each without `length`."""
    bar = meters.bar_at(beat + EARLY_BEATS)
    start, end = meters.start_of(bar), meters.start_of(bar + 1)
    if length is None:
        return start, end
    first = start + int(max(beat + EARLY_BEATS - start, 0.0) / length) * length
    return first, min(first + length, end)
