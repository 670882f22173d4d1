from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.timing import TICKS_PER_BEAT, TempoChange, TempoMap, TimeSignature

tempi = st.floats(10.0, 999.0)
gaps = st.floats(0.01, 64.0)


@st.composite
def tempo_maps(draw: st.DrawFn) -> TempoMap:
    beat, changes = 0.0, []
    for gap in [0.0, *draw(st.lists(gaps, max_size=20))]:
        beat += gap
        changes.append(TempoChange(beat, draw(tempi)))
    return TempoMap(tuple(changes))


@given(tempo_maps(), st.floats(-10.0, 1000.0))
def test_beats_and_seconds_are_each_others_reverse(tempo_map: TempoMap, time_s: float) -> None:
    back = tempo_map.time_at(tempo_map.beat_at(time_s))
    assert math.isclose(back, time_s, rel_tol=1e-9, abs_tol=1e-8)


@given(tempo_maps(), st.lists(st.floats(0.0, 1000.0), min_size=2))
def test_time_never_runs_backwards(tempo_map: TempoMap, times_s: list[float]) -> None:
    beats = [tempo_map.beat_at(time_s) for time_s in sorted(times_s)]
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(beats))


def test_a_change_of_tempo_is_counted_from_its_beat() -> None:
    tempo_map = TempoMap((TempoChange(0.0, 60.0), TempoChange(4.0, 120.0)))
    assert tempo_map.beat_at(4.0) == 4.0
    assert tempo_map.beat_at(5.0) == 6.0
    assert tempo_map.time_at(6.0) == 5.0
    assert tempo_map.tick_at(5.0) == 6 * TICKS_PER_BEAT


def test_an_odd_tempo_stays_on_the_grid_for_an_hour() -> None:
    tempo_map = TempoMap.constant(97.0)
    for bar in range(0, 1455, 97):
        assert tempo_map.tick_at(bar * 4 * 60 / 97) == bar * 4 * TICKS_PER_BEAT


@pytest.mark.parametrize(("text", "beats"), [("4/4", 4.0), ("7/8", 3.5), ("6/8", 3.0), ("3/2", 6.0)])
def test_bars_are_counted_in_quarters(text: str, beats: float) -> None:
    assert TimeSignature.parse(text).beats_per_bar == beats
    assert str(TimeSignature.parse(text)) == text


@pytest.mark.parametrize("text", ["", "4", "4/", "4/5", "0/4", "100/4", "-3/4", "a/b"])
def test_what_is_no_time_signature_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time signature"):
        TimeSignature.parse(text)


@pytest.mark.parametrize("bpm", [0.0, 9.9, 1000.0, float("nan")])
def test_an_impossible_tempo_is_refused(bpm: float) -> None:
    with pytest.raises(ValueError, match="tempo"):
        TempoMap.constant(bpm)


def test_a_map_starts_at_beat_zero_and_rises() -> None:
    for beats in [(), (1.0,), (0.0, 2.0, 2.0), (0.0, 2.0, 1.0)]:
        with pytest.raises(ValueError, match="tempo map"):
            TempoMap(tuple(TempoChange(beat, 120.0) for beat in beats))
