"""`mono`: one voice."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.voices import CHORD_S
from daw_bridge.edit.edit import Edit


class Mono(Edit, title="mono"):
    """Keeps one note at a time, and ends it where the next one begins.

    A note that overlaps the one before it a little is the next one; a note that lies under a better one
    for most of its length is left out.
    """

    short: ClassVar[str | None] = "keep"

    keep: Literal["top", "bottom", "last", "loudest"] = Field(
        "last", description="Which note wins; with `last` the newest, and of a chord the top one."
    )

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        line: list[Note] = []
        for note in part.notes:
            if line and line[-1].offset_s > note.onset_s:
                before = line[-1]
                if note.onset_s - before.onset_s <= CHORD_S:
                    line[-1] = max(before, note, key=self._rank)
                    continue
                if self._lies_under(note, before):
                    continue
                line[-1] = replace(before, offset_s=note.onset_s)
            line.append(note)
        return part.with_notes(line)

    def _rank(self, note: Note) -> int:
        if self.keep == "loudest":
            return note.velocity
        return -note.pitch if self.keep == "bottom" else note.pitch

    def _lies_under(self, note: Note, before: Note) -> bool:
        covered_s = min(before.offset_s, note.offset_s) - note.onset_s
        better = self.keep != "last" and self._rank(before) > self._rank(note)
        return better and covered_s > note.duration_s / 2
