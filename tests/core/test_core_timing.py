"""Tempo maps with steps and ramps: exact, and their own reverse."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.timing import TICKS_PER_BEAT, Curve, TempoChange, TempoMap

tempi = st.floats(10.0, 999.0)
gaps = st.floats(0.01, 64.0)
curves = st.sampled_from(Curve)


@st.composite
def tempo_maps(draw: st.DrawFn) -> TempoMap:
    beat, changes = 0.0, []
    for gap in [0.0, *draw(st.lists(gaps, max_size=20))]:
        beat += gap
        changes.append(TempoChange(beat, draw(tempi), draw(curves)))
    return TempoMap(tuple(changes))


@given(tempo_maps(), st.floats(-10.0, 1000.0))
def test_beats_and_seconds_are_each_others_reverse(tempo_map: TempoMap, time_s: float) -> None:
    back = tempo_map.time_at(tempo_map.beat_at(time_s))
    assert math.isclose(back, time_s, rel_tol=1e-8, abs_tol=1e-7)


@given(tempo_maps(), st.lists(st.floats(0.0, 1000.0), min_size=2))
def test_time_never_runs_backwards(tempo_map: TempoMap, times_s: list[float]) -> None:
    beats = [tempo_map.beat_at(time_s) for time_s in sorted(times_s)]
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(beats))


@given(tempo_maps(), st.floats(0.0, 200.0), st.floats(0.0, 200.0))
def test_who_begins_later_sees_the_same_tempo(tempo_map: TempoMap, start: float, beat: float) -> None:
    later = tempo_map.from_beat(start)
    assert math.isclose(later.tempo_at(beat), tempo_map.tempo_at(start + beat), rel_tol=1e-6)
    expected_s = tempo_map.time_at(start + beat) - tempo_map.time_at(start)
    assert math.isclose(later.time_at(beat), expected_s, rel_tol=1e-6, abs_tol=1e-6)


def test_a_change_of_tempo_is_counted_from_its_beat() -> None:
    tempo_map = TempoMap((TempoChange(0.0, 60.0), TempoChange(4.0, 120.0)))
    assert tempo_map.beat_at(4.0) == 4.0
    assert tempo_map.beat_at(5.0) == 6.0
    assert tempo_map.time_at(6.0) == 5.0
    assert tempo_map.tick_at(5.0) == 6 * TICKS_PER_BEAT
    assert (tempo_map.tempo_at(3.9), tempo_map.tempo_at(4.0)) == (60.0, 120.0)
    assert not tempo_map.is_constant


@pytest.mark.parametrize("curve", [Curve.IN_BEATS, Curve.IN_TIME])
def test_a_ramp_takes_as_long_as_many_small_steps(curve: Curve) -> None:
    tempo_map = TempoMap((TempoChange(0.0, 60.0, curve), TempoChange(8.0, 180.0)))
    beats = np.linspace(0.0, 8.0, 100_001)
    if curve is Curve.IN_BEATS:
        seconds = float(np.sum(60.0 / (60.0 + 15.0 * (beats[:-1] + beats[1:]) / 2) * np.diff(beats)))
    else:  # the mean tempo is 120
        seconds = 4.0
    assert tempo_map.time_at(8.0) == pytest.approx(seconds, abs=1e-7)
    assert tempo_map.time_at(10.0) == pytest.approx(seconds + 2 / 3, abs=1e-7)
    middle_bpm = tempo_map.tempo_at(4.0)
    assert middle_bpm == pytest.approx(120.0 if curve is Curve.IN_BEATS else math.sqrt(18_000))


def test_maps_of_ten_thousand_points_stay_exact() -> None:
    changes = tuple(TempoChange(beat / 4, 97.0 + beat % 7, Curve.IN_BEATS) for beat in range(10_000))
    tempo_map = TempoMap(changes)
    for beat in range(0, 2_500, 25):
        assert tempo_map.beat_at(tempo_map.time_at(beat)) == pytest.approx(beat, abs=1e-9)


def test_an_odd_tempo_stays_on_the_grid_for_an_hour() -> None:
    tempo_map = TempoMap.constant(97.0)
    for bar in range(0, 1455, 97):
        assert tempo_map.tick_at(bar * 4 * 60 / 97) == bar * 4 * TICKS_PER_BEAT


@pytest.mark.parametrize("bpm", [0.0, 9.9, 1000.0, float("nan")])
def test_an_impossible_tempo_is_refused(bpm: float) -> None:
    with pytest.raises(ValueError, match="tempo"):
        TempoMap.constant(bpm)


def test_a_map_starts_at_beat_zero_and_rises() -> None:
    for beats in [(), (1.0,), (0.0, 2.0, 2.0), (0.0, 2.0, 1.0)]:
        with pytest.raises(ValueError, match="tempo map"):
            TempoMap(tuple(TempoChange(beat, 120.0) for beat in beats))


@pytest.mark.parametrize("curve", Curve)
@pytest.mark.parametrize("length", [5e-324, 1e-300, 1e-12])
def test_a_ramp_of_no_length_is_a_jump(curve: Curve, length: float) -> None:
    tempo_map = TempoMap((TempoChange(0.0, 10.0, curve), TempoChange(length, 999.0)))
    assert tempo_map.time_at(999.0) == pytest.approx(60.0)
    assert tempo_map.beat_at(60.0) == pytest.approx(999.0)


@given(tempo_maps(), st.lists(st.floats(-10.0, 1000.0), max_size=20))
def test_many_times_are_converted_as_one_is(tempo_map: TempoMap, places: list[float]) -> None:
    beats = [tempo_map.beat_at(place) for place in places]
    assert tempo_map.beats_at(np.array(places)) == pytest.approx(np.array(beats), rel=1e-12, abs=1e-9)
    times_s = [tempo_map.time_at(place) for place in places]
    assert tempo_map.times_at(np.array(places)) == pytest.approx(np.array(times_s), rel=1e-12, abs=1e-9)
