"""What a session file says, in a sentence for the screen and for `bridge.yaml`."""

from __future__ import annotations

from daw_bridge.core.grid import Grid
from daw_bridge.core.timing import Curve
from daw_bridge.session.readers import SessionInfo

CHANGES_NAMED = 3
"""More changes than these are counted, not listed."""


def describe(info: SessionInfo) -> str:
    """`Ableton Live 12.1, Night Drive.als: 97 BPM, 4/4, 7/8 from bar 9; 48 kHz`."""
    rate = f"; {info.rate_hz / 1000:g} kHz" if info.rate_hz else ""
    return f"{info.daw}, {info.file.name}: {describe_grid(info.grid)}{rate}"


def describe_grid(grid: Grid) -> str:
    """`97 BPM, 4/4, 7/8 from bar 9`."""
    return ", ".join([*_tempi(grid), *_meters(grid)])


def _tempi(grid: Grid) -> list[str]:
    changes = grid.tempo.changes
    first = f"{changes[0].tempo_bpm:g} BPM"
    if grid.tempo.is_constant:
        return [first]
    if len(changes) > 1 + CHANGES_NAMED or any(change.curve is not Curve.STEP for change in changes[:-1]):
        lowest, highest = min(c.tempo_bpm for c in changes), max(c.tempo_bpm for c in changes)
        return [f"{first} at first, then {lowest:g} to {highest:g} BPM"]
    later = [f"{c.tempo_bpm:g} BPM from {_place(grid, c.beat)}" for c in changes[1:]]
    return [first, *later]


def _place(grid: Grid, beat: float) -> str:
    position = grid.meters.position_at(beat)
    return f"bar {position.bar}" if position.is_bar_line else str(position)


def _meters(grid: Grid) -> list[str]:
    first, *later = grid.meters.changes
    if len(later) > CHANGES_NAMED:
        return [f"{first.time_signature} at first, {len(later)} changes of meter"]
    named = [f"{c.time_signature} from bar {grid.meters.bar_at(c.beat)}" for c in later]
    return [str(first.time_signature), *named]
