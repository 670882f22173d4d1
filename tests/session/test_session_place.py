"""Where a bounce begins: in order of trust, and recorded."""

from __future__ import annotations

import math
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import Position, TimeSignature
from daw_bridge.session.place import NamedPlace, find_place
from daw_bridge.session.readers import Clip, SessionInfo

GRID = Grid.constant(120.0, TimeSignature(7, 8))
HOUR_S = 3600.0


def session(folder: Path, *clips: Clip, start_s: float | None = None) -> SessionInfo:
    return SessionInfo(folder / "Song.als", "Ableton Live 12.1", GRID, clips=clips, start_s=start_s)


def test_what_the_user_says_comes_first(tmp_path: Path) -> None:
    info = session(tmp_path, Clip(Path("bass.wav"), 7.0))
    named = NamedPlace(Position.parse("17.1.1"), "--at")
    place = find_place(tmp_path / "bass.wav", GRID, named=named, session=info, clock_s=HOUR_S)
    assert (place.beat, place.source) == (16 * 3.5, "named by --at")


def test_a_beat_that_its_bar_does_not_have_is_told_where_it_is() -> None:
    place = find_place(Path("bass.wav"), GRID, named=NamedPlace(Position.parse("17.9.1"), "--at"))
    assert place.source == "named by --at as 17.9.1, which is 18.2.1"


def test_then_the_clip_that_plays_the_file_the_earliest_of_several(tmp_path: Path) -> None:
    clips = (
        Clip(Path("Bounces/bass.wav"), 70.0),
        Clip(Path("Bounces/bass.wav"), 35.0),
        Clip(Path("x.wav"), 1.0),
    )
    place = find_place(
        tmp_path / "Bounces" / "bass.wav", GRID, session=session(tmp_path, *clips), clock_s=HOUR_S
    )
    assert (place.beat, place.source) == (35.0, "its clip in Song.als, the earliest of 2 clips")


def test_a_clip_that_begins_inside_its_file_counts_from_the_files_start(tmp_path: Path) -> None:
    info = session(tmp_path, Clip(Path("bass.wav"), 10.0, offset_s=1.5))
    assert find_place(tmp_path / "bass.wav", GRID, session=info).beat == 7.0


def test_a_file_that_would_begin_before_bar_1_is_not_said_to_be_placed(tmp_path: Path) -> None:
    early, late = Clip(Path("bass.wav"), 0.0, offset_s=1.5), Clip(Path("bass.wav"), 35.0)
    place = find_place(tmp_path / "bass.wav", GRID, session=session(tmp_path, early))
    assert (place.beat, place.is_known) == (0.0, False)
    assert find_place(tmp_path / "bass.wav", GRID, session=session(tmp_path, early, late)).beat == 35.0


def test_another_file_of_the_same_name_is_not_taken_for_it(tmp_path: Path) -> None:
    other = tmp_path / "Samples" / "bass.wav"
    other.parent.mkdir()
    other.write_bytes(b"what was played")
    bounce = tmp_path / "bass.wav"
    bounce.write_bytes(b"what was bounced")
    info = session(tmp_path, Clip(Path("Samples/bass.wav"), 35.0), Clip(Path("x" * 5000, "bass.wav"), 7.0))
    assert not find_place(bounce, GRID, session=info).is_known


def test_a_copy_that_the_daw_made_in_its_own_folder_is_the_bounce(tmp_path: Path) -> None:
    copy = tmp_path / "Samples" / "Imported" / "bass.wav"
    copy.parent.mkdir(parents=True)
    bounce = tmp_path / "bass.wav"
    for file in (copy, bounce):
        file.write_bytes(b"what was bounced")
    info = session(tmp_path, Clip(copy, 35.0))
    assert find_place(bounce, GRID, session=info).beat == 35.0


def test_then_the_time_stamp_less_the_sessions_start(tmp_path: Path) -> None:
    place = find_place(tmp_path / "bass.wav", GRID, clock_s=HOUR_S + 3.5, session_start_s=HOUR_S)
    assert place.beat == 7.0
    assert place.source == "the file's time stamp (01:00:03.5) less the session's start (01:00:00)"
    info = session(tmp_path, start_s=HOUR_S)
    assert find_place(tmp_path / "bass.wav", GRID, session=info, clock_s=HOUR_S + 3.5).beat == 7.0


@given(
    st.floats(20.0, 300.0),
    st.sampled_from([TimeSignature(4, 4), TimeSignature(7, 8), TimeSignature(5, 16)]),
    st.integers(1, 400),
    st.sampled_from([44_100, 48_000, 96_000]),
    st.sampled_from([math.floor, round]),
)
def test_a_time_stamp_of_a_bar_line_in_whole_samples_is_on_that_bar(
    tempo_bpm: float, meter: TimeSignature, bar: int, rate_hz: int, whole: object
) -> None:
    assert callable(whole)
    grid = Grid.constant(tempo_bpm, meter)
    stamp_s = whole(grid.tempo.time_at(grid.meters.start_of(bar)) * rate_hz) / rate_hz
    place = find_place(Path("bass.wav"), grid, clock_s=HOUR_S + stamp_s, session_start_s=HOUR_S)
    assert grid.meters.position_at(place.beat) == Position(bar)


def test_a_time_stamp_between_sixteenths_stays_where_it_is() -> None:
    place = find_place(Path("bass.wav"), GRID, clock_s=HOUR_S + 3.51, session_start_s=HOUR_S)
    assert place.beat == pytest.approx(7.02)


def test_a_clips_accents_may_be_written_in_another_way(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "bäss.wav") for form in ("NFC", "NFD"))
    info = session(tmp_path, Clip(Path(composed), 35.0))
    assert find_place(tmp_path / decomposed, GRID, session=info).beat == 35.0


def test_a_time_stamp_alone_places_nothing_and_says_what_would(tmp_path: Path) -> None:
    place = find_place(tmp_path / "bass.wav", GRID, clock_s=HOUR_S)
    assert (place.beat, place.is_known) == (0.0, False)
    assert "session_start" in place.source
    place = find_place(tmp_path / "bass.wav", GRID, clock_s=5.0, session_start_s=HOUR_S)
    assert not place.is_known
    assert "before the session's start (01:00:00)" in place.source


def test_without_anything_it_is_bar_1_which_is_said(tmp_path: Path) -> None:
    place = find_place(tmp_path / "bass.wav", GRID)
    assert (place.beat, place.is_known) == (0.0, False)
    assert "bar 1" in place.source
