"""Tempo maps as MIDI files: our own, those that mido writes, and synthetic ones written byte by byte."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.timing import Curve, TempoChange, TempoMap
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.session.readers import SessionInfo
from daw_bridge.session.readers.midi_map import MidiTempoMap, plainest_tempo
from tests.session.readers.mutations import read_or_refused

TEMPO_97 = b"\xff\x51\x03" + (618_557).to_bytes(3, "big")
SEVEN_EIGHT = b"\xff\x58\x04\x07\x03\x18\x08"
END = b"\0\xff\x2f\0"


def midi(*tracks: bytes, form: int = 1, division: int = 480) -> bytes:
    head = b"MThd" + struct.pack(">IHHH", 6, form, len(tracks), division)
    return head + b"".join(b"MTrk" + struct.pack(">I", len(track)) + track for track in tracks)


def read(folder: Path, content: bytes) -> SessionInfo:
    file = folder / "map.mid"
    file.write_bytes(content)
    return MidiTempoMap().read(file)


def changes(grid: Grid) -> tuple[list[tuple[float, float]], list[tuple[float, str]]]:
    return (
        [(change.beat, change.tempo_bpm) for change in grid.tempo.changes],
        [(change.beat, str(change.time_signature)) for change in grid.meters.changes],
    )


def test_tempo_and_meter(tmp_path: Path) -> None:
    info = read(tmp_path, midi(b"\0" + TEMPO_97 + b"\0" + SEVEN_EIGHT + END))
    assert changes(info.grid) == ([(0.0, 97.0)], [(0.0, "7/8")])
    assert (info.daw, info.clips, info.start_s, info.notes) == ("tempo map", (), None, ())


def test_changes_among_notes_running_status_and_system_messages(tmp_path: Path) -> None:
    """A format 0 file: the second note needs no status byte, a tempo at 4 quarters, a meter at 4 + 3.5."""
    notes = b"\0\x90\x3c\x40\x60\x3c\0" + b"\0\xf0\x02\x7e\xf7" + b"\0\xc0\x05" + b"\0\xe0\0\x40"
    track = b"\0" + TEMPO_97 + notes + b"\x8e\x20" + TEMPO_97.replace(b"\x09\x70", b"\x07\xa1")
    content = midi(track + b"\x8d\x10" + SEVEN_EIGHT + END, form=0)
    tempos, meters = changes(read(tmp_path, content).grid)
    assert [beat for beat, _ in tempos] == [0.0, 4.0]
    assert meters == [(0.0, "4/4"), (7.5, "7/8")]


def test_changes_of_all_tracks_and_unknown_chunks(tmp_path: Path) -> None:
    first, second = b"\0" + TEMPO_97 + END, b"\x83\x60" + SEVEN_EIGHT + END
    content = midi(first) + b"XFIH\0\0\0\x02ab" + midi(second)[14:]
    assert changes(read(tmp_path, content).grid) == ([(0.0, 97.0)], [(0.0, "4/4"), (1.0, "7/8")])


def test_a_file_without_tempo_plays_at_120(tmp_path: Path) -> None:
    info = read(tmp_path, midi(END))
    assert changes(info.grid) == ([(0.0, 120.0)], [(0.0, "4/4")])
    assert "120 BPM" in info.notes[0]


@pytest.mark.parametrize(
    ("beat_us", "tempo_bpm"),
    [(500_000, 120.0), (618_557, 97.0), (618_556, 97.0), (461_538, 130.0), (689_655, 87.0), (480_769, 124.8)],
)
def test_the_plainest_tempo(beat_us: int, tempo_bpm: float) -> None:
    assert plainest_tempo(beat_us) == tempo_bpm


@given(st.integers(60_061, 6_000_000))
def test_the_plainest_tempo_is_no_other_tempo(beat_us: int) -> None:
    assert abs(60_000_000 / plainest_tempo(beat_us) - beat_us) < 1.0


def delivered(grid: Grid, beats: float) -> bytes:
    seconds = grid.tempo.time_at(beats)
    part = Part((Note(0.0, 60, seconds),), duration_s=seconds)
    return midi_bytes(part, grid.placed(0.0), track_name="bass")


tempos = st.integers(20_000, 240_000).map(lambda thousandths: thousandths / 1000)
sixteenths = st.integers(1, 32).map(lambda count: count / 4)
signatures = st.builds(TimeSignature, st.integers(1, 13), st.sampled_from([2, 4, 8, 16]))


def beats_from(lengths: Sequence[float]) -> list[float]:
    return [sum(lengths[:index]) for index in range(len(lengths) + 1)]


@given(
    tempo_steps=st.lists(st.tuples(sixteenths, tempos), max_size=12),
    bars=st.lists(st.tuples(st.integers(1, 4), signatures), max_size=6),
    first_bpm=tempos,
    first_signature=signatures,
)
def test_our_own_files_are_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    tempo_steps: list[tuple[float, float]],
    bars: list[tuple[int, TimeSignature]],
    first_bpm: float,
    first_signature: TimeSignature,
) -> None:
    beats = beats_from([length for length, _ in tempo_steps])
    bpms = [first_bpm, *(bpm for _, bpm in tempo_steps)]
    tempo = TempoMap(tuple(TempoChange(b, bpm) for b, bpm in zip(beats, bpms, strict=True)))
    signatures_here = [first_signature, *(signature for _, signature in bars)]
    starts = beats_from(
        [count * s.beats_per_bar for (count, _), s in zip(bars, signatures_here, strict=False)]
    )
    meters = Meters(tuple(MeterChange(b, s) for b, s in zip(starts, signatures_here, strict=True)))
    grid = Grid(tempo, meters)

    file = tmp_path_factory.mktemp("maps") / "map.mid"
    file.write_bytes(delivered(grid, max(beats[-1], starts[-1]) + 1))
    found = MidiTempoMap().read(file).grid
    assert found.meters == meters
    assert [change.beat for change in found.tempo.changes] == beats
    for was, now in zip(tempo.changes, found.tempo.changes, strict=True):
        assert abs(was.tempo_bpm - now.tempo_bpm) < 1e-3


def test_our_own_ramps_are_read_back_as_their_steps(tmp_path: Path) -> None:
    tempo = TempoMap((TempoChange(0.0, 60.0, Curve.IN_BEATS), TempoChange(64.0, 180.0)))
    found = read(tmp_path, delivered(Grid(tempo), 80.0)).grid.tempo
    assert len(found.changes) == 64 * 4 + 1
    for beat in (16.0, 64.0, 80.0):
        assert found.time_at(beat) == pytest.approx(tempo.time_at(beat), abs=1e-4)


def test_a_file_that_mido_writes(tmp_path: Path) -> None:
    file = mido.MidiFile(type=1, ticks_per_beat=96)
    track = mido.MidiTrack(
        [
            mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(140)),
            mido.MetaMessage("time_signature", numerator=5, denominator=4),
            mido.Message("note_on", note=60, time=96),
            mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(70), time=384),
        ]
    )
    file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    assert changes(read(tmp_path, buffer.getvalue()).grid) == ([(0.0, 140.0), (5.0, 70.0)], [(0.0, "5/4")])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no MIDI file"),
        (b"RIFF" + midi(END), "no MIDI file"),
        (midi(END, division=0xE728), "SMPTE frames; export it with ticks"),
        (midi(END, division=0), "SMPTE"),
        (midi(END, form=2), "format 2"),
        (midi(b"\0" + TEMPO_97 + END)[:-3], "in the middle of a track"),
        (midi(b"\0\x3c\x40"), "no MIDI event"),
        (midi(b"\0\xf4\x40"), "no MIDI event"),
        (midi(b"\xff\xff\xff\xff\xff"), "no number"),
        (midi(b"\0\xff\x51\x03\0\0\0"), "understood"),
        (midi(b"\0\xff\x51\x03\0\0\x01"), "10 to 999 BPM"),
        (midi(b"\0\xff\x58\x04\x04\x0a\x18\x08"), "no time signature"),
    ],
)
def test_what_is_broken_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(SessionFileInvalid, match=says):
        read(tmp_path, content)


def test_more_events_than_any_song_has(tmp_path: Path) -> None:
    with pytest.raises(SessionFileInvalid, match="1,000,000 events"):
        read(tmp_path, midi(b"\0\xc0\x05" + b"\0\x05" * 1_000_001))


def test_mutations_are_read_or_refused(tmp_path: Path) -> None:
    grid = Grid(
        TempoMap((TempoChange(0.0, 97.0), TempoChange(8.0, 140.0))), Meters.constant(TimeSignature(7, 8))
    )
    words = [TEMPO_97, SEVEN_EIGHT, b"\xff\x51\x03\0\0\0", b"MTrk", b"\xff\xff\xff\xff", b"\x7f" * 4, b"\x90"]
    contents = [delivered(grid, 10.0), midi(b"\0" + TEMPO_97 + b"\0" + SEVEN_EIGHT + END)]
    refused = read_or_refused(MidiTempoMap(), tmp_path / "map.mid", contents, words)
    assert 1_000 < refused < 9_500
