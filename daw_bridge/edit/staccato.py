"""`staccato`: short notes, with air between them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.written import Share
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.following import following_s
from daw_bridge.edit.moving import notes_at, offsets_s, onsets_s


class Staccato(Edit, title="staccato"):
    """Ends each note early on the way to the next one; what is shorter already stays as it is."""

    short: ClassVar[str | None] = "length"

    length: Share = Field(0.5, gt=0.0, lt=1.0, description="Share of the way to the next note that sounds.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        starts_s, ends_s, next_s = onsets_s(part.notes), offsets_s(part.notes), following_s(part)
        ways_s = np.where(np.isnan(next_s), ends_s, next_s) - starts_s
        return part.with_notes(
            notes_at(part.notes, starts_s, np.minimum(ends_s, starts_s + self.length * ways_s))
        )
