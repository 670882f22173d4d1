"""`transpose`: higher or lower."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import HIGHEST_PITCH, LOWEST_PITCH, Part
from daw_bridge.core.voices import fold_pitch
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.pitches import with_pitches


class Transpose(Edit, title="transpose"):
    """Moves all notes by semitones and octaves; what would leave the keyboard stays on it by octaves."""

    short: ClassVar[str | None] = "semitones"
    moves_keys: ClassVar[bool] = True

    semitones: int = Field(0, ge=-127, le=127, description="Up, or down when negative.")
    octaves: int = Field(0, ge=-10, le=10, description="And so many octaves besides.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        shift = self.semitones + 12 * self.octaves
        return with_pitches(part, lambda pitch: fold_pitch(pitch + shift, LOWEST_PITCH, HIGHEST_PITCH))
