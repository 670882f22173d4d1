"""`legato`: each note until the next."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.written import Beats, Seconds
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.following import following_s
from daw_bridge.edit.moving import notes_at, offsets_s, onsets_s


class Legato(Edit, title="legato"):
    """Lengthens notes until the next one begins; what is held longer already stays as it is."""

    short: ClassVar[str | None] = "overlap"

    overlap: Seconds = Field(
        0.0, ge=-0.2, le=0.2, description="How far into the next note: `10 ms`; negative leaves a gap."
    )
    rest: Beats = Field(4.0, gt=0.0, le=256.0, description="A rest as long as this, or longer, stays a rest.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        ends_s, next_s = offsets_s(part.notes), following_s(part)
        rests = grid.beats_at(next_s) - grid.beats_at(ends_s)
        ends_s = np.where(rests < self.rest, np.maximum(ends_s, next_s + self.overlap), ends_s)
        return part.with_notes(notes_at(part.notes, onsets_s(part.notes), ends_s))
