"""`simplify`: the part without its small change."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median_low

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.voices import chords
from daw_bridge.core.written import Seconds, Share
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.ornaments import main_notes


class Simplify(Edit, title="simplify"):
    """Leaves out doubtful, very short and ghost notes, ornaments, and notes that double an octave.

    The defaults are judgements, but for `confidence`: of notes below 50 % about half are wrong.
    """

    confidence: Share = Field(0.5, ge=0.0, le=1.0, description="Notes less sure than this go.")
    shorter: Seconds = Field(0.03, ge=0.0, le=10.0, description="Notes shorter than this go.")
    softer: Share = Field(
        0.35,
        ge=0.0,
        le=1.0,
        description="Ghost notes go: softer than this share of the part's median velocity.",
    )
    ornaments: bool = Field(True, description="Grace notes, and the first stroke of flams, go.")
    octaves: bool = Field(
        True, description="Of notes struck together that are octaves apart the softer goes, or the upper."
    )

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        if not part.notes:
            return part
        softest = self.softer * median_low(note.velocity for note in part.notes)
        notes = [
            note
            for note in part.notes
            if note.confidence >= self.confidence
            and note.duration_s >= self.shorter
            and note.velocity >= softest
        ]
        if self.ornaments:
            mains = main_notes(notes)
            notes = [note for index, note in enumerate(notes) if index not in mains]
        return part.with_notes(_without_octaves(notes) if self.octaves else notes)


def _without_octaves(notes: list[Note]) -> Iterator[Note]:
    for chord in chords(notes):
        best: dict[int, Note] = {}
        for note in sorted(chord, key=lambda note: (-note.velocity, note.pitch)):
            best.setdefault(note.pitch % 12, note)
        yield from best.values()
