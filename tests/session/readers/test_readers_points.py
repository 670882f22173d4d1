from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.timing import Curve, TempoChange, TempoMap
from daw_bridge.session.readers.info import FURTHEST_BEAT, FURTHEST_S, Clip, SessionInfo, newer_than_known
from daw_bridge.session.readers.points import TempoPoint, meters, number, tempo_map, warped_s


def test_before_the_first_point_its_tempo_holds() -> None:
    tempo = tempo_map([TempoPoint(8.0, 60.0), TempoPoint(4.0, 97.0)])
    assert [tempo.tempo_at(beat) for beat in (0, 4, 7, 8, 99)] == [97, 97, 97, 60, 60]


def test_a_ramp_that_begins_before_bar_1_is_on_its_way_there() -> None:
    tempo = tempo_map([TempoPoint(-4.0, 60.0, Curve.IN_BEATS), TempoPoint(4.0, 140.0)])
    assert [tempo.tempo_at(beat) for beat in (0, 2, 4)] == pytest.approx([100, 120, 140])


def test_of_two_points_at_one_place_a_ramp_arrives_at_the_first_and_goes_on_from_the_last() -> None:
    tempo = tempo_map(
        [
            TempoPoint(0.0, 60.0, Curve.IN_BEATS),
            TempoPoint(4.0, 140.0),
            TempoPoint(4.0, 80.0),
            TempoPoint(4.0, 90.0),
        ]
    )
    assert [tempo.tempo_at(beat) for beat in (2, 3.9999, 4)] == pytest.approx([100, 140, 90], rel=1e-4)


points = st.builds(
    TempoPoint,
    st.floats(-100, 1e6, allow_nan=False),
    st.floats(10, 999),
    st.sampled_from(Curve),
    st.none() | st.floats(10, 999),
)


@given(st.lists(points, min_size=1, max_size=30))
def test_any_points_make_a_map_whose_time_rises(given_points: list[TempoPoint]) -> None:
    tempo = tempo_map(given_points)
    beats = sorted({0.0, *(max(point.beat, 0.0) for point in given_points), 2e6})
    times = [tempo.time_at(beat) for beat in beats]
    assert times == sorted(times)
    last = max(enumerate(given_points), key=lambda counted: (counted[1].beat, counted[0]))[1]
    assert tempo.tempo_at(2e6) == pytest.approx(last.tempo_bpm)


def test_no_points_are_no_map_and_4_4() -> None:
    with pytest.raises(ValueError, match="no tempo"):
        tempo_map([])
    assert str(meters([]).initial) == "4/4"


def test_of_meters_at_one_place_or_before_bar_1_the_last_counts() -> None:
    found = meters(
        [
            (8.0, TimeSignature(5, 4)),
            (-4.0, TimeSignature(3, 4)),
            (-2.0, TimeSignature(7, 8)),
            (8.0, TimeSignature(6, 8)),
        ]
    )
    assert [(change.beat, str(change.time_signature)) for change in found.changes] == [(0, "7/8"), (8, "6/8")]
    assert [change.beat for change in meters([(8.0, TimeSignature(3, 4))]).changes] == [0.0]


def test_warped_time_goes_on_beyond_the_markers() -> None:
    markers = [(4.0, 2.5), (0.0, 0.5), (8.0, 3.5)]
    assert [warped_s(markers, beat) for beat in (-2, 0, 2, 6, 12)] == [-0.5, 0.5, 1.5, 3.0, 4.5]
    assert warped_s([(0.0, 0.5), (0.0, 0.7)], 1.0) is None


@pytest.mark.parametrize("text", [None, "", "nan", "inf", "-inf", "fast", "1e999"])
def test_what_is_no_number(text: str | None) -> None:
    with pytest.raises(ValueError, match=r"number|float"):
        number(text)


@pytest.mark.parametrize("beyond", [1.0001, 1e300, math.inf, math.nan])
def test_nothing_of_a_session_lies_beyond_what_sessions_reach(beyond: float) -> None:
    beat, file = FURTHEST_BEAT * beyond, Path("a.als")
    with pytest.raises(ValueError, match="no session reaches"):
        Clip(file, beat)
    with pytest.raises(ValueError, match="no session reaches"):
        Clip(file, 0.0, -FURTHEST_S * beyond)
    with pytest.raises(ValueError, match="no session reaches"):
        SessionInfo(file, "Live", Grid.constant(97.0), start_s=FURTHEST_S * beyond)
    if math.isfinite(beat):  # else the map refuses it
        tempo = TempoMap((TempoChange(0.0, 97.0), TempoChange(beat, 97.0)))
        later = Meters((MeterChange(0.0, TimeSignature()), MeterChange(beat, TimeSignature(3, 4))))
        for grid in (Grid(tempo), Grid(TempoMap.constant(97.0), later)):
            with pytest.raises(ValueError, match="no session reaches"):
                SessionInfo(file, "Live", grid)


@pytest.mark.parametrize("version", [None, "", "x", "5", "4.9", "-9"])
def test_versions_that_are_known_or_are_none_are_not_worth_a_word(version: str | None) -> None:
    assert newer_than_known(version, 5) == ()
