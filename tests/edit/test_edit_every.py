"""What holds of every edit, whatever the part, the grid and the settings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.edit import EDITS, apply
from tests.edit.entries import ENTRIES
from tests.edit.parts import assert_whole, edit, grids, parts

MAY_ADD = {"chop", "layer", "chords"}
ONLY_LENGTHS = {"length", "legato", "staccato", "velocity"}


def test_every_edit_is_tried_here() -> None:
    assert {edit(entry).edit_name() for entry in ENTRIES} == set(EDITS)


@given(parts, grids, st.sampled_from(ENTRIES))
def test_an_edited_part_is_whole(part: Part, grid: PlacedGrid, entry: object) -> None:
    made = edit(entry)
    edited = apply([made], part, grid)
    assert_whole(edited)
    assert apply([made], part, grid) == edited
    if made.edit_name() not in MAY_ADD:
        assert len(edited.notes) <= len(part.notes)
    if made.edit_name() in ONLY_LENGTHS:
        assert {(note.onset_s, note.pitch) for note in edited.notes} <= {
            (note.onset_s, note.pitch) for note in part.notes
        }


@given(parts, grids, st.lists(st.sampled_from(ENTRIES), max_size=4))
def test_edits_follow_one_another(part: Part, grid: PlacedGrid, entries: list[object]) -> None:
    edits = [edit(entry) for entry in entries]
    together = apply(edits, part, grid)
    for one in edits:
        part = apply([one], part, grid)
    assert together == part
