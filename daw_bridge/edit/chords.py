"""`chords`: an arpeggio as block chords, or the reverse."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.voices import chords
from daw_bridge.core.written import Beats
from daw_bridge.edit.cells import cells_at
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import SHORTEST_S, note_at, notes_at, onsets_s


class Chords(Edit, title="chords"):
    """Gathers the notes of each bar into one chord, or plays each chord note after note."""

    short: ClassVar[str | None] = "to"

    to: Literal["block", "arpeggio"] = Field("block", description="What becomes of the part.")
    span: Beats | None = Field(
        None,
        ge=0.25,
        le=64,
        description="With `block`: a chord for each so many beats; without it, each bar.",
    )
    grid: Beats = Field(0.25, ge=1 / 16, le=4, description="With `arpeggio`: the length of its notes.")
    order: Literal["up", "down", "up-down"] = Field("up", description="With `arpeggio`: the way it goes.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        return part.with_notes(self._blocks(part, grid) if self.to == "block" else self._runs(part, grid))

    def _blocks(self, part: Part, grid: PlacedGrid) -> Iterator[Note]:
        _, ends = cells_at(grid.beats_at(onsets_s(part.notes)), grid.meters, self.span)
        cells: dict[float, list[Note]] = {}
        for note, end_s in zip(part.notes, grid.times_at(ends).tolist(), strict=True):
            cells.setdefault(end_s, []).append(note)
        for end_s, notes in cells.items():
            onset_s = notes[0].onset_s
            offset_s = min(max(note.offset_s for note in notes), end_s)
            loudest = {note.pitch: note for note in sorted(notes, key=lambda note: note.velocity)}
            yield from (note_at(note, onset_s, offset_s) for note in loudest.values())

    def _runs(self, part: Part, grid: PlacedGrid) -> list[Note]:
        groups = list(chords(part.notes))
        starts_s = [chord[0].onset_s for chord in groups]
        ends_s = [
            min(max(note.offset_s for note in chord), following_s)
            for chord, following_s in zip(groups, [*starts_s[1:], math.inf], strict=False)
        ]
        starts, ends = grid.beats_at(np.array(starts_s)), grid.beats_at(np.array(ends_s) - SHORTEST_S)
        single, notes, beats, limits_s = list[Note](), list[Note](), list[float](), list[float]()
        for chord, start, end, end_s in zip(groups, starts.tolist(), ends.tolist(), ends_s, strict=True):
            if len(chord) == 1:
                single += chord
                continue
            count = max(math.floor((end - start) / self.grid) + 1, 1)
            notes += itertools.islice(itertools.cycle(self._ordered(chord)), count)
            beats += [start + step * self.grid for step in range(count)]
            limits_s += [end_s] * count
        onsets = np.array(beats)
        offsets_s = np.minimum(grid.times_at(onsets + self.grid), limits_s)
        return single + notes_at(notes, grid.times_at(onsets), offsets_s)

    def _ordered(self, chord: list[Note]) -> list[Note]:
        rising = sorted(chord, key=lambda note: note.pitch)
        if self.order == "up-down":
            return rising + rising[-2:0:-1]
        return rising if self.order == "up" else rising[::-1]
