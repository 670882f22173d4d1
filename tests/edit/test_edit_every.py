"""What holds of every edit, whatever the part, the grid and the settings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.edit import EDITS, apply
from tests.edit.entries import ENTRIES
from tests.edit.parts import assert_whole, edit, grids, lines, parts, rows

MAY_ADD = {"chop": 3, "layer": 3, "chords": 100}
"""How many times as many notes there can be, with the settings above."""
SAME_ONSETS = {"length", "legato", "staccato", "velocity", "split", "simplify", "sure", "mono"}
SAME_LENGTHS = {"transpose", "fold", "key", "velocity", "split", "simplify", "sure"}

TWICE: tuple[object, ...] = (
    *({"quantize": "1/16"}, {"quantize": {"grid": "1/8t", "move": "both"}}, {"quantize": {"swing": "66 %"}}),
    *({"fold": "E1..E3"}, {"key": {"to": "A minor", "heard": "A minor"}}, {"velocity": 90}),
    *({"velocity": {"min": 40, "max": 90}}, {"chop": "2..3"}, {"voicing": "close"}, {"mono": "top"}),
    *({"length": "1/8"}, {"legato": "20 ms"}, "split", {"chords": "block"}, {"strum": "20 ms"}),
)
"""What changes nothing the second time, on a part as it is played: no two notes nearer than a chord's."""


def test_every_edit_is_tried_here() -> None:
    assert {edit(entry).edit_name() for entry in ENTRIES} == set(EDITS)


@given(parts, grids, st.sampled_from(ENTRIES))
def test_an_edited_part_is_whole(part: Part, grid: PlacedGrid, entry: object) -> None:
    made = edit(entry)
    edited, name = apply([made], part, grid), made.edit_name()
    assert_whole(edited)
    assert apply([made], part, grid) == edited
    assert len(edited.notes) <= MAY_ADD.get(name, 1) * len(part.notes)
    if name in SAME_ONSETS:
        assert {(n.onset_s, n.pitch) for n in edited.notes} <= {(n.onset_s, n.pitch) for n in part.notes}
    if name in SAME_LENGTHS:
        assert edited.end_s <= part.end_s
        assert {note.onset_s for note in edited.notes} <= {note.onset_s for note in part.notes}


@given(parts, grids, st.sampled_from(ENTRIES))
def test_an_edit_makes_something_of_something(part: Part, grid: PlacedGrid, entry: object) -> None:
    edited = apply([edit(entry)], part, grid)
    if edit(entry).edit_name() not in ("chop", "delay", "simplify", "sure", "key"):
        assert bool(edited.notes) == bool(part.notes)


@given(lines, grids, st.sampled_from(TWICE))
def test_the_second_time_changes_nothing(part: Part, grid: PlacedGrid, entry: object) -> None:
    once = apply([edit(entry)], part, grid)
    assert rows(apply([edit(entry)], once, grid)) == rows(once)


@given(parts, grids, st.lists(st.sampled_from(ENTRIES), max_size=4))
def test_edits_follow_one_another(part: Part, grid: PlacedGrid, entries: list[object]) -> None:
    edits = [edit(entry) for entry in entries]
    together = apply(edits, part, grid)
    for one in edits:
        part = apply([one], part, grid)
    assert together == part
