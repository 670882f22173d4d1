"""`sure`: without the doubtful notes."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from daw_bridge.core.doubtful import HALF_SURE
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.written import Share
from daw_bridge.edit.edit import Edit


class Sure(Edit, title="sure"):
    """Leaves out the doubtful notes: those less sure than a threshold. The take file lists them."""

    short: ClassVar[str | None] = "least"

    least: Share = Field(HALF_SURE, ge=0.0, le=1.0, description="Notes less sure than this go: `60 %`.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        return part.with_notes(note for note in part.notes if note.confidence >= self.least)
