"""`length`: longer or shorter notes."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field, model_validator

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.written import Beats, Share
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import notes_at, offsets_s, onsets_s


class Length(Edit, title="length"):
    """Gives notes a share of the length they were played, or all of them one note value."""

    short: ClassVar[str | None] = "value"

    scale: Share | None = Field(None, gt=0.0, le=16.0, description="Times the length: `50 %`.")
    value: Beats | None = Field(None, gt=0.0, le=256.0, description="All of this length: `1/8`.")

    @classmethod
    def expand(cls, value: Any) -> Any:
        """`50 %` is a scale, `1/8` a note value."""
        if isinstance(value, str) and value.strip().endswith("%"):
            return {"scale": value}
        return super().expand(value)

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Length:
        if (self.scale is None) == (self.value is None):
            raise ValueError("takes a scale or a value, such as `length: 50 %` or `length: 1/8`")
        return self

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        starts_s = onsets_s(part.notes)
        if self.value is None:
            ends_s = starts_s + (offsets_s(part.notes) - starts_s) * (self.scale or 1.0)
        else:
            ends_s = grid.times_at(grid.beats_at(starts_s) + self.value)
        return part.with_notes(notes_at(part.notes, starts_s, ends_s))
