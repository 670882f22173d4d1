"""`layer`: doubled at an interval."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import HIGHEST_PITCH, LOWEST_PITCH, Note, Part
from daw_bridge.core.written import Share
from daw_bridge.edit.edit import Edit

Interval = Annotated[int, Field(ge=-60, le=60)]


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, int) else value


class Layer(Edit, title="layer"):
    """Adds to each note one, or several, so many semitones above or below."""

    short: ClassVar[str | None] = "semitones"
    moves_keys: ClassVar[bool] = True

    semitones: Annotated[tuple[Interval, ...], BeforeValidator(_as_tuple)] = Field(
        (12,), min_length=1, max_length=8, description="`12`, `-12`, or several: `[7, 12]`."
    )
    velocity: Share = Field(
        0.8, gt=0.0, le=2.0, description="Times the velocity of the note that is doubled."
    )

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        softer = [min(max(round(velocity * self.velocity), 1), 127) for velocity in range(128)]
        added = [
            Note(note.onset_s, pitch, note.offset_s, softer[note.velocity], note.confidence)
            for interval in self.semitones
            for note in part.notes
            if LOWEST_PITCH <= (pitch := note.pitch + interval) <= HIGHEST_PITCH
        ]
        return part.with_notes((*part.notes, *added))
