"""MIDI that comes back: ours is read as it was, that of others as they mean it, the rest is refused."""

from __future__ import annotations

import random
from pathlib import Path

import mido
import pytest
from hypothesis import HealthCheck, given, settings

from daw_bridge.core.errors import BounceMissing, BounceUnreadable, BridgeError, NothingHeard
from daw_bridge.core.grid import Grid, PlacedGrid
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.edit.moving import without_overlaps
from daw_bridge.intake.midi import MOST_BYTES, read_midi
from tests.edit.parts import RAMP, grids, parts

TICK_S = 60 / 70 / 960
"""A tick at the slowest tempo here."""
MUTATIONS = 3_000


def save(file: Path, *messages: mido.Message, ticks_per_beat: int = 480, form: int = 0) -> Path:
    saved = mido.MidiFile(type=form, ticks_per_beat=ticks_per_beat)
    saved.tracks.append(mido.MidiTrack(messages))
    saved.save(file)
    return file


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts, grids)
def test_what_we_write_is_read_as_it_was(tmp_path: Path, drawn: Part, grid: PlacedGrid) -> None:
    part = without_overlaps(drawn)
    if not part.notes:
        return
    file = tmp_path / "part.mid"
    file.write_bytes(midi_bytes(part, grid, track_name="part"))
    read = read_midi(file).on(grid, duration_s=part.duration_s)
    apart = [note for note in part.notes if note.duration_s > 3 * TICK_S]
    near = {(note.pitch, round(note.onset_s, 2)): note for note in read.notes}
    for note in apart:
        found = [
            n for n in read.notes if n.pitch == note.pitch and abs(n.onset_s - note.onset_s) < 2 * TICK_S
        ]
        assert found, (note, near)
        assert found[0].velocity == note.velocity
        assert found[0].offset_s <= note.offset_s + 2 * TICK_S
    assert len(read.notes) <= len(part.notes)
    assert len(read.controllers) <= len(part.controllers)


def test_bends_come_back_in_semitones(tmp_path: Path) -> None:
    part = Part(
        (Note(0.5, 60, 1.5),),
        2.0,
        (Bend(0.5, 0.0), Bend(0.75, -1.5), Bend(1.0, 7.0)),
        (Controller(0.6, 1, 90),),
    )
    grid = Grid.constant(97).placed(0.0)
    file = tmp_path / "bends.mid"
    file.write_bytes(midi_bytes(part, grid, track_name="bends"))
    read = read_midi(file).on(grid)
    assert [round(bend.semitones, 2) for bend in read.bends] == [0.0, -1.5, 7.0]
    assert [(c.number, c.value) for c in read.controllers] == [(1, 90)], "the wheel's range is no controller"


def test_a_bounce_in_the_middle_of_a_bar_keeps_its_times(tmp_path: Path) -> None:
    part = Part((Note(0.25, 60, 0.5), Note(3.0, 62, 4.0)), 5.0)
    for start_beat in (0.0, 9.25, 30.0):
        grid = RAMP.placed(start_beat)
        file = tmp_path / "part.mid"
        file.write_bytes(midi_bytes(part, grid, track_name="part"))
        read = read_midi(file).on(grid)
        for before, after in zip(part.notes, read.notes, strict=True):
            assert abs(before.onset_s - after.onset_s) < TICK_S
            assert abs(before.offset_s - after.offset_s) < TICK_S


def test_other_programs_ways_are_understood(tmp_path: Path) -> None:
    clip = read_midi(
        save(
            tmp_path / "other.mid",
            mido.Message("note_on", note=60, velocity=80),
            mido.Message("note_on", note=60, velocity=0, time=480),  # a note off
            mido.Message("note_on", note=64, channel=3, velocity=70),
            mido.Message("note_on", note=64, channel=3, velocity=71, time=240),  # struck again while held
            mido.Message("note_off", note=64, channel=3, time=240),
            mido.MetaMessage("end_of_track", time=480),
        )
    )
    assert [(n.start_beat, n.end_beat, n.pitch, n.velocity) for n in clip.notes] == [
        (0.0, 1.0, 60, 80),
        (1.0, 2.0, 64, 70),
        (1.5, 3.0, 64, 71),
    ]
    assert clip.end_beat == 3.0


def test_what_is_no_midi_is_refused_and_named(tmp_path: Path) -> None:
    file = tmp_path / "bass.mid"
    with pytest.raises(BounceMissing, match=r"bass\.mid"):
        read_midi(file)
    for content in (
        b"",
        b"RIFF",
        b"MThd",
        b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk\0\0\0\x10",
        b"x" * (MOST_BYTES + 1),
    ):
        file.write_bytes(content)
        with pytest.raises(BounceUnreadable, match=r"bass\.mid"):
            read_midi(file)
    save(file, mido.Message("note_on", note=60), form=2)
    with pytest.raises(BounceUnreadable):
        read_midi(file)
    save(file, mido.Message("control_change", control=1, value=3))
    with pytest.raises(NothingHeard):
        read_midi(file)


def test_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    grid = Grid.constant(97).placed(0.0)
    bends = (Bend(0.5, 1.0),)
    part = Part(tuple(Note(0.1 * n, 40 + n, 0.1 * n + 0.2) for n in range(20)), 3.0, bends)
    whole = midi_bytes(part, grid, track_name="part")
    chance = random.Random(5)
    file = tmp_path / "mutated.mid"
    refused = 0
    for _ in range(MUTATIONS):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        file.write_bytes(content[: chance.randint(1, len(content))] if chance.random() < 0.3 else content)
        try:
            read = read_midi(file).on(grid)
        except BridgeError:
            refused += 1
        else:
            assert all(note.onset_s < note.offset_s for note in read.notes)
    assert 0 < refused < MUTATIONS
