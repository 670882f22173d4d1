"""Songs are read in time: tempo changes, the pedal, keys that are struck again."""

import zipfile
from pathlib import Path

import mido
import numpy as np
import pytest

from daw_bridge.training import songs
from daw_bridge.training.songs import excerpt, load_voices


def write_song(path: Path) -> None:
    song = mido.MidiFile(ticks_per_beat=100)
    conductor, track, drums = mido.MidiTrack(), mido.MidiTrack(), mido.MidiTrack()
    song.tracks += [conductor, track, drums]
    conductor.append(mido.MetaMessage("set_tempo", tempo=500_000))
    conductor.append(mido.MetaMessage("set_tempo", tempo=1_000_000, time=200))
    for beat in range(30):
        track.append(mido.Message("note_on", note=60 + beat % 5, velocity=80, time=0))
        track.append(mido.Message("note_off", note=60 + beat % 5, time=100))
        drums.append(mido.Message("note_on", channel=9, note=36, velocity=80, time=0))
        drums.append(mido.Message("note_off", channel=9, note=36, time=100))
    song.save(path)


def test_times_follow_the_tempi_and_drums_are_left_out(tmp_path: Path) -> None:
    write_song(tmp_path / "a.mid")
    (voice,) = load_voices([tmp_path])
    onsets_s = [note.onset_s for note in voice.notes[:5]]
    assert onsets_s == pytest.approx([0.0, 0.5, 1.0, 2.0, 3.0])
    assert voice.notes[3].offset_s == pytest.approx(3.0)
    assert not voice.chordal


def test_a_zip_is_read_like_a_folder(tmp_path: Path) -> None:
    write_song(tmp_path / "a.mid")
    with zipfile.ZipFile(tmp_path / "songs.zip", "w") as archive:
        archive.write(tmp_path / "a.mid", "folder/a.mid")
    assert load_voices([tmp_path / "songs.zip"]) == load_voices([tmp_path])


def test_no_songs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no MIDI file"):
        load_voices([tmp_path])
    with pytest.raises(FileNotFoundError):
        load_voices([tmp_path / "missing"])


def test_the_pedal_holds_notes_until_it_is_let_go_or_the_key_is_struck_again() -> None:
    def message(kind: str, **values: int) -> mido.Message:
        return mido.Message(kind, **values)

    timed = [
        (0.0, message("control_change", control=64, value=127)),
        (0.0, message("note_on", note=60, velocity=80)),
        (0.0, message("note_on", note=64, velocity=80)),
        (0.5, message("note_off", note=60)),
        (0.5, message("note_off", note=64)),
        (1.0, message("note_on", note=60, velocity=70)),
        (1.2, message("note_off", note=60)),
        (2.0, message("control_change", control=64, value=0)),
    ]
    ended = sorted((note.pitch, note.onset_s, note.offset_s) for note in songs._notes(timed))
    assert ended == [(60, 0.0, 1.0), (60, 1.0, 2.0), (64, 0.0, 2.0)]


def test_an_excerpt_begins_with_a_note(tmp_path: Path) -> None:
    write_song(tmp_path / "a.mid")
    (voice,) = load_voices([tmp_path])
    for seed in range(10):
        notes = excerpt(voice, np.random.default_rng(seed), 8.0)
        assert 0.0 <= notes[0].onset_s <= 0.21
        assert notes[-1].offset_s <= 8.0
