"""`chords`: an arpeggio as block chords, or the reverse."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.voices import chords
from daw_bridge.core.written import Beats
from daw_bridge.edit.cells import cell_at
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import SHORTEST_S, note_at


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
        cells: dict[tuple[float, float], list[Note]] = {}
        for note in part.notes:
            cells.setdefault(cell_at(grid.beat_at(note.onset_s), grid.meters, self.span), []).append(note)
        for (_, end), notes in cells.items():
            onset_s = notes[0].onset_s
            offset_s = min(max(note.offset_s for note in notes), grid.time_at(end))
            loudest = {note.pitch: note for note in sorted(notes, key=lambda note: note.velocity)}
            yield from (note_at(note, onset_s, offset_s) for note in loudest.values())

    def _runs(self, part: Part, grid: PlacedGrid) -> Iterator[Note]:
        groups = list(chords(part.notes))
        for chord, following in itertools.zip_longest(groups, groups[1:]):
            if len(chord) == 1:
                yield from chord
                continue
            start_s, end_s = chord[0].onset_s, max(note.offset_s for note in chord)
            if following:
                end_s = min(end_s, following[0].onset_s)
            start = grid.beat_at(start_s)
            for step, note in enumerate(itertools.cycle(self._ordered(chord))):
                onset_s = grid.time_at(start + step * self.grid)
                if step and onset_s > end_s - SHORTEST_S:
                    break
                yield note_at(note, onset_s, min(grid.time_at(start + (step + 1) * self.grid), end_s))

    def _ordered(self, chord: list[Note]) -> list[Note]:
        rising = sorted(chord, key=lambda note: note.pitch)
        if self.order == "up-down":
            return rising + rising[-2:0:-1]
        return rising if self.order == "up" else rising[::-1]
