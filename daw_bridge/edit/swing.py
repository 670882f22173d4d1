"""`swing`: the second note of each pair comes late."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.meters import NEARLY, Meters
from daw_bridge.core.notes import Part
from daw_bridge.core.timing import Doubles
from daw_bridge.core.written import Beats, Share
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import warped


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
        return warped(part, lambda times_s: grid.times_at(self._swung(grid.beats_at(times_s), grid.meters)))

    def _swung(self, beats: Doubles, meters: Meters) -> Doubles:
        bars, pair = meters.bars_at(beats), 2 * self.grid
        starts = meters.starts_of(bars)
        firsts = starts + np.floor(np.maximum(beats - starts, 0.0) / pair + NEARLY) * pair
        within = (beats - firsts) / pair
        early, late = within * 2 * self.amount, self.amount + (within - 0.5) * 2 * (1.0 - self.amount)
        swung = firsts + np.where(within < 0.5, early, late) * pair
        # half a pair at the end of an odd bar stays
        return np.where(firsts + pair > meters.starts_of(bars + 1) + NEARLY, beats, swung)
