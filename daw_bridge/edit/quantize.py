"""`quantize`: notes onto the grid."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.meters import Meters
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.written import Beats, Share
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import note_at, with_moved
from daw_bridge.edit.ornaments import main_notes


class Quantize(Edit, title="quantize"):
    """Moves notes to the grid; grace notes and flams keep their distance from the note they lead to."""

    short: ClassVar[str | None] = "grid"

    grid: Beats = Field(0.25, ge=1 / 64, le=64, description="The distance of its lines: `1/16`, `1/8t`.")
    strength: Share = Field(1.0, ge=0.0, le=1.0, description="How far towards the line: `80 %`.")
    swing: Share = Field(
        0.5, ge=0.5, le=0.8, description="Where every second line stands between its neighbours: `58 %`."
    )
    move: Literal["starts", "ends", "both"] = Field(
        "starts", description="With `starts` notes keep their length in beats."
    )

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        mains = main_notes(part.notes)
        moved = [note if index in mains else self._moved(note, grid) for index, note in enumerate(part.notes)]
        for index, main in mains.items():
            note, shift_s = part.notes[index], moved[main].onset_s - part.notes[main].onset_s
            moved[index] = note_at(note, note.onset_s + shift_s, note.offset_s + shift_s)
        return with_moved(part, moved)

    def _moved(self, note: Note, grid: PlacedGrid) -> Note:
        onset, offset = grid.beat_at(note.onset_s), grid.beat_at(note.offset_s)
        start, end = onset, offset
        if self.move != "ends":
            start += self.strength * (nearest_line(onset, grid.meters, self.grid, self.swing) - onset)
            end = offset + start - onset
        if self.move != "starts":
            line = nearest_line(end, grid.meters, self.grid, self.swing)
            if line > start:
                end += self.strength * (line - end)
        return note_at(note, grid.time_at(start), grid.time_at(end))


def nearest_line(beat: float, meters: Meters, step: float, swing: float) -> float:
    """The beat of the grid line nearest to `beat`: every `step` beats from each bar line on.

    Every second line is late: at `swing` of the way between its neighbours.
    """
    bar = meters.bar_at(beat)
    start, end = meters.start_of(bar), meters.start_of(bar + 1)
    index = int(max(beat - start, 0.0) / step)
    late = (swing - 0.5) * 2 * step
    lines = [start + k * step + (late if k % 2 else 0.0) for k in (index - 1, index, index + 1) if k >= 0]
    return min((*(line for line in lines if line < end), end), key=lambda line: abs(line - beat))
