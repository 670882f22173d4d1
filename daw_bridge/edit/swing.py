"""`swing`: the second note of each pair comes late."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.meters import NEARLY
from daw_bridge.core.notes import Part
from daw_bridge.core.written import Beats, Share
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import note_at, with_warped


class Swing(Edit, title="swing"):
    """Stretches the first half of each pair of notes and shortens the second, as drummers do."""

    short: ClassVar[str | None] = "amount"

    amount: Share = Field(
        0.58,
        ge=0.25,
        le=0.8,
        description="Where the second note of a pair stands: 50 % is straight, 67 % a triplet.",
    )
    grid: Beats = Field(0.25, ge=1 / 16, le=4, description="The note value that swings: `1/16` or `1/8`.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""

        def warp(time_s: float) -> float:
            return grid.time_at(self._swung(grid.beat_at(time_s), grid))

        moved = [note_at(note, warp(note.onset_s), warp(note.offset_s)) for note in part.notes]
        return with_warped(part, moved, warp)

    def _swung(self, beat: float, grid: PlacedGrid) -> float:
        bar, pair = grid.meters.bar_at(beat), 2 * self.grid
        bar_beat = grid.meters.start_of(bar)
        first = bar_beat + int(max(beat - bar_beat, 0.0) / pair + NEARLY) * pair
        if first + pair > grid.meters.start_of(bar + 1) + NEARLY:
            return beat  # half a pair at the end of an odd bar
        within = (beat - first) / pair
        if within < 0.5:
            return first + within * 2 * self.amount * pair
        return first + (self.amount + (within - 0.5) * 2 * (1.0 - self.amount)) * pair
