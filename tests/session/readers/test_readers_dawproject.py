from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from daw_bridge.session.readers import Clip, SessionInfo
from daw_bridge.session.readers.dawproject import DawProject
from tests.session.readers.hostile import NO_SESSION_OF_XML, refusal
from tests.session.readers.mutations import read_or_refused
from tests.session.readers.xml_mutations import WORDS, packed_by, zipped

BITWIG = (Path(__file__).parent / "fixtures" / "bitwig.xml").read_text()
AUTOMATION = BITWIG[BITWIG.index("    <TempoAutomation") : BITWIG.index("  </Arrangement>")]


def packed(xml: bytes) -> bytes:
    return zipped({"metadata.xml": b"<MetaData/>", "project.xml": xml})


def read(folder: Path, xml: str) -> SessionInfo:
    file = folder / "Night Drive.dawproject"
    file.write_bytes(packed(xml.encode()))
    return DawProject().read(file)


def test_a_project_of_bitwig(tmp_path: Path) -> None:
    info = read(tmp_path, BITWIG)
    assert (info.daw, info.rate_hz) == ("Bitwig Studio 5.1 (DAWproject)", None)
    assert [info.grid.tempo.tempo_at(beat) for beat in (0, 14, 21, 28)] == [97, 97, 118.5, 140]
    assert [(change.beat, str(change.time_signature)) for change in info.grid.meters.changes] == [
        (0.0, "7/8"),
        (28.0, "4/4"),
    ]


def test_clips_within_clips_in_beats_and_seconds(tmp_path: Path) -> None:
    bass, keys, effect = read(tmp_path, BITWIG).clips
    assert bass == Clip(Path("audio/bass.wav"), 14.0, offset_s=1.0)  # a beat into it, by its warps
    assert keys == Clip(Path("../Stems/keys.wav"), 35.0, offset_s=0.25)
    assert effect.file == Path("audio/fx.wav")
    assert effect.start_beat == pytest.approx(2 * 97 / 60)


def test_without_automation_the_transport_counts(tmp_path: Path) -> None:
    info = read(tmp_path, BITWIG.replace(AUTOMATION, ""))
    assert info.grid.tempo.is_constant
    assert (info.grid.tempo.initial_bpm, str(info.grid.meters.initial)) == (97.0, "7/8")


def test_automation_may_count_in_seconds(tmp_path: Path) -> None:
    timed = AUTOMATION.replace('timeUnit="beats"', 'timeUnit="seconds"')
    info = read(tmp_path, BITWIG.replace(AUTOMATION, timed))
    before = 14 * 97 / 60
    assert info.grid.tempo.time_at(before) == pytest.approx(14)
    assert info.grid.tempo.beat_at(28) == pytest.approx(before + 14 * (97 + 140) / 2 / 60)
    assert info.grid.tempo.tempo_at(info.grid.tempo.beat_at(21)) == pytest.approx(118.5)
    assert info.grid.meters.changes[1].beat == pytest.approx(info.grid.tempo.beat_at(28))


def test_a_project_of_a_later_format_is_read_and_said_to_be_one(tmp_path: Path) -> None:
    known = read(tmp_path, BITWIG)
    later = read(tmp_path, BITWIG.replace('<Project version="1.0">', '<Project version="9.0">'))
    assert known.notes == ()
    assert (later.grid, later.clips) == (known.grid, known.clips)
    (note,) = later.notes
    assert note.startswith("its format is version 9, newer than is known here")


@pytest.mark.parametrize("kind", NO_SESSION_OF_XML)
def test_what_is_no_project_is_refused(tmp_path: Path, kind: str) -> None:
    refusal(DawProject(), tmp_path / "a.dawproject", packed(NO_SESSION_OF_XML[kind]))
    refusal(DawProject(), tmp_path / "a.dawproject", NO_SESSION_OF_XML[kind])


def test_broken_projects_are_refused_and_told_why(tmp_path: Path) -> None:
    file = tmp_path / "a.dawproject"
    whole = packed(BITWIG.encode())
    assert "archive is damaged" in refusal(DawProject(), file, whole[: len(whole) // 2])
    assert "no project.xml" in refusal(DawProject(), file, zipped({"../project.xml": BITWIG.encode()}))
    assert "no Project" in refusal(DawProject(), file, packed(b"<Song/>"))
    assert "entities" in refusal(DawProject(), file, packed(NO_SESSION_OF_XML["an external DTD"]))
    assert "unpacks to more than" in refusal(DawProject(), file, packed(b"<Project>" + b" " * (60 << 20)))
    assert "holds no tempo" in refusal(DawProject(), file, packed(b"<Project/>"))
    for value in ("5", "1000", "nan", "inf", "-97", "fast"):
        slow = BITWIG.replace('value="97"', f'value="{value}"')
        assert "can't be understood" in refusal(DawProject(), file, packed(slow.encode()))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("project.xml", BITWIG)
    assert "no DAW uses" in refusal(DawProject(), file, file.read_bytes())


def test_names_in_the_zip_lead_nowhere(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "a.dawproject").write_bytes(zipped({"../evil.wav": b"x", "project.xml": BITWIG.encode()}))
    DawProject().read(inner / "a.dawproject")
    assert [file.name for file in tmp_path.rglob("*")] == ["inner", "a.dawproject"]


def test_mutations_are_read_or_refused(tmp_path: Path) -> None:
    refused = read_or_refused(
        DawProject(), tmp_path / "a.dawproject", [BITWIG.encode()], WORDS, mutate=packed_by(packed)
    )
    assert 1_000 < refused < 9_000
