"""One part as several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.edit import apply, apply_all
from tests.edit.entries import ENTRIES
from tests.edit.parts import STEADY, assert_whole, edit, grids, part, parts

SPLITS = ("split", {"split": "C2"}, {"split": {"at": [30, 60, 90], "names": ["a", "b", "c", "d e"]}})

BAR = (
    *(Note(0.0, 36, 1.9), Note(0.0, 60, 1.0), Note(0.0, 64, 1.0), Note(0.0, 79, 0.5)),
    *(Note(0.5, 81, 0.9), Note(1.0, 60, 2.0), Note(1.0, 65, 2.0), Note(1.0, 77, 2.0)),
    *(Note(2.0, 38, 2.4), Note(3.0, 76, 3.5)),
)


def split(entry: object, played: Part) -> dict[str, list[int]]:
    made = apply_all([edit(entry)], played, STEADY).split
    return {one.name: [note.pitch for note in one.part.notes] for one in made}


def test_a_part_is_split_into_bass_chords_and_lead() -> None:
    assert split("split", part(*BAR)) == {
        "bass": [36, 38],
        "chords": [60, 64, 60, 65],
        "lead": [79, 81, 77, 76],
    }


def test_a_part_is_split_by_pitch() -> None:
    assert split({"split": "C2"}, part(*BAR)) == {"low": [36, 38], "high": [60, 64, 79, 81, 60, 65, 77, 76]}
    named = {"split": {"at": [60, 65, 77], "names": ["bass", "left hand", "right hand", "flute"]}}
    assert list(split(named, part(*BAR))) == ["bass", "left hand", "right hand", "flute"]
    assert split({"split": "C-1"}, part(*BAR)) == {"high": [note.pitch for note in part(*BAR).notes]}


def test_a_line_alone_is_bass_or_lead_by_where_it_lies() -> None:
    assert list(split("split", part(*(Note(0.5 * k, 40 + k, 0.5 * k + 0.4) for k in range(8))))) == ["bass"]
    assert list(split("split", part(*(Note(0.5 * k, 70 + k, 0.5 * k + 0.4) for k in range(8))))) == ["lead"]


def test_edits_after_a_split_go_on_with_each_part() -> None:
    made = apply_all([edit("split"), edit({"transpose": 12})], part(*BAR), STEADY)
    assert [note.pitch for note in made.split[0].part.notes] == [48, 50]
    assert [note.pitch for note in made.part.notes] == [note.pitch + 12 for note in part(*BAR).notes]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"at": ["C4", "C2"]}, "the keys rise"),
        ({"names": ["one", "two"]}, "3 parts, and 2 names"),
        ({"at": "C2", "names": ["a", "a"]}, "a name of its own"),
        ({"at": "C2", "names": ["../a", "b"]}, "no name for a part"),
        ({"at": "C2", "names": ["a ", "b"]}, "no name for a part"),
        ({"at": "H2"}, "no pitch"),
    ],
)
def test_what_makes_no_parts_is_refused(entry: object, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        edit({"split": entry})


@given(parts, grids, st.sampled_from(SPLITS))
def test_each_note_is_in_one_part(played: Part, grid: PlacedGrid, entry: object) -> None:
    made = apply_all([edit(entry)], played, grid)
    assert made.part == apply([], made.part, grid)
    assert sorted(note for one in made.split for note in one.part.notes) == list(made.part.notes)
    assert all(one.part.notes and one.part.bends == played.bends for one in made.split)


@given(parts, grids, st.sampled_from(SPLITS), st.lists(st.sampled_from(ENTRIES), max_size=2))
def test_all_parts_are_whole(played: Part, grid: PlacedGrid, entry: object, entries: list[object]) -> None:
    edits = [edit(one) for one in (entry, *entries)]
    made = apply_all(edits, played, grid)
    assert made.part == apply(edits, played, grid)
    for one in made.split:
        assert_whole(one.part)
