"""`strum`: chords note after note."""

from __future__ import annotations

from operator import attrgetter
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.voices import chords
from daw_bridge.core.written import Seconds
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import notes_at, offsets_s

PITCH = attrgetter("pitch")


class Strum(Edit, title="strum"):
    """Begins the notes of each chord one after the other; their ends stay."""

    short: ClassVar[str | None] = "time"

    time: Seconds = Field(0.015, ge=0.0, le=0.5, description="From note to note: `15 ms`.")
    direction: Literal["up", "down", "alternate"] = Field(
        "up", description="From the lowest note, or highest."
    )

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        notes, starts_s, strokes = list[Note](), list[float](), 0
        for chord in chords(part.notes):
            downwards = self.direction == "down" or (self.direction == "alternate" and strokes % 2 == 1)
            notes += sorted(chord, key=PITCH, reverse=downwards)
            starts_s += [chord[0].onset_s + k * self.time for k in range(len(chord))]
            strokes += len(chord) > 1
        return part.with_notes(notes_at(notes, np.array(starts_s), offsets_s(notes)))
