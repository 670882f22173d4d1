"""`humanize`: a hand that is not a machine's."""

from __future__ import annotations

from random import Random
from typing import ClassVar

import numpy as np
from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.written import Seconds
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import notes_at, offsets_s, onsets_s, velocities, with_moved

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
        strays = np.array([chance.gauss(0.0, 1.0) for _ in range(2 * len(part.notes))]).reshape(-1, 2)
        strays = np.clip(strays, -FURTHEST, FURTHEST)
        shifts_s = self.timing * strays[:, 0]
        played = velocities(part.notes) + self.velocity * strays[:, 1]
        moved = notes_at(
            part.notes, onsets_s(part.notes) + shifts_s, offsets_s(part.notes) + shifts_s, played
        )
        return with_moved(part, moved)
