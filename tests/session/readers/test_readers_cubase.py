from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.core.timing import Curve
from daw_bridge.session.readers import SessionInfo
from daw_bridge.session.readers.cubase_smt import CubaseTempoTrack
from tests.session.readers.hostile import NO_SESSION_OF_XML, refusal
from tests.session.readers.mutations import read_or_refused
from tests.session.readers.xml_mutations import WORDS, packed_by

TRACK = (Path(__file__).parent / "fixtures" / "cubase.smt").read_text()


def read(folder: Path, xml: str) -> SessionInfo:
    file = folder / "Night Drive.smt"
    file.write_text(xml)
    return CubaseTempoTrack().read(file)


def test_a_tempo_track_with_a_ramp_a_jump_and_two_meters(tmp_path: Path) -> None:
    info = read(tmp_path, TRACK)
    assert (info.daw, info.rate_hz, info.clips) == ("Cubase", None, ())
    assert [(change.beat, change.tempo_bpm, change.curve) for change in info.grid.tempo.changes] == [
        (0.0, 97.0, Curve.STEP),
        (14.0, 97.0, Curve.IN_BEATS),
        (28.0, 140.0, Curve.STEP),
        (40.0, 100.0, Curve.STEP),
    ]
    assert [(change.beat, str(change.time_signature)) for change in info.grid.meters.changes] == [
        (0.0, "7/8"),
        (28.0, "4/4"),
    ]


def test_a_tempo_track_that_is_switched_off(tmp_path: Path) -> None:
    fixed = '<float name="RehearsalTempo"'
    off = TRACK.replace(fixed, f'<int name="RehearsalMode" value="1"/>{fixed}')
    tempo = read(tmp_path, off).grid.tempo
    assert (tempo.is_constant, tempo.initial_bpm) == (True, 120.0)


@pytest.mark.parametrize("kind", NO_SESSION_OF_XML)
def test_what_is_no_tempo_track_is_refused(tmp_path: Path, kind: str) -> None:
    refusal(CubaseTempoTrack(), tmp_path / "a.smt", NO_SESSION_OF_XML[kind])


def test_broken_tempo_tracks_are_refused_and_told_why(tmp_path: Path) -> None:
    file = tmp_path / "a.smt"
    assert "not whole XML" in refusal(CubaseTempoTrack(), file, TRACK.encode()[: len(TRACK) // 2])
    assert "holds no tempo" in refusal(CubaseTempoTrack(), file, b"<MasterTrack/>")
    for value in ("5", "1000", "nan", "inf", "-97", "fast", ""):
        slow = TRACK.replace('value="97"', f'value="{value}"')
        assert "can't be understood" in refusal(CubaseTempoTrack(), file, slow.encode())
    missing = TRACK.replace('<float name="PPQ" value="6720"/>', "")
    assert "a number is missing" in refusal(CubaseTempoTrack(), file, missing.encode())


def test_mutations_are_read_or_refused(tmp_path: Path) -> None:
    refused = read_or_refused(
        CubaseTempoTrack(),
        tmp_path / "a.smt",
        [TRACK.encode()],
        WORDS,
        mutate=packed_by(lambda content: content),
    )
    assert 1_000 < refused < 9_000
