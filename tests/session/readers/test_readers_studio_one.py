from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.session.readers import Clip, SessionInfo
from daw_bridge.session.readers.studio_one import StudioOne
from tests.session.readers.hostile import NO_SESSION_OF_XML, refusal
from tests.session.readers.mutations import read_or_refused
from tests.session.readers.xml_mutations import WORDS, packed_by, zipped

FIXTURES = Path(__file__).parent / "fixtures" / "studio_one"
SONG = (FIXTURES / "song.xml").read_text()
OTHERS = {
    "Song/mediapool.xml": (FIXTURES / "mediapool.xml").read_bytes(),
    "metainfo.xml": (FIXTURES / "metainfo.xml").read_bytes(),
}


def packed(song: bytes) -> bytes:
    return zipped({"Song/song.xml": song, **OTHERS})


def read(folder: Path, song: str) -> SessionInfo:
    file = folder / "Night Drive.song"
    file.write_bytes(packed(song.encode()))
    return StudioOne().read(file)


def test_a_song_of_studio_one(tmp_path: Path) -> None:
    info = read(tmp_path, SONG)
    assert (info.daw, info.rate_hz, info.notes) == ("Studio One 6.5.2", 44_100, ())
    assert [info.grid.tempo.tempo_at(beat) for beat in (0, 27, 28)] == pytest.approx([97, 97, 120])
    assert [(change.beat, str(change.time_signature)) for change in info.grid.meters.changes] == [
        (0.0, "7/8"),
        (28.0, "4/4"),
    ]
    assert info.clips == (  # of the layer that is active, and of a track without layers
        Clip(Path("C:/Songs/Night Drive/Bounces/bass.wav"), 14.0),
        Clip(Path("Media/keys.wav"), 32.0, offset_s=1.5),
    )


def test_a_place_may_be_in_seconds(tmp_path: Path) -> None:
    song = SONG.replace('timeFormat="2" start="32" offset="3"', 'timeFormat="0" start="2" offset="0.5"')
    keys = read(tmp_path, song).clips[1]
    assert [keys.start_beat, keys.offset_s] == pytest.approx([2 * 97 / 60, 0.5])


def test_ramps_are_told(tmp_path: Path) -> None:
    info = read(tmp_path, SONG.replace('curveType="0" start="0"', 'curveType="1" start="0"'))
    assert info.grid.tempo.tempo_at(14) == pytest.approx(108.5)
    assert info.notes == ("tempo ramps are read as straight ones",)


def test_a_song_alone_has_a_tempo_and_no_clips(tmp_path: Path) -> None:
    file = tmp_path / "a.song"
    file.write_bytes(zipped({"Song/song.xml": SONG.encode()}))
    info = StudioOne().read(file)
    assert (info.daw, info.clips, round(info.grid.tempo.initial_bpm, 6)) == ("Studio One", (), 97.0)


@pytest.mark.parametrize("kind", NO_SESSION_OF_XML)
def test_what_is_no_song_is_refused(tmp_path: Path, kind: str) -> None:
    refusal(StudioOne(), tmp_path / "a.song", packed(NO_SESSION_OF_XML[kind]))
    refusal(StudioOne(), tmp_path / "a.song", NO_SESSION_OF_XML[kind])


def test_broken_songs_are_refused_and_told_why(tmp_path: Path) -> None:
    file = tmp_path / "a.song"
    whole = packed(SONG.encode())
    assert "archive is damaged" in refusal(StudioOne(), file, whole[: len(whole) // 2])
    assert "no Song/song.xml" in refusal(StudioOne(), file, zipped({"project.xml": SONG.encode()}))
    assert "not whole XML" in refusal(StudioOne(), file, packed(SONG.encode()[:900]))
    for value in ("0", "6.1", "0.05", "nan", "inf", "-0.5", "fast"):
        slow = SONG.replace('tempo="0.5"', f'tempo="{value}"')
        assert "can't be understood" in refusal(StudioOne(), file, packed(slow.encode())), value


def test_mutations_are_read_or_refused(tmp_path: Path) -> None:
    refused = read_or_refused(
        StudioOne(), tmp_path / "a.song", [SONG.encode()], WORDS, mutate=packed_by(packed)
    )
    assert 1_000 < refused < 9_000
