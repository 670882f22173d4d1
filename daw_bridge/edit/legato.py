"""`legato`: each note until the next."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.written import Beats, Seconds
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.following import with_following
from daw_bridge.edit.moving import note_at


class Legato(Edit, title="legato"):
    """Lengthens notes until the next one begins; what is held longer already stays as it is."""

    short: ClassVar[str | None] = "overlap"

    overlap: Seconds = Field(
        0.0, ge=-0.2, le=0.2, description="How far into the next note: `10 ms`; negative leaves a gap."
    )
    rest: Beats = Field(4.0, gt=0.0, le=256.0, description="A rest as long as this, or longer, stays a rest.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        notes = []
        for note, following_s in with_following(part):
            end_s = note.offset_s
            if following_s is not None:
                rest = grid.beat_at(following_s) - grid.beat_at(note.offset_s)
                if rest < self.rest:
                    end_s = max(end_s, following_s + self.overlap)
            notes.append(note_at(note, note.onset_s, end_s))
        return part.with_notes(notes)
