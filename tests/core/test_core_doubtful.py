"""Doubtful notes, and where they are."""

from __future__ import annotations

from daw_bridge.core.doubtful import doubtful
from daw_bridge.core.grid import Grid
from daw_bridge.core.notes import Note, Part

PLAYED = Part((Note(0.0, 60, 1.0, 90, 0.9), Note(2.49, 40, 3.0, 90, 0.31), Note(3.0, 64, 4.0, 90, 0.5)), 4.0)
GRID = Grid.constant(120.0).placed(64.0)


def test_notes_less_sure_than_a_half_are_told_with_bar_and_pitch() -> None:
    (found,) = doubtful(PLAYED, GRID)
    assert (str(found.position), found.pitch, found.note.confidence) == ("18.2.1", "E1", 0.31)
    assert str(found) == "18.2.1 E1 31%"


def test_how_sure_is_sure_enough_can_be_said() -> None:
    assert [one.note.pitch for one in doubtful(PLAYED, GRID, below=0.95)] == [60, 40, 64]
    assert doubtful(PLAYED, GRID, below=0.0) == ()
