"""`tempo`: the part at another tempo."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.timing import HIGHEST_BPM, LOWEST_BPM, Doubles
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import warped


class Tempo(Edit, title="tempo"):
    """Plays the part faster or slower, from the bounce's beginning on: only notes, so it sounds as well."""

    short: ClassVar[str | None] = "to"

    to: float | None = Field(
        None, ge=LOWEST_BPM, le=HIGHEST_BPM, description="The new tempo in BPM; without it the session's."
    )
    heard: float | None = Field(
        None,
        ge=LOWEST_BPM,
        le=HIGHEST_BPM,
        description="What the bounce was played at; without it the session's.",
    )

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""

        def warp(times_s: Doubles) -> Doubles:
            if self.heard is None:
                beats = grid.beats_at(times_s) - grid.start_beat
            else:
                beats = times_s * self.heard / 60.0
            return grid.times_at(grid.start_beat + beats) if self.to is None else beats * 60.0 / self.to

        return warped(replace(part, duration_s=float(warp(np.array([part.duration_s]))[0])), warp)
