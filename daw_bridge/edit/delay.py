"""`delay`: the part later, or earlier."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.written import Beats, Seconds
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import note_at, with_warped


class Delay(Edit, title="delay"):
    """Moves the whole part; what would end before the bounce begins is left out."""

    short: ClassVar[str | None] = "beats"

    beats: Beats = Field(0.0, ge=-256, le=256, description="Quarter notes: `1/8`, `-4`.")
    time: Seconds = Field(0.0, ge=-60, le=60, description="And so much besides: `-12 ms`.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""

        def warp(time_s: float) -> float:
            return grid.time_at(grid.beat_at(time_s) + self.beats) + self.time

        kept = [note for note in part.notes if warp(note.offset_s) > 0.0]
        moved = [note_at(note, warp(note.onset_s), warp(note.offset_s)) for note in kept]
        return with_warped(part, moved, warp)
