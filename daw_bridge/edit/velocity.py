"""`velocity`: harder, softer, more even."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.written import Share
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import velocities


class Velocity(Edit, title="velocity"):
    """Changes how hard notes are played: first `compress`, then `curve`, then `scale`, in `min` to `max`."""

    short: ClassVar[str | None] = "fixed"

    fixed: int | None = Field(None, ge=1, le=127, description="All notes at this velocity.")
    compress: Share = Field(
        0.0, ge=0.0, le=1.0, description="How far towards the part's mean: at `100 %` all are alike."
    )
    curve: float = Field(
        1.0, ge=0.1, le=10.0, description="Above 1 soft notes get softer, below 1 louder; 127 stays."
    )
    scale: Share = Field(1.0, gt=0.0, le=10.0, description="Times the velocity: `120 %`.")
    min: int = Field(1, ge=1, le=127, description="The softest.")
    max: int = Field(127, ge=1, le=127, description="The hardest.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Velocity:
        if self.min > self.max:
            raise ValueError("min is not above max")
        shaping = (self.compress, self.curve, self.scale, self.min, self.max)
        if self.fixed is not None and shaping != (0.0, 1.0, 1.0, 1, 127):
            raise ValueError("fixed stands alone: all notes are alike then")
        return self

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        if not part.notes:
            return part
        played = velocities(part.notes)
        if self.fixed is None:
            changed = played + self.compress * (played.mean() - played)
            changed = self.scale * 127.0 * (changed / 127.0) ** self.curve
            changed = np.rint(np.clip(changed, self.min, self.max))
        else:
            changed = np.full_like(played, self.fixed)
        return part.with_notes(
            Note(note.onset_s, note.pitch, note.offset_s, velocity, note.confidence)
            for note, velocity in zip(part.notes, changed.astype(int).tolist(), strict=True)
        )
