"""`humanize`: a hand that is not a machine's."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.written import Seconds
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import note_at, with_moved

FURTHEST = 2.5
"""Standard deviations: nothing strays further, so that no note sounds like a mistake."""


class Humanize(Edit, title="humanize"):
    """Moves each note a little in time and velocity, by chance; the same `seed` gives the same chance."""

    short: ClassVar[str | None] = "timing"

    timing: Seconds = Field(
        0.008, ge=0.0, le=0.1, description="How far notes stray, as a standard deviation: `8 ms`."
    )
    velocity: float = Field(6.0, ge=0.0, le=40.0, description="The same for velocities.")
    seed: int = Field(1, ge=0, description="Another number, another performance.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        chance = Random(self.seed)

        def stray() -> float:
            return min(max(chance.gauss(0.0, 1.0), -FURTHEST), FURTHEST)

        moved = []
        for note in part.notes:
            shift_s, louder = self.timing * stray(), round(self.velocity * stray())
            new = note_at(note, note.onset_s + shift_s, note.offset_s + shift_s)
            velocity = min(max(note.velocity + louder, 1), 127)
            moved.append(Note(new.onset_s, new.pitch, new.offset_s, velocity, new.confidence))
        return with_moved(part, moved)
