"""Our files in a real DAW: Ardour imports them, and our reader reads the session that it saves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.core.timing import TICKS_PER_BEAT as OUR_TICKS_PER_BEAT
from daw_bridge.core.timing import Curve, TempoChange, TempoMap
from daw_bridge.core.wav import write_wav
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.session.readers.ardour import Ardour as ArdourReader
from tests.deliver.second_reader import rows_by_midicsv
from tests.real.ardour.ardour import RATE_HZ, TICKS_PER_BEAT, Ardour, ImportedFile, Report, installed_ardour

pytestmark = pytest.mark.real

SEVEN_EIGHT = TimeSignature(7, 8)
NOTE_BEATS = (0.0, 0.5, 1.25, 3.0, 4.5, 6.0)
"""Where the part's notes lie, from its first sample on; each is a sixteenth long."""

KINDS = ("Note_on_c", "Note_off_c", "Pitch_bend_c", "Control_c")


@pytest.fixture
def ardour(tmp_path: Path) -> Ardour:
    return installed_ardour(tmp_path / "ardour")


def part_on(grid: Grid, start_beat: float) -> Part:
    """A part whose notes lie at `NOTE_BEATS` from `start_beat` of the session."""
    start_s = grid.tempo.time_at(start_beat)

    def since_start(beat: float) -> float:
        return grid.tempo.time_at(start_beat + beat) - start_s

    notes = [
        Note(since_start(beat), 40 + index, since_start(beat + 0.25), 90 + index)
        for index, beat in enumerate(NOTE_BEATS)
    ]
    bends = [Bend(since_start(beat), semitones) for beat, semitones in ((1.0, 0.5), (1.25, -2.0), (3.0, 0.0))]
    return Part(tuple(notes), since_start(7.0), tuple(bends), (Controller(since_start(4.0), 1, 90),))


def take(folder: Path, part: Part, grid: Grid, start_beat: float) -> tuple[Path, Path]:
    """Its MIDI file and its audio."""
    midi, wav = folder / "bass.mid", folder / "bass - Fat Analog Sub.wav"
    midi.write_bytes(midi_bytes(part, grid.placed(start_beat), track_name="bass"))
    samples = np.random.default_rng(3).normal(0, 0.1, (2, round(part.duration_s * RATE_HZ)))
    write_wav(AudioClip(samples.astype(np.float32), RATE_HZ), wav)
    return midi, wav


def notes_of(report: Report) -> list[tuple[int, int, int, int]]:
    """(tick, ticks, pitch, velocity) at our resolution, from the clip's start."""
    coarser = TICKS_PER_BEAT // OUR_TICKS_PER_BEAT
    return [(n.tick // coarser, n.ticks // coarser, n.pitch, n.velocity) for n in report.notes]


def events_of(midi: Path) -> list[tuple[float, ...]]:
    """Notes, bends and controllers, by beat: (beat, kind, channel, numbers), by a reader of MIDI files."""
    header, *rows = rows_by_midicsv(midi.read_bytes())
    ticks_per_beat = int(header[5])
    return sorted(
        (int(tick) / ticks_per_beat, KINDS.index(kind), *map(int, numbers))
        for _, tick, kind, *numbers in rows
        if kind in KINDS
    )


def declares_bend_range(event: tuple[float, ...]) -> bool:
    """Whether it is of RPN 0, which Ardour loses when it saves a session."""
    _, kind, _, number, *_ = event
    return kind == KINDS.index("Control_c") and number in (6, 38, 100, 101)


def test_a_take_lies_on_the_grid_of_a_session_that_keeps_its_tempo(ardour: Ardour, tmp_path: Path) -> None:
    grid = Grid.constant(97, SEVEN_EIGHT)
    bar_beat, start_beat = 28.0, 29.0  # bar 9, and the bounce begins a beat into it
    part = part_on(grid, start_beat)
    midi, wav = take(tmp_path, part, grid, start_beat)
    session = ardour.create_session(tempos="0:97:97", meters="0:7/8")
    report = ardour.import_files(
        session,
        [ImportedFile(midi, bar_beat), ImportedFile(wav, start_beat)],
        beats=[start_beat + beat for beat in NOTE_BEATS],
    )

    regions = {region.kind: region for region in report.regions}
    assert regions["midi"].start_tick == 28 * TICKS_PER_BEAT
    assert regions["audio"].start_tick == 29 * TICKS_PER_BEAT
    assert regions["midi"].start_sample == pytest.approx(grid.tempo.time_at(28) * RATE_HZ, abs=1)
    assert regions["audio"].start_sample == pytest.approx(grid.tempo.time_at(29) * RATE_HZ, abs=1)
    assert regions["audio"].samples == round(part.duration_s * RATE_HZ)
    expected = [(round((1 + b) * 960), 240, 40 + i, 90 + i) for i, b in enumerate(NOTE_BEATS)]
    assert notes_of(report) == expected
    kept = max(
        session.parent.glob("interchange/*/midifiles/bass.*.mid"), key=lambda file: file.stat().st_size
    )
    # Its copy of our file declares the bend range, what it saves itself does not: which one is larger varies.
    played, told = (
        [event for event in events_of(file) if not declares_bend_range(event)] for file in (kept, midi)
    )
    assert played == told
    for note, beat in zip(part.notes, report.beats, strict=True):  # each under the sound that it was heard in
        sounds_at = regions["audio"].start_sample + note.onset_s * RATE_HZ
        assert beat.sample == pytest.approx(sounds_at, abs=1)
        assert beat.tempo_bpm == pytest.approx(97, abs=1e-3)
        assert beat.meter == "7/8"


def test_a_session_can_take_tempo_and_meters_from_our_file(ardour: Ardour, tmp_path: Path) -> None:
    grid = Grid(
        TempoMap((TempoChange(0, 120.5), TempoChange(3, 90), TempoChange(5, 141))),
        Meters((MeterChange(0, TimeSignature(5, 4)), MeterChange(5, SEVEN_EIGHT))),
    )
    part = part_on(grid, 0.0)
    midi, wav = take(tmp_path, part, grid, 0.0)
    session = ardour.create_session(tempos="0:97:97", meters="0:4/4")
    beats = [beat + 1 / 8 for beat in NOTE_BEATS]
    files = [ImportedFile(midi, 0.0, take_tempo=True), ImportedFile(wav, 0.0)]
    report = ardour.import_files(session, files, beats=beats)

    assert [(region.start_sample, region.start_tick) for region in report.regions] == [(0, 0), (0, 0)]
    expected = [(round(b * 960), 240, 40 + i, 90 + i) for i, b in enumerate(NOTE_BEATS)]
    assert notes_of(report) == expected
    for beat in report.beats:
        assert beat.tempo_bpm == pytest.approx(grid.tempo.tempo_at(beat.beat), abs=1e-3)
        assert beat.meter == str(grid.meters.time_signature_at(beat.beat))
        assert beat.sample == pytest.approx(grid.tempo.time_at(beat.beat) * RATE_HZ, abs=1)


def test_our_reader_understands_a_session_as_ardour_does(ardour: Ardour, tmp_path: Path) -> None:
    grid = Grid(
        TempoMap((TempoChange(0, 97), TempoChange(28, 97, Curve.IN_BEATS), TempoChange(56, 120))),
        Meters((MeterChange(0, SEVEN_EIGHT), MeterChange(56, TimeSignature()))),
    )
    midi, wav = take(tmp_path, part_on(grid, 42.0), grid, 42.0)
    session = ardour.create_session(tempos="0:97:97 56:120:120 28:97:120", meters="0:7/8 56:4/4")
    files = [ImportedFile(midi, 42.0), ImportedFile(wav, 42.0)]
    report = ardour.import_files(session, files, beats=[7.5, 29.5, 42.0, 55.5, 57.5])

    read = ArdourReader().read(session)
    assert read.daw.startswith("Ardour 7.")
    assert read.rate_hz == RATE_HZ
    assert [(clip.file.name, clip.start_beat, clip.offset_s) for clip in read.clips] == [
        (wav.name, 42.0, 0.0)
    ]
    for beat in report.beats:
        assert read.grid.tempo.tempo_at(beat.beat) == pytest.approx(beat.tempo_bpm, abs=1e-3)
        assert str(read.grid.meters.time_signature_at(beat.beat)) == beat.meter
        assert read.grid.tempo.time_at(beat.beat) * RATE_HZ == pytest.approx(beat.sample, abs=1)
