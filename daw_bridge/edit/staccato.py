"""`staccato`: short notes, with air between them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.written import Share
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.following import with_following
from daw_bridge.edit.moving import note_at


class Staccato(Edit, title="staccato"):
    """Ends each note early on the way to the next one; what is shorter already stays as it is."""

    short: ClassVar[str | None] = "length"

    length: Share = Field(0.5, gt=0.0, lt=1.0, description="Share of the way to the next note that sounds.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        notes = []
        for note, following_s in with_following(part):
            way_s = (note.offset_s if following_s is None else following_s) - note.onset_s
            notes.append(
                note_at(note, note.onset_s, note.onset_s + min(note.duration_s, way_s * self.length))
            )
        return part.with_notes(notes)
