"""`delay`: the part later, or earlier."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.timing import Doubles
from daw_bridge.core.written import Beats, Seconds
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import offsets_s, warped


class Delay(Edit, title="delay"):
    """Moves the whole part; what would end before the bounce begins is left out."""

    short: ClassVar[str | None] = "beats"

    beats: Beats = Field(0.0, ge=-256, le=256, description="Quarter notes: `1/8`, `-4`.")
    time: Seconds = Field(0.0, ge=-60, le=60, description="And so much besides: `-12 ms`.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""

        def warp(times_s: Doubles) -> Doubles:
            return grid.times_at(grid.beats_at(times_s) + self.beats) + self.time

        ends_s = warp(offsets_s(part.notes)).tolist()
        kept = [note for note, end_s in zip(part.notes, ends_s, strict=True) if end_s > 0.0]
        return warped(part.with_notes(kept), warp)
