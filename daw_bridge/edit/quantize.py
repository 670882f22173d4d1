"""`quantize`: notes onto the grid."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.meters import Meters
from daw_bridge.core.notes import Part
from daw_bridge.core.timing import Doubles
from daw_bridge.core.written import Beats, Share
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import notes_at, offsets_s, onsets_s, with_moved
from daw_bridge.edit.ornaments import main_notes


class Quantize(Edit, title="quantize"):
    """Moves notes to the grid; grace notes and flams keep their distance from the note they lead to."""

    short: ClassVar[str | None] = "grid"

    grid: Beats = Field(0.25, ge=1 / 64, le=64, description="The distance of its lines: `1/16`, `1/8t`.")
    strength: Share = Field(1.0, ge=0.0, le=1.0, description="How far towards the line: `80 %`.")
    swing: Share = Field(
        0.5, ge=0.5, le=0.8, description="Where every second line stands between its neighbours: `58 %`."
    )
    move: Literal["starts", "ends", "both"] = Field(
        "starts", description="With `starts` notes keep their length in beats."
    )

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        old_onsets_s, old_offsets_s = onsets_s(part.notes), offsets_s(part.notes)
        starts, ends = self._moved(grid.beats_at(old_onsets_s), grid.beats_at(old_offsets_s), grid.meters)
        new_onsets_s, new_offsets_s = np.maximum(grid.times_at(starts), 0.0), grid.times_at(ends)
        for index, main in main_notes(part.notes).items():
            shift_s = new_onsets_s[main] - old_onsets_s[main]
            new_onsets_s[index] = old_onsets_s[index] + shift_s
            new_offsets_s[index] = old_offsets_s[index] + shift_s
        return with_moved(part, notes_at(part.notes, new_onsets_s, new_offsets_s))

    def _moved(self, onsets: Doubles, offsets: Doubles, meters: Meters) -> tuple[Doubles, Doubles]:
        starts, ends = onsets, offsets
        if self.move != "ends":
            starts = onsets + self.strength * (nearest_lines(onsets, meters, self.grid, self.swing) - onsets)
            ends = offsets + starts - onsets
        if self.move != "starts":
            lines = nearest_lines(ends, meters, self.grid, self.swing)
            ends = np.where(lines > starts, ends + self.strength * (lines - ends), ends)
        return starts, ends


def nearest_lines(beats: Doubles, meters: Meters, step: float, swing: float) -> Doubles:
    """The beats of the grid lines nearest to `beats`: every `step` beats from each bar line on.

    Every second line is late: at `swing` of the way between its neighbours.
    """
    bars = meters.bars_at(beats)
    starts, ends = meters.starts_of(bars), meters.starts_of(bars + 1)
    numbers = np.floor(np.maximum(beats - starts, 0.0) / step) + np.array([[-1.0], [0.0], [1.0]])
    lines = starts + (numbers + (swing - 0.5) * 2 * (numbers % 2)) * step
    lines = np.vstack([np.where((numbers >= 0.0) & (lines < ends), lines, np.inf), ends])
    nearest = np.argmin(np.abs(lines - beats), axis=0)
    return np.asarray(np.take_along_axis(lines, nearest[None], axis=0)[0])
