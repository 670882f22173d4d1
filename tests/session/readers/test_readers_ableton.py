from __future__ import annotations

import gzip
import random
import subprocess
import sys
from pathlib import Path

import pytest

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.session.readers import Clip, SessionInfo
from daw_bridge.session.readers.ableton import Ableton, time_signature
from tests.session.readers.hostile import NO_SESSION_OF_XML, bomb, refusal
from tests.session.readers.mutations import read_or_refused
from tests.session.readers.xml_mutations import WORDS, gzipped, packed_by

FIXTURES = Path(__file__).parent / "fixtures"
LIVE_12 = (FIXTURES / "live12.xml").read_text()
LIVE_9 = (FIXTURES / "live9.xml").read_text()


def read(folder: Path, xml: str) -> SessionInfo:
    file = folder / "Night Drive.als"
    file.write_bytes(gzipped(xml.encode()))
    return Ableton().read(file)


def replaced(xml: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in xml
        xml = xml.replace(old, new)
    return xml


def test_a_set_of_live_12(tmp_path: Path) -> None:
    info = read(tmp_path, LIVE_12)
    assert (info.daw, info.rate_hz, info.notes) == ("Ableton Live 12.1", None, ())
    assert [(change.beat, str(change.time_signature)) for change in info.grid.meters.changes] == [
        (0.0, "7/8"),
        (28.0, "4/4"),
        (36.0, "6/8"),
    ]
    assert info.clips == (
        Clip(Path("Bounces/bass.wav"), 14.0, offset_s=2.0),  # 3 beats into it, by its warp markers
        Clip(Path("C:/Packs/Loops/loop.wav"), 42.0, offset_s=1.25),
    )


def test_live_moves_a_ramping_tempo_on_sixteenths_and_jumps_where_two_points_are(tmp_path: Path) -> None:
    tempo = read(tmp_path, LIVE_12).grid.tempo
    assert [tempo.tempo_at(beat) for beat in (0, 13.9, 14, 14.24)] == [97.0] * 4
    assert tempo.tempo_at(21) == tempo.tempo_at(21.2) == pytest.approx(118.5)
    assert tempo.tempo_at(27.9) == pytest.approx(97 + 43 * 13.75 / 14)
    assert tempo.tempo_at(28) == tempo.tempo_at(1000) == 100.0
    stepped_s = sum(15 / (97 + 43 * step / 56) for step in range(56))
    assert tempo.time_at(28) == pytest.approx(14 * 60 / 97 + stepped_s)


def test_a_set_of_live_9_in_gzip_and_without(tmp_path: Path) -> None:
    info = read(tmp_path, LIVE_9)
    assert info.daw == "Ableton Live 9.7.7"
    assert [(change.beat, change.tempo_bpm) for change in info.grid.tempo.changes] == [(0, 95.3), (4, 138)]
    assert info.grid.meters.initial == TimeSignature(3, 4)
    assert info.clips == (Clip(Path("../Stems/bass.wav"), 8.0), Clip(Path("/Users/me/keys.wav"), 16.0))
    plain = tmp_path / "Night Drive.als"
    plain.write_text(LIVE_9)
    assert Ableton().read(plain) == info


def test_one_point_is_no_automation_and_the_tempo_is_the_one_that_is_set(tmp_path: Path) -> None:
    points = LIVE_9[LIVE_9.index('<FloatEvent Time="4"') :].split("</Events>")[0]
    set_anew = (
        ('<Manual Value="95.3"', '<Manual Value="101.5"'),
        ('<Manual Value="200"', '<Manual Value="201"'),
    )
    grid = read(tmp_path, replaced(LIVE_9, (points, ""), *set_anew)).grid
    assert grid.tempo.is_constant
    assert (grid.tempo.initial_bpm, str(grid.meters.initial)) == (101.5, "4/4")


def test_live_8_has_only_the_one_point(tmp_path: Path) -> None:
    points = LIVE_9[LIVE_9.index('<FloatEvent Time="4"') :].split("</Events>")[0]
    live_8 = replaced(
        LIVE_9,
        (points, ""),
        ('<Manual Value="95.3" />', ""),
        ('<Manual Value="200" />', ""),
        ("9.7.7", "8.1"),
    )
    info = read(tmp_path, live_8)
    assert (info.grid.tempo.initial_bpm, str(info.grid.meters.initial)) == (95.3, "3/4")


def test_what_is_approximated_or_missing_is_said(tmp_path: Path) -> None:
    curved = replaced(
        LIVE_12,
        ('Time="14" Value="97"', 'Time="14" Value="97" CurveControl1X="0.2" CurveControl1Y="0.8"'),
        ('<WarpMarker Id="1" SecTime="2.5" BeatTime="4" />', ""),
    )
    info = read(tmp_path, curved)
    assert [note.split()[0] for note in info.notes] == ["curved", "clips"]
    assert info.clips[0].offset_s == 0.0
    meterless = LIVE_9.replace("TimeSignature", "Else")
    assert "4/4" in " ".join(read(tmp_path, meterless).notes)


def test_automation_of_another_parameter_is_left_alone(tmp_path: Path) -> None:
    info = read(tmp_path, replaced(LIVE_12, ('<PointeeId Value="8" />', '<PointeeId Value="9" />')))
    assert info.grid.tempo.is_constant
    assert info.grid.tempo.initial_bpm == 97.0


def test_a_ramp_longer_than_any_song_is_a_line(tmp_path: Path) -> None:
    tempo = read(tmp_path, replaced(LIVE_12, ('Time="28" Value="1', 'Time="1e7" Value="1'))).grid.tempo
    assert len(tempo.changes) < 10
    assert tempo.tempo_at(0.5e7) == pytest.approx(118.5)


@pytest.mark.parametrize(
    ("near", "far"),
    [
        ('<AudioClip Id="0" Time="14"', '<AudioClip Id="0" Time="1e308"'),
        ('<AudioClip Id="0" Time="14"', '<AudioClip Id="0" Time="-1e8"'),
        ('Time="28" Value="1', 'Time="1e8" Value="1'),
        ('Time="28" Value="1', 'Time="1.1e7" Value="1'),
        ('Time="36" Value="302"', 'Time="1e17" Value="302"'),
        ('SecTime="2.5"', 'SecTime="-1e300"'),
    ],
)
def test_a_set_that_reaches_further_than_any_is_refused(tmp_path: Path, near: str, far: str) -> None:
    with pytest.raises(SessionFileInvalid, match="where no session reaches"):
        read(tmp_path, replaced(LIVE_12, (near, far)))


def test_a_set_of_a_later_live_is_read_and_said_to_be_one(tmp_path: Path) -> None:
    later = read(tmp_path, replaced(LIVE_12, ('MajorVersion="5"', 'MajorVersion="99"')))
    known = read(tmp_path, LIVE_12)
    assert (later.grid, later.clips) == (known.grid, known.clips)
    (note,) = later.notes
    assert note.startswith("its format is version 99, newer than is known here")


def test_time_signatures_are_one_number() -> None:
    assert [str(time_signature(value)) for value in (201, 302, 303, 200, 99, 0)] == [
        *("4/4", "6/8", "7/8", "3/4", "1/2", "1/1")
    ]
    for value in (-1.0, 600.0, 1e300):
        with pytest.raises(ValueError, match="time signature"):
            time_signature(value)


@pytest.mark.parametrize("kind", NO_SESSION_OF_XML)
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_what_is_no_set_is_refused(tmp_path: Path, kind: str, packed: bool) -> None:
    content = NO_SESSION_OF_XML[kind]
    refusal(Ableton(), tmp_path / "a.als", gzipped(content) if packed else content)


def test_broken_sets_are_refused_and_told_why(tmp_path: Path) -> None:
    file = tmp_path / "a.als"
    packed = gzipped(LIVE_12.encode())
    assert "damaged" in refusal(Ableton(), file, packed[: len(packed) // 2])
    assert "not whole XML" in refusal(Ableton(), file, gzipped(LIVE_12.encode()[:3000]))
    assert "no set of Ableton Live" in refusal(Ableton(), file, b"<Session/>")
    assert "entities" in refusal(Ableton(), file, gzipped(NO_SESSION_OF_XML["an XML bomb"]))
    assert "belong to no session" in refusal(Ableton(), file, bomb())
    for value in ("5", "1000", "nan", "inf", "-97", "fast", ""):
        slow = LIVE_9.replace('"95.3"', f'"{value}"')
        assert "can't be understood" in refusal(Ableton(), file, slow.encode())
    assert "holds no tempo" in refusal(Ableton(), file, b"<Ableton/>")
    file.unlink()
    with pytest.raises(SessionFileInvalid, match="can't be read"):
        Ableton().read(file)


def test_a_text_larger_than_any_plug_ins_state_is_refused_before_it_is_held(tmp_path: Path) -> None:
    file = tmp_path / "a.als"
    file.write_bytes(b'<Ableton Creator="' + b"x" * (65 << 20) + b'"/>')
    with pytest.raises(SessionFileInvalid, match="64 MB that belong to no session"):
        Ableton().read(file)


MEASURED = """
import resource, sys
from pathlib import Path
from daw_bridge.session.readers.ableton import Ableton

def peak_mb():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)

small, large = map(Path, sys.argv[1:])
Ableton().read(small)
before_mb = peak_mb()
info = Ableton().read(large)
print(peak_mb() - before_mb, len(info.clips), info.grid == Ableton().read(small).grid)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="measures by getrusage")
def test_a_set_of_200_mb_is_read_in_little_memory(tmp_path: Path) -> None:
    rng = random.Random(5)
    notes = "".join(
        f'<MidiNoteEvent Time="{rng.uniform(0, 900):.9f}" Duration="{rng.uniform(0, 2):.9f}" '
        f'Velocity="{rng.randrange(128)}" OffVelocity="64" IsEnabled="true" NoteId="{number}" />\n'
        for number in range(8_000)
    ).encode()
    head, middle, tail = LIVE_12.encode().partition(b"<Tracks>")
    small, large = tmp_path / "small.als", tmp_path / "large.als"
    small.write_bytes(gzipped(LIVE_12.encode()))
    with gzip.open(large, "wb", compresslevel=1) as opened:
        size = opened.write(head + middle)
        while size < 200_000_000:
            size += opened.write(b"<MidiTrack><KeyTrack>" + notes + b"</KeyTrack></MidiTrack>")
        opened.write(tail)
    measured = subprocess.run(
        [sys.executable, "-c", MEASURED, small, large], capture_output=True, text=True, check=True
    )
    peak_mb, clips, same_grid = measured.stdout.split()
    assert float(peak_mb) < 20
    assert (clips, same_grid) == ("2", "True")


def test_mutations_are_read_or_refused(tmp_path: Path) -> None:
    contents = [LIVE_12.encode(), LIVE_9.encode()]
    refused = read_or_refused(Ableton(), tmp_path / "a.als", contents, WORDS, mutate=packed_by(gzipped))
    assert 1_000 < refused < 9_000
