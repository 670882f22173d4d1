"""Which notes of a part are doubtful, and where they are."""

from __future__ import annotations

from dataclasses import dataclass

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.meters import Position
from daw_bridge.core.notes import Note, Part, pitch_name

HALF_SURE = 0.5
"""A confidence is how likely a note is to be right, so below this it is rather wrong."""


@dataclass(frozen=True)
class DoubtfulNote:
    """A note, and where it begins: the nearest sixteenth, in the session's bars."""

    position: Position
    note: Note

    @property
    def pitch(self) -> str:
        """Such as `E1`; middle C is C3."""
        return pitch_name(self.note.pitch)

    def __str__(self) -> str:
        return f"{self.position} {self.pitch} {self.note.confidence:.0%}"


def doubtful(part: Part, grid: PlacedGrid, below: float = HALF_SURE) -> tuple[DoubtfulNote, ...]:
    """The notes that are less sure than `below`, in their order."""
    return tuple(
        DoubtfulNote(grid.position_near(note.onset_s), note) for note in part.notes if note.confidence < below
    )
