"""`fold`: into a range, by octaves."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.voices import fold_pitch
from daw_bridge.core.written import KeyRange
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.pitches import with_pitches


class Fold(Edit, title="fold"):
    """Moves notes outside a range by octaves until they are inside."""

    short: ClassVar[str | None] = "range"
    moves_keys: ClassVar[bool] = True

    range: KeyRange = Field(description="The lowest and the highest key: `E0..E3` (middle C is C3).")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        lowest, highest = self.range.lowest, self.range.highest
        return with_pitches(part, lambda pitch: fold_pitch(pitch, lowest, highest))
