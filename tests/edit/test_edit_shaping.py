"""Edits that choose, shape and repeat notes."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daw_bridge.core.grid import Grid
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.edit import apply
from tests.edit.parts import RAMP, STEADY, edit, part, parts, rows


def edited(entry: object, *notes: Note) -> list[tuple[float, int, float]]:
    return rows(apply([edit(entry)], part(*notes), STEADY))


def test_lengths_are_a_share_or_a_note_value() -> None:
    played = (Note(0.0, 60, 1.0), Note(2.0, 62, 2.2))
    assert edited({"length": "50 %"}, *played) == [(0.0, 60, 0.5), (2.0, 62, 2.1)]
    assert edited({"length": "1/8"}, *played) == [(0.0, 60, 0.25), (2.0, 62, 2.25)]
    with pytest.raises(ValidationError, match="a scale or a value"):
        edit({"length": {"scale": 2, "value": 1}})


def test_legato_reaches_the_next_note_but_not_over_a_rest() -> None:
    played = (Note(0.0, 60, 0.2), Note(0.5, 62, 0.9), Note(4.0, 64, 4.1))
    assert edited("legato", *played) == [(0.0, 60, 0.5), (0.5, 62, 0.9), (4.0, 64, 4.1)]
    assert edited({"legato": "-20 ms"}, *played)[0] == (0.0, 60, 0.48)


def test_legato_keeps_what_is_held() -> None:
    chord = (Note(0.0, 48, 2.0), Note(0.0, 60, 0.2), Note(0.5, 62, 0.9))
    assert edited("legato", *chord)[:2] == [(0.0, 48, 2.0), (0.0, 60, 0.5)]


def test_staccato_leaves_air_before_the_next_note() -> None:
    played = (Note(0.0, 60, 0.9), Note(1.0, 62, 1.2), Note(2.0, 64, 3.0))
    assert edited("staccato", *played) == [(0.0, 60, 0.5), (1.0, 62, 1.2), (2.0, 64, 2.5)]


def test_one_voice_is_the_top_the_bottom_the_newest_or_the_loudest() -> None:
    played = (Note(0.0, 60, 2.0, 100), Note(0.01, 67, 2.0, 60), Note(1.0, 64, 1.5, 80))
    assert edited({"mono": "top"}, *played) == [(0.01, 67, 2.0)]
    assert edited({"mono": "bottom"}, *played) == [(0.0, 60, 2.0)]
    assert edited({"mono": "loudest"}, *played) == [(0.0, 60, 2.0)]
    assert edited({"mono": "last"}, *played) == [(0.01, 67, 1.0), (1.0, 64, 1.5)]


def test_a_falling_line_that_overlaps_a_little_is_kept_whole() -> None:
    assert edited({"mono": "top"}, Note(0.0, 67, 0.55), Note(0.5, 65, 1.0)) == [
        (0.0, 67, 0.5),
        (0.5, 65, 1.0),
    ]


@given(parts, st.sampled_from(["top", "bottom", "last", "loudest"]))
def test_one_voice_never_overlaps(played: Part, keep: str) -> None:
    line = apply([edit({"mono": keep})], played, STEADY)
    assert all(a.offset_s <= b.onset_s for a, b in itertools.pairwise(line.notes))
    assert bool(line.notes) == bool(played.notes)
    assert apply([edit({"mono": keep})], line, STEADY) == line


def test_small_change_is_left_out() -> None:
    played = (
        Note(0.0, 60, 0.5, 100),
        Note(0.0, 72, 0.5, 70),  # doubles the octave
        Note(1.0, 62, 1.5, 100, 0.1),  # doubtful
        Note(1.5, 64, 1.51, 100),  # too short
        Note(2.0, 65, 2.5, 20),  # a ghost note
        Note(2.93, 66, 3.0, 90),  # a grace note
        Note(3.0, 67, 3.5, 100),
    )
    assert edited("simplify", *played) == [(0.0, 60, 0.5), (3.0, 67, 3.5)]
    nothing = {"confidence": 0, "shorter": 0, "softer": 0, "ornaments": False, "octaves": False}
    assert edited({"simplify": nothing}, *played) == rows(part(*played))


def test_chords_are_strummed_up_down_or_in_turns() -> None:
    played = [Note(float(bar), pitch, bar + 0.5) for bar in (0, 1) for pitch in (60, 64, 67)]
    turns = edited({"strum": {"time": "10 ms", "direction": "alternate"}}, *played)
    assert turns[:3] == [(0.0, 60, 0.5), (0.01, 64, 0.5), (0.02, 67, 0.5)]
    assert [pitch for _, pitch, _ in turns[3:]] == [67, 64, 60]


def test_a_layer_stays_on_the_keyboard_and_doubles_no_note() -> None:
    played = (Note(0.0, 60, 1.0, 100), Note(0.0, 72, 2.0, 50), Note(1.0, 120, 2.0))
    layered = apply([edit({"layer": 12})], part(*played), STEADY)
    assert [(n.pitch, n.offset_s, n.velocity) for n in layered.notes] == [
        (60, 1.0, 100),
        (72, 2.0, 80),
        (84, 2.0, 40),
        (120, 2.0, 100),
    ]


def test_bars_are_kept_and_looped_where_they_are() -> None:
    played = [Note(0.5 * beat, 40 + beat, 0.5 * beat + 0.4) for beat in range(16)]
    assert edited({"chop": 2}, *played) == [(2.0, 44, 2.4), (2.5, 45, 2.9), (3.0, 46, 3.4), (3.5, 47, 3.9)]
    looped = edited({"chop": {"bars": "2..2", "loop": 2}}, *played)
    assert [(onset_s, pitch) for onset_s, pitch, _ in looped[4:]] == [
        (4.0, 44),
        (4.5, 45),
        (5.0, 46),
        (5.5, 47),
    ]


def test_bars_are_counted_as_the_session_counts_them_and_cut_at_the_bar_line() -> None:
    grid = Grid.constant(120.0).placed(64.0)
    played = part(Note(0.5, 60, 5.0), Note(1.95, 62, 2.2), Note(2.5, 64, 4.5))
    chopped = apply([edit({"chop": 18})], played, grid)
    assert rows(chopped) == [(1.95, 62, 2.2), (2.5, 64, 4.0)]
    assert chopped.duration_s == 4.0


def test_each_turn_begins_with_wheel_and_pedal_where_they_stood() -> None:
    played = replace(
        part(Note(2.0, 60, 3.0)), bends=(Bend(3.0, 1.0),), controllers=(Controller(1.0, 64, 127),)
    )
    looped = apply([edit({"chop": {"bars": 2, "loop": 2}})], played, STEADY)
    assert looped.bends == (Bend(2.0, 0.0), Bend(3.0, 1.0), Bend(4.0, 0.0), Bend(5.0, 1.0))
    assert looped.controllers == (Controller(2.0, 64, 127), Controller(4.0, 64, 127))


def test_a_part_is_taken_to_another_tempo() -> None:
    assert edited({"tempo": {"to": 60}}, Note(1.0, 60, 1.5)) == [(2.0, 60, 3.0)]
    assert edited({"tempo": {"heard": 60}}, Note(2.0, 60, 3.0)) == [(1.0, 60, 1.5)]
    grid = RAMP.placed(0.0)
    onto_ramp = apply([edit({"tempo": {"heard": 100}})], part(Note(12.0, 60, 12.6)), grid)
    assert grid.beat_at(onto_ramp.notes[0].onset_s) == pytest.approx(20.0)
    assert grid.beat_at(onto_ramp.notes[0].offset_s) == pytest.approx(21.0)


def test_sure_leaves_the_doubtful_notes_out() -> None:
    played = [Note(float(k), 60 + k, k + 0.5, 90, sure) for k, sure in enumerate((0.3, 0.5, 0.9))]
    assert edited("sure", *played) == rows(part(*played[1:]))
    assert edited({"sure": "95 %"}, *played) == []
    assert edited({"sure": 0}, *played) == rows(part(*played))
