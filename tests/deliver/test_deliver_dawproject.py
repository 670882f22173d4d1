from __future__ import annotations

import hashlib
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.core.timing import Curve, TempoChange, TempoMap
from daw_bridge.core.wav import write_wav
from daw_bridge.deliver.dawproject import DawprojectAudio, write_dawproject
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.session.readers.dawproject import DawProject as DawProjectReader
from tests.deliver.dawproject_rules import faults_of

SEVEN_EIGHT = TimeSignature(7, 8)
PART = Part((Note(0.0, 60, 0.5, 127), Note(0.5, 62, 1.0, 64)), 2.0)
CHANGING = Grid(
    TempoMap((TempoChange(0, 60), TempoChange(16, 60, Curve.IN_BEATS), TempoChange(20, 120))),
    Meters((MeterChange(0, TimeSignature()), MeterChange(16, SEVEN_EIGHT))),
)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    samples = np.random.default_rng(5).normal(0, 0.1, (2, 96_000)).astype(np.float32)
    path = tmp_path / "bass - Fat Analog Sub.wav"
    write_wav(AudioClip(samples, 48_000), path)
    return path


def audio_of(wav: Path, name: str = "Fat Analog Sub") -> DawprojectAudio:
    return DawprojectAudio(wav, name, channels=2, rate_hz=48_000, duration_s=2.0)


def written(
    folder: Path,
    part: Part = PART,
    grid: Grid = CHANGING,
    start_beat: float = 0.0,
    audio: tuple[DawprojectAudio, ...] = (),
    name: str = "bass",
) -> zipfile.ZipFile:
    path = folder / "take.dawproject"
    write_dawproject(path, part, grid, start_beat, audio, name=name)
    return zipfile.ZipFile(path)


def project_of(archive: zipfile.ZipFile) -> Element:
    project = fromstring(archive.read("project.xml"))
    assert faults_of(project) == []
    return project


def found(root: Element, path: str) -> Element:
    element = root.find(path)
    assert element is not None, path
    return element


def numbers(element: Element, *names: str) -> tuple[float, ...]:
    return tuple(float(element.attrib[name]) for name in names)


def test_clip_and_audio_lie_at_their_place_in_the_session(tmp_path: Path, wav: Path) -> None:
    project = project_of(written(tmp_path, start_beat=13.0, audio=(audio_of(wav),)))
    note_clip, audio_clip = project.iter("Clip")
    # Bar 4 begins at beat 12; the bounce begins a beat later, and a second is a beat.
    assert numbers(note_clip, "time", "duration") == (12, 4)
    notes = [numbers(note, "time", "duration", "key", "vel") for note in project.iter("Note")]
    assert notes == [(1, 0.5, 60, 1), (1.5, 0.5, 62, pytest.approx(64 / 127))]
    assert numbers(audio_clip, "time", "duration") == (13, 2)
    assert audio_clip.attrib["contentTimeUnit"] == "seconds"
    assert numbers(found(audio_clip, "Audio"), "duration", "channels", "sampleRate") == (2, 2, 48_000)


def test_tracks_are_named_and_own_their_clips(tmp_path: Path, wav: Path) -> None:
    project = project_of(written(tmp_path, audio=(audio_of(wav),)))
    tracks = {track.attrib["id"]: track.attrib for track in project.iter("Track")}
    owners = [lane.attrib["track"] for lane in found(project, "Arrangement/Lanes")]
    named = [(tracks[owner]["name"], tracks[owner]["contentType"]) for owner in owners]
    assert named == [("bass", "notes"), ("Fat Analog Sub", "audio")]


def test_the_notes_are_those_of_the_midi_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    onsets = rng.uniform(0, 9, 200)
    part = Part(tuple(Note(t, int(rng.integers(58, 62)), t + rng.uniform(0.001, 1)) for t in onsets), 10.0)
    project = project_of(written(tmp_path, part, start_beat=13.0))
    here = [
        (round(beat * 960), round((beat + length) * 960), int(pitch))
        for beat, length, pitch in (numbers(n, "time", "duration", "key") for n in project.iter("Note"))
    ]
    midi = mido.MidiFile(file=io.BytesIO(midi_bytes(part, CHANGING.placed(13.0), track_name="x")))
    there, down, now = [], {}, 0
    for message in midi.tracks[1]:
        now += message.time
        if message.type == "note_on":
            down[message.note] = now
        elif message.type == "note_off":
            there.append((down.pop(message.note), now, message.note))
    assert sorted(here) == sorted(there)
    assert numbers(found(project, ".//Clip"), "duration") == (now / 960,)


def test_audio_across_changes_of_tempo_is_as_long_as_it_sounds(tmp_path: Path, wav: Path) -> None:
    project = project_of(written(tmp_path, start_beat=15.0, audio=(audio_of(wav),)))
    *_, clip = project.iter("Clip")
    (duration,) = numbers(clip, "duration")
    tempo = CHANGING.tempo
    assert tempo.time_at(15.0 + duration) - tempo.time_at(15.0) == pytest.approx(2.0, abs=1e-7)
    assert duration > 2.0


def test_tempo_and_meters_are_the_sessions(tmp_path: Path) -> None:
    project = project_of(written(tmp_path, start_beat=13.0))
    assert numbers(found(project, "Transport/Tempo"), "value") == (60,)
    assert numbers(found(project, "Transport/TimeSignature"), "numerator", "denominator") == (4, 4)
    tempo = found(project, "Arrangement/TempoAutomation")
    assert [(*numbers(p, "time", "value"), p.attrib["interpolation"]) for p in tempo.iter("RealPoint")] == [
        (0, 60, "hold"),
        (16, 60, "linear"),
        (20, 120, "hold"),
    ]
    meters = found(project, "Arrangement/TimeSignatureAutomation")
    points = [numbers(p, "time", "numerator", "denominator") for p in meters.iter("TimeSignaturePoint")]
    assert points == [(0, 4, 4), (16, 7, 8)]


@given(st.floats(30, 240), st.floats(1 / 3, 3), st.floats(0.25, 64))
def test_ramps_over_seconds_are_told_in_points_that_take_as_long(
    tmp_path_factory: pytest.TempPathFactory, start_bpm: float, factor: float, length: float
) -> None:
    end_bpm = start_bpm * factor
    tempo = TempoMap((TempoChange(0, start_bpm, Curve.IN_TIME), TempoChange(length, end_bpm)))
    project = project_of(written(tmp_path_factory.getbasetemp(), grid=Grid(tempo)))
    points = [numbers(p, "time", "value") for p in found(project, ".//TempoAutomation").iter("RealPoint")]
    told = TempoMap(tuple(TempoChange(beat, bpm, Curve.IN_BEATS) for beat, bpm in points))
    for beat in np.linspace(0, length, 50):
        assert told.time_at(beat) == pytest.approx(tempo.time_at(beat), abs=1e-4)


def test_ramps_long_after_the_clip_are_told_by_where_they_lead(tmp_path: Path) -> None:
    beats = (0, *(float(beat) for beat in range(1_000_000, 10_000_001, 1_000_000)))
    tempo = TempoMap(tuple(TempoChange(beat, 60 + index, Curve.IN_TIME) for index, beat in enumerate(beats)))
    project = project_of(written(tmp_path, grid=Grid(tempo)))
    points = [numbers(p, "time", "value") for p in found(project, ".//TempoAutomation").iter("RealPoint")]
    assert len(points) < 1_000
    told = TempoMap(tuple(TempoChange(beat, bpm, Curve.IN_BEATS) for beat, bpm in points))
    assert [told.tempo_at(beat) for beat in beats] == pytest.approx([60 + index for index in range(11)])
    assert told.time_at(3_600) == pytest.approx(tempo.time_at(3_600), abs=1e-3)


def test_our_reader_reads_back_what_was_written(tmp_path: Path, wav: Path) -> None:
    archive = written(tmp_path, start_beat=15.25, audio=(audio_of(wav),))
    read = DawProjectReader().read(tmp_path / "take.dawproject")
    assert read.daw.startswith("DAW Bridge ")
    assert read.grid == CHANGING
    (clip,) = read.clips
    assert clip.start_beat == 15.25
    assert clip.offset_s == pytest.approx(0.0)
    assert archive.read(clip.file.as_posix()) == wav.read_bytes()


def test_bends_are_the_notes_own_and_controllers_the_clips(tmp_path: Path) -> None:
    part = Part(
        (Note(0.0, 60, 1.0), Note(1.0, 62, 2.0), Note(2.0, 64, 3.0)),
        3.0,
        (Bend(0.5, 0.7), Bend(1.25, -1.0), Bend(1.75, 0.0)),
        (Controller(0.0, 64, 127), Controller(1.5, 64, 0), Controller(0.0, 1, 32)),
    )
    project = project_of(written(tmp_path, part, Grid.constant(60)))
    notes = found(project, ".//Notes")
    bends = [[numbers(point, "time", "value") for point in note.iter("RealPoint")] for note in notes]
    assert bends == [[(0, 0), (0.5, 0.7)], [(0, 0.7), (0.25, -1), (0.75, 0)], []]
    controllers = [
        (
            found(points, "Target").attrib["controller"],
            [numbers(p, "time", "value") for p in points.iter("RealPoint")],
        )
        for points in project.findall(".//Clip/Lanes/Points")
    ]
    assert controllers == [("1", [(0, pytest.approx(32 / 127))]), ("64", [(0, 1), (1.5, 0)])]


def test_the_audio_is_in_the_archive_as_it_was(tmp_path: Path, wav: Path) -> None:
    other = tmp_path / "other" / wav.name.upper()
    other.parent.mkdir()
    other.write_bytes(b"another file")
    archive = written(tmp_path, audio=(audio_of(wav), audio_of(other)))
    paths = [file.attrib["path"] for file in project_of(archive).iter("File")]
    assert [archive.read(path) for path in paths] == [wav.read_bytes(), b"another file"]
    assert len({path.casefold() for path in paths}) == 2  # whoever unpacks it on a Mac gets both
    assert set(archive.namelist()) == {"metadata.xml", "project.xml", *paths}
    assert archive.testzip() is None


def test_members_say_their_checksum_before_their_content(tmp_path: Path, wav: Path) -> None:
    """Cubase 14 is said to read no zip that says it afterwards, in a data descriptor."""
    archive = written(tmp_path, audio=(audio_of(wav),))
    content = (tmp_path / "take.dawproject").read_bytes()
    for member in archive.infolist():
        checksum = int.from_bytes(content[member.header_offset + 14 :][:4], "little")
        assert (checksum, member.flag_bits & 0x08) == (member.CRC, 0)


@given(st.text(max_size=40))
def test_any_name_can_be_written(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    *_, track = project_of(written(tmp_path_factory.getbasetemp(), name=name)).iter("Track")
    read = track.attrib["name"]
    assert len(read) == len(name)
    assert all(a == b or b == "\ufffd" for a, b in zip(name, read, strict=True))


def test_names_of_files_lead_nowhere_out_of_the_archive(tmp_path: Path) -> None:
    wav = tmp_path / "..\\evil & <b>\x01.wav"
    wav.write_bytes(b"RIFF")
    archive = written(tmp_path, audio=(audio_of(wav, "a & <b>\x01"),))
    (path,) = [file.attrib["path"] for file in project_of(archive).iter("File")]
    assert path == "audio/.._evil & _b_\ufffd.wav"
    assert archive.read(path) == b"RIFF"


def test_the_same_take_makes_the_same_bytes(tmp_path: Path, wav: Path) -> None:
    def digest() -> str:
        path = tmp_path / "take.dawproject"
        write_dawproject(path, PART, CHANGING, 13.0, [audio_of(wav)], name="bass")
        return hashlib.sha256(path.read_bytes()).hexdigest()

    first = digest()
    wav.touch()
    assert digest() == first


def test_long_audio_is_copied_in_blocks(tmp_path: Path) -> None:
    wav = tmp_path / "long.wav"
    with wav.open("wb") as file:
        file.truncate(200 << 20)  # sparse
    tracemalloc.start()
    try:
        archive = written(tmp_path, audio=(audio_of(wav),))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 8 << 20
    assert archive.getinfo("audio/long.wav").file_size == 200 << 20
    (tmp_path / "take.dawproject").unlink()


def test_lost_audio_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        written(tmp_path, audio=(audio_of(tmp_path / "gone.wav"),))


Breaking = Callable[[Element], None]


def _swap(project: Element) -> None:
    arrangement = found(project, "Arrangement")
    arrangement[:] = reversed(list(arrangement))


@pytest.mark.parametrize(
    "break_it",
    [
        _swap,
        lambda project: found(project, ".//Note").attrib.pop("key"),
        lambda project: found(project, ".//Clip").attrib.update(time="soon"),
        lambda project: found(project, "Arrangement/Lanes/Lanes").attrib.update(track="nobody"),
        lambda project: found(project, ".//Clips").attrib.update(id="id0"),
        lambda project: found(project, ".//Notes").attrib.update(colour="red"),
        lambda project: found(project, "Transport").append(Element("Swing")),
    ],
)
def test_the_checker_sees_what_breaks_the_schema(tmp_path: Path, break_it: Breaking) -> None:
    project = project_of(written(tmp_path))
    break_it(project)
    assert faults_of(project) != []
