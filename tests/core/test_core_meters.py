"""Bars and beats: counted as DAWs count them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, Position, TimeSignature
from daw_bridge.core.timing import TempoChange, TempoMap

FOUR, SEVEN = TimeSignature(4, 4), TimeSignature(7, 8)
signatures = st.builds(TimeSignature, st.integers(1, 15), st.sampled_from([2, 4, 8, 16]))


@st.composite
def meters(draw: st.DrawFn) -> Meters:
    beat = 0.0
    changes: list[MeterChange] = []
    for bars in [0, *draw(st.lists(st.integers(1, 20), max_size=6))]:
        beat += bars * changes[-1].time_signature.beats_per_bar if changes else 0.0
        changes.append(MeterChange(beat, draw(signatures)))
    return Meters(tuple(changes))


@given(meters(), st.integers(1, 200))
def test_a_bar_begins_where_it_is_found(some: Meters, bar: int) -> None:
    assert some.bar_at(some.start_of(bar)) == bar
    assert some.start_of(bar + 1) > some.start_of(bar)
    assert some.bar_at(some.start_of(bar + 1) - 0.01) == bar


@given(meters(), st.lists(st.floats(-4.0, 1000.0), max_size=20))
def test_many_bars_are_found_as_one_is(some: Meters, beats: list[float]) -> None:
    bars = some.bars_at(np.array(beats))
    assert bars.tolist() == [some.bar_at(beat) for beat in beats]
    assert some.starts_of(bars).tolist() == [some.start_of(bar) for bar in bars.tolist()]


@given(meters(), st.integers(0, 12_000))
def test_positions_and_beats_are_each_others_reverse(some: Meters, sixteenths: int) -> None:
    beat = sixteenths / 16
    position = some.position_at(beat)
    assert some.beat_of(position) == pytest.approx(beat, abs=1e-3)
    assert position.bar == some.bar_at(beat)


@given(meters(), st.floats(0.0, 1000.0))
def test_no_position_counts_further_than_its_beat(some: Meters, beat: float) -> None:
    position = some.position_at(beat)
    unit = 4 / some.time_signature_at(some.start_of(position.bar)).denominator
    assert 1.0 <= position.sixteenth < 1 + 4 * unit
    assert some.beat_of(position) == pytest.approx(beat, abs=1e-3)


@given(meters(), st.integers(1, 60), st.integers(1, 60))
def test_who_begins_at_a_later_bar_counts_on_from_there(some: Meters, first: int, bar: int) -> None:
    moved = some.from_bar(first)
    expected = some.start_of(first + bar - 1) - some.start_of(first)
    assert moved.start_of(bar) == pytest.approx(expected)


def test_a_meter_change_inside_a_bar_cuts_it_short() -> None:
    some = Meters((MeterChange(0.0, FOUR), MeterChange(6.0, SEVEN)))
    assert [some.start_of(bar) for bar in (1, 2, 3, 4)] == [0.0, 4.0, 6.0, 9.5]
    assert some.bar_at(5.9) == 2
    assert some.bar_at(6.0) == 3


def test_places_are_written_as_daws_write_them() -> None:
    some = Meters((MeterChange(0.0, FOUR), MeterChange(32.0, SEVEN)))
    assert str(some.position_at(0.0)) == "1.1.1"
    assert str(some.position_at(5.25)) == "2.2.2"
    assert str(some.position_at(32.0)) == "9.1.1"
    assert str(some.position_at(36.0)) == "10.2.1"
    assert some.beat_of(Position.parse("9")) == 32.0
    assert some.beat_of(Position.parse("10.2")) == 36.0


@pytest.mark.parametrize("text", ["", "0", "1.0", "-3", "1.1.1.1", "a", "1,2", "9999999"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        Position.parse(text)


@pytest.mark.parametrize(("text", "beats"), [("4/4", 4.0), ("7/8", 3.5), ("6/8", 3.0), ("3/2", 6.0)])
def test_bars_are_counted_in_quarters(text: str, beats: float) -> None:
    assert TimeSignature.parse(text).beats_per_bar == beats
    assert str(TimeSignature.parse(text)) == text


@pytest.mark.parametrize("text", ["", "4", "4/", "4/5", "0/4", "100/4", "-3/4", "a/b", "²/4"])
def test_what_is_no_time_signature_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time signature"):
        TimeSignature.parse(text)


def test_a_placed_grid_counts_from_the_bar_line_before_the_bounce() -> None:
    tempo = TempoMap((TempoChange(0.0, 60.0), TempoChange(36.0, 120.0)))
    grid = Grid(tempo, Meters((MeterChange(0.0, FOUR), MeterChange(32.0, SEVEN))))
    placed = grid.placed(33.0)
    assert placed.bar == 9
    assert placed.start_beat == 1.0
    assert placed.meters.initial == SEVEN
    assert placed.beat_at(0.0) == 1.0
    assert placed.beat_at(3.0) == 4.0
    assert placed.beat_at(4.0) == 6.0  # at twice the tempo from beat 36 on
    assert placed.tick_at(4.0) == 6 * 960
    assert placed.from_start.beat_at(4.0) == 5.0
