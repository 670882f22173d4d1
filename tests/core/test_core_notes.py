from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.notes import Bend, Controller, Note, Part, parse_pitch, pitch_name

notes = st.builds(
    lambda onset_s, length_s, pitch, velocity, confidence: Note(
        onset_s, pitch, onset_s + length_s, velocity, confidence
    ),
    st.floats(0, 3600),
    st.floats(0.001, 60),
    st.integers(0, 127),
    st.integers(1, 127),
    st.floats(0, 1),
)


@given(st.integers(0, 127))
def test_a_pitch_and_its_name_are_each_others_reverse(pitch: int) -> None:
    assert parse_pitch(pitch_name(pitch)) == pitch


@pytest.mark.parametrize(("name", "pitch"), [("C3", 60), ("c3", 60), ("Bb1", 46), ("F#-1", 18), ("C-2", 0)])
def test_pitches_are_named_as_live_names_them(name: str, pitch: int) -> None:
    assert parse_pitch(name) == pitch


@pytest.mark.parametrize("name", ["", "H3", "C", "C9", "Cx2", "3C", "C--1", "C²"])
def test_what_is_no_pitch_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"pitch|outside"):
        parse_pitch(name)


@given(st.lists(notes), st.floats(0, 3600))
def test_a_part_survives_json(some: list[Note], duration_s: float) -> None:
    part = Part(tuple(some), duration_s, (Bend(1.0, 0.5),), (Controller(0.5, 64, 127), Controller(0.0, 1, 3)))
    assert Part.from_dict(json.loads(json.dumps(part.to_dict()))) == part
    assert part.controllers[0].number == 1
    assert part.with_notes(()).controllers == part.controllers
    flat = replace(part, tuning_cents=-31.0)
    assert Part.from_dict(json.loads(json.dumps(flat.to_dict()))) == flat
    assert flat.with_ordered(part.notes, duration_s) == flat
    assert flat.sha256 != part.sha256 and "tuning_cents" not in part.to_dict(), "those of before are the same"


def test_a_part_from_before_there_were_controllers_has_none() -> None:
    assert Part.from_dict({"notes": [], "duration_s": 1.0, "bends": []}).controllers == ()


@pytest.mark.parametrize("bad", [(0.0, 120, 0), (0.0, -1, 0), (0.0, 1, 128), (0.0, 1, -1)])
def test_an_impossible_controller_is_refused(bad: tuple[float, int, int]) -> None:
    with pytest.raises(ValueError, match=r"a controller's (number|value)"):
        Controller(*bad)


@given(st.lists(notes))
def test_a_part_is_sorted(some: list[Note]) -> None:
    part = Part(tuple(some), 1.0)
    assert list(part.notes) == sorted(some)
    assert part.end_s == max((note.offset_s for note in some), default=0.0)


@pytest.mark.parametrize("bad", [(1.0, 60, 1.0), (-0.1, 60, 1.0), (0.0, 128, 1.0), (0.0, 60, 1.0, 0)])
def test_an_impossible_note_is_refused(bad: tuple[float, int, float]) -> None:
    with pytest.raises(ValueError, match=r"a (note|pitch|velocity)"):
        Note(*bad)
