"""Edits that move notes in time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.edit import apply
from daw_bridge.edit.ornaments import main_notes
from tests.edit.parts import RAMP, STEADY, edit, grids, part, rows


def test_notes_go_to_the_nearest_line_and_keep_their_length() -> None:
    played = part(Note(0.01, 60, 0.3), Note(0.55, 62, 0.9), Note(1.2, 64, 1.4))
    assert rows(apply([edit({"quantize": "1/8"})], played, STEADY)) == [
        (0.0, 60, 0.29),
        (0.5, 62, 0.85),
        (1.25, 64, 1.45),
    ]


def test_strength_goes_part_of_the_way_and_swing_delays_every_second_line() -> None:
    played = part(Note(0.55, 62, 0.9))
    half = apply([edit({"quantize": {"grid": "1/4", "strength": "50 %"}})], played, STEADY)
    assert rows(half) == [(0.525, 62, 0.875)]
    swung = apply([edit({"quantize": {"grid": "1/4", "swing": "60 %"}})], played, STEADY)
    assert rows(swung) == [(0.6, 62, 0.95)]


def test_ends_can_be_moved_alone_or_with_starts() -> None:
    played = part(Note(0.05, 60, 0.46))
    ends = apply([edit({"quantize": {"grid": "1/8", "move": "ends"}})], played, STEADY)
    assert rows(ends) == [(0.05, 60, 0.5)]
    both = apply([edit({"quantize": {"grid": "1/8", "move": "both"}})], played, STEADY)
    assert rows(both) == [(0.0, 60, 0.5)]


def test_lines_are_counted_from_the_bar_line_not_from_the_bounce() -> None:
    grid = RAMP.placed(1.3)
    edited = apply([edit({"quantize": "1/16"})], part(Note(1.0, 60, 1.5), Note(3.3, 60, 3.6)), grid)
    for note in edited.notes:
        beat = grid.beat_at(note.onset_s)
        within = beat - grid.meters.start_of(grid.meters.bar_at(beat))
        assert within * 4 == pytest.approx(round(within * 4), abs=1e-6)


@given(grids, st.lists(st.integers(1, 60), unique=True, max_size=15), st.sampled_from(["1/8", "1/8t", 0.5]))
def test_what_is_on_the_grid_stays(grid: PlacedGrid, starts: list[int], step: object) -> None:
    played = part(*(Note(0.23 * start, 60, 0.23 * start + 0.1) for start in starts), duration_s=20.0)
    quantize = edit({"quantize": {"grid": step}})
    once = apply([quantize], played, grid)
    twice = apply([quantize], once, grid)
    for note, again in zip(once.notes, twice.notes, strict=True):
        assert again.onset_s == pytest.approx(note.onset_s, abs=1e-6)


def test_grace_notes_and_flams_keep_their_distance() -> None:
    played = part(Note(0.49, 59, 0.55), Note(0.55, 60, 0.9), Note(1.04, 38, 1.06), Note(1.07, 38, 1.2))
    assert main_notes(played.notes) == {0: 1, 2: 3}
    assert rows(apply([edit({"quantize": "1/4"})], played, STEADY)) == [
        (0.44, 59, 0.5),
        (0.5, 60, 0.85),
        (0.97, 38, 0.99),
        (1.0, 38, 1.13),
    ]


def test_a_fast_run_and_a_chord_are_no_ornaments() -> None:
    run = part(*(Note(0.08 * k, 60 + k, 0.08 * (k + 1)) for k in range(6)))
    chord = part(Note(0.0, 60, 1.0), Note(0.01, 62, 1.0), Note(0.02, 64, 1.0))
    assert main_notes(run.notes) == main_notes(chord.notes) == {}


def test_bends_and_controllers_move_with_their_notes() -> None:
    played = replace(
        part(Note(0.55, 60, 0.9), Note(1.05, 62, 1.4)),
        bends=(Bend(0.55, 0.5), Bend(0.8, 1.0), Bend(1.05, 0.0)),
        controllers=(Controller(1.15, 64, 127),),
    )
    edited = apply([edit({"quantize": "1/4"})], played, STEADY)
    assert [(round(bend.time_s, 4), bend.semitones) for bend in edited.bends] == [
        (0.5, 0.5),
        (0.75, 1.0),
        (1.0, 0.0),
    ]
    assert edited.controllers[0].time_s == pytest.approx(1.1)


def test_a_swung_pair_is_long_and_short() -> None:
    straight = part(*(Note(0.25 * k, 60, 0.25 * (k + 1)) for k in range(4)))
    assert rows(apply([edit({"swing": {"amount": "60 %", "grid": "1/8"}})], straight, STEADY)) == [
        (0.0, 60, 0.3),
        (0.3, 60, 0.5),
        (0.5, 60, 0.8),
        (0.8, 60, 1.0),
    ]


def test_half_a_pair_at_the_end_of_an_odd_bar_stays_straight() -> None:
    grid = RAMP.placed(0.0)  # 7/8: three pairs of eighths and one eighth
    last_s = grid.time_at(3.25)
    edited = apply([edit({"swing": {"grid": "1/8"}})], part(Note(last_s, 60, last_s + 0.1)), grid)
    assert edited.notes[0].onset_s == pytest.approx(last_s)


def test_chance_is_seeded_and_bounded() -> None:
    played = part(*(Note(1.0 + 0.5 * k, 60, 1.3 + 0.5 * k, 64) for k in range(200)), duration_s=120.0)
    once, again, other = (
        apply([edit({"humanize": {"timing": "10 ms", "velocity": 5, "seed": seed}})], played, STEADY)
        for seed in (1, 1, 2)
    )
    assert once == again != other
    strays_s = [new.onset_s - old.onset_s for old, new in zip(played.notes, once.notes, strict=True)]
    assert 0.005 < max(map(abs, strays_s)) <= 0.025
    assert all(abs(note.velocity - 64) <= 13 for note in once.notes)
    assert len({note.velocity for note in once.notes}) > 5


def test_a_delay_in_beats_follows_the_tempo() -> None:
    grid = RAMP.placed(0.0)
    edited = apply([edit({"delay": "1/1"})], part(Note(grid.time_at(15.0), 60, grid.time_at(17.0))), grid)
    (note,) = edited.notes
    assert grid.beat_at(note.onset_s) == pytest.approx(19.0)
    assert grid.beat_at(note.offset_s) == pytest.approx(21.0)


def test_what_is_moved_before_the_bounce_is_cut_or_left_out() -> None:
    played = part(Note(0.1, 60, 0.4), Note(0.6, 62, 1.2), Note(2.0, 64, 2.5))
    assert rows(apply([edit({"delay": -2})], played, STEADY)) == [(0.0, 62, 0.2), (1.0, 64, 1.5)]
    assert rows(apply([edit({"delay": {"time": "-12 ms"}})], played, STEADY))[2] == (1.988, 64, 2.488)


@given(st.integers(0, 3))
def test_a_part_without_notes_stays_so(bends: int) -> None:
    empty = Part((), 4.0, tuple(Bend(float(k), 0.5) for k in range(bends)))
    for entry in ("quantize", "swing", "humanize", "delay", {"velocity": 90}):
        assert apply([edit(entry)], empty, STEADY) == empty
