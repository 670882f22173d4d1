"""Edits of pitch and velocity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daw_bridge.core.notes import Note, Part
from daw_bridge.edit import apply
from tests.edit.parts import STEADY, edit, part, parts


def pitches(edited: Part) -> list[int]:
    return [note.pitch for note in edited.notes]


def test_notes_are_moved_by_semitones_and_octaves() -> None:
    played = part(Note(0.0, 60, 1.0), Note(1.0, 126, 2.0))
    assert pitches(apply([edit({"transpose": -3})], played, STEADY)) == [57, 123]
    moved = apply([edit({"transpose": {"semitones": 2, "octaves": -1}})], played, STEADY)
    assert pitches(moved) == [50, 116]
    assert pitches(apply([edit({"transpose": 5})], played, STEADY)) == [
        65,
        119,
    ]  # by octaves, not off the keys


@given(parts)
def test_what_is_folded_is_inside_and_of_the_same_pitch_class(played: Part) -> None:
    fold = edit({"fold": "E1..E3"})
    folded = apply([fold], played, STEADY)
    assert all(40 <= pitch <= 64 for pitch in pitches(folded))
    assert {pitch % 12 for pitch in pitches(folded)} == {pitch % 12 for pitch in pitches(played)}
    assert apply([fold], folded, STEADY) == folded


def velocities(entry: object, *played: int) -> list[int]:
    notes = (Note(float(index), 60, index + 0.5, velocity) for index, velocity in enumerate(played))
    edited = apply([edit({"velocity": entry})], part(*notes), STEADY)
    return [note.velocity for note in edited.notes]


def test_velocities_are_fixed_scaled_evened_and_bent() -> None:
    assert velocities(90, 20, 100) == [90, 90]
    assert velocities({"scale": "150 %"}, 20, 100) == [30, 127]
    assert velocities({"compress": "50 %"}, 20, 100) == [40, 80]
    assert velocities({"curve": 2}, 64, 127) == [32, 127]
    assert velocities({"min": 40, "max": 80}, 20, 100) == [40, 80]


@pytest.mark.parametrize("entry", [{"fixed": 90, "scale": 2}, {"min": 90, "max": 80}, 0, 128])
def test_velocities_that_contradict_are_refused(entry: object) -> None:
    with pytest.raises(ValidationError):
        edit({"velocity": entry})


@given(parts, st.floats(0.2, 5.0))
def test_a_curve_keeps_the_order_of_velocities(played: Part, curve: float) -> None:
    edited = edit({"velocity": {"curve": curve}}).apply(played, STEADY)
    pairs = sorted(zip((n.velocity for n in played.notes), (n.velocity for n in edited.notes), strict=True))
    assert [new for _, new in pairs] == sorted(new for _, new in pairs)
