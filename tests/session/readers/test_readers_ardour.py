from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.session.readers import Clip, SessionInfo
from daw_bridge.session.readers.ardour import Ardour
from tests.session.readers.hostile import NO_SESSION_OF_XML, refusal
from tests.session.readers.mutations import read_or_refused
from tests.session.readers.xml_mutations import WORDS, packed_by

FIXTURES = Path(__file__).parent / "fixtures"
ARDOUR_7 = (FIXTURES / "ardour7.ardour").read_text()
ARDOUR_6 = (FIXTURES / "ardour6.ardour").read_text()

ARDOUR_SAYS = {0: 0, 7: 207835, 14: 415670, 17.5: 514222, 21: 603394, 24.5: 684817, 28: 759732, 44: 1121789}
"""Where quarters of `ardour7.ardour` lie, in samples at 48 kHz: Ardour's own answers, which it rounds off."""


def read(folder: Path, xml: str) -> SessionInfo:
    file = folder / "s.ardour"
    file.write_text(xml)
    return Ardour().read(file)


def test_quarters_lie_where_ardour_7_says_that_they_do() -> None:
    info = Ardour().read(FIXTURES / "ardour7.ardour")
    assert (info.daw, info.rate_hz) == ("Ardour 7.3.0", 48_000)
    for quarter, sample in ARDOUR_SAYS.items():
        assert info.grid.tempo.time_at(quarter) * 48_000 == pytest.approx(sample, abs=1)
    tempos = [info.grid.tempo.tempo_at(quarter) for quarter in (0, 17.5, 21, 28, 40)]
    assert tempos == [97.0, 107.75, 118.5, 140.0, 100.0]  # the last is 200 eighths a minute
    assert [(change.beat, str(change.time_signature)) for change in info.grid.meters.changes] == [
        (0.0, "7/8"),
        (28.0, "4/4"),
    ]


def test_regions_lie_on_quarters_or_on_the_clock(tmp_path: Path) -> None:
    file = Path("in.wav")
    assert read(tmp_path, ARDOUR_7).clips == (Clip(file, 21.0),)
    timed = ARDOUR_7.replace("@b40320", f"@a{603394 * 282240000 // 48000}")
    timed = timed.replace('start="a0" length="a282240000@a', 'start="a141120000" length="a282240000@a')
    clip = read(tmp_path, timed).clips[0]
    assert clip.start_beat == pytest.approx(21.0, abs=1e-4)
    assert clip.offset_s == 0.5


def test_a_ramp_that_ardour_does_not_play_is_none(tmp_path: Path) -> None:
    """Ardour 7.3 writes `Ramped` with an omega of 0 after a script, and plays a step: seen."""
    tempo = read(tmp_path, ARDOUR_7.replace("1.8137215133476583e-10", "0")).grid.tempo
    assert tempo.time_at(24.5) * 48_000 == pytest.approx(727_422, abs=1)


def test_a_ramp_may_end_elsewhere_than_the_next_tempo_begins(tmp_path: Path) -> None:
    tempo = read(
        tmp_path, ARDOUR_7.replace('enpm="140" note-type="4" type="Tempo::Ramped"', 'enpm="111"')
    ).grid
    assert tempo.tempo.tempo_at(21) == pytest.approx(104)
    assert tempo.tempo.tempo_at(28) == 140.0
    continuing = 'locked-to-meter="0" continuing="1" sclock="2444140202"'
    onwards = ARDOUR_7.replace('locked-to-meter="0" continuing="0" sclock="2444140202"', continuing)
    onwards = onwards.replace('enpm="140" note-type="4" type="Tempo::Ramped"', 'enpm="111"')
    assert read(tmp_path, onwards).grid.tempo.tempo_at(21) == pytest.approx(118.5)


def test_a_session_of_ardour_6() -> None:
    info = Ardour().read(FIXTURES / "ardour6.ardour")
    assert (info.daw, info.rate_hz) == ("Ardour 6.9.0", 44_100)
    assert [info.grid.tempo.tempo_at(beat) for beat in (0, 12, 14, 16)] == pytest.approx([120, 120, 90, 45])
    assert [(change.beat, str(change.time_signature)) for change in info.grid.meters.changes] == [
        (0.0, "3/4"),
        (12.0, "7/8"),
    ]
    bass = Path("bass.wav")
    assert info.clips == (Clip(bass, 4.0, offset_s=0.5), Clip(Path("/media/keys.wav"), 0.0))


def test_a_session_of_a_later_ardour_is_read_and_said_to_be_one(tmp_path: Path) -> None:
    known = read(tmp_path, ARDOUR_7)
    later = read(tmp_path, ARDOUR_7.replace('version="7002"', 'version="99000"', 1))
    assert known.notes == read(tmp_path, ARDOUR_7.replace('version="7002"', 'version="7003"', 1)).notes == ()
    assert (later.grid, later.clips) == (known.grid, known.clips)
    (note,) = later.notes
    assert note.startswith("its format is version 99, newer than is known here")


@pytest.mark.parametrize("kind", NO_SESSION_OF_XML)
def test_what_is_no_session_is_refused(tmp_path: Path, kind: str) -> None:
    refusal(Ardour(), tmp_path / "a.ardour", NO_SESSION_OF_XML[kind])


def test_broken_sessions_are_refused_and_told_why(tmp_path: Path) -> None:
    file = tmp_path / "a.ardour"
    assert "not whole XML" in refusal(Ardour(), file, ARDOUR_7.encode()[:2000])
    assert "no Session" in refusal(Ardour(), file, b"<Ardour/>")
    assert "no tempo map" in refusal(Ardour(), file, b'<Session version="2000"/>')
    assert "can't be understood" in refusal(Ardour(), file, b"<Session><TempoMap/></Session>")
    assert "entities" in refusal(Ardour(), file, NO_SESSION_OF_XML["an external entity"])
    for value in ("5", "1000", "nan", "inf", "-97", "fast"):
        slow = ARDOUR_6.replace('beats-per-minute="120"', f'beats-per-minute="{value}"')
        assert "can't be understood" in refusal(Ardour(), file, slow.encode())
    for field, broken in (
        ('quarters="14:0"', 'quarters="nan"'),
        ('note-value="8"', 'note-value="0"'),
        ('superclocks-per-second="282240000"', 'superclocks-per-second="inf"'),
    ):
        timed = ARDOUR_7.replace("@b40320", "@a40320").replace(field, broken)
        assert "can't be understood" in refusal(Ardour(), file, timed.encode())
    deep = b"<Session>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</Session>"
    assert "elements within elements" in refusal(Ardour(), file, deep)


def test_a_session_beyond_what_a_tree_may_hold_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.ardour"
    with file.open("wb") as opened:
        opened.write(b"<Session>" + b" " * (65 << 20) + b"</Session>")
    with pytest.raises(SessionFileInvalid, match="64 MB"):
        Ardour().read(file)


def test_mutations_are_read_or_refused(tmp_path: Path) -> None:
    contents = [ARDOUR_7.encode(), ARDOUR_6.encode()]
    refused = read_or_refused(
        Ardour(), tmp_path / "a.ardour", contents, WORDS, mutate=packed_by(lambda content: content)
    )
    assert 1_000 < refused < 9_000
