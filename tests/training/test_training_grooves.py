"""Drum parts by rule and from MIDI files, and what the drum network learns from."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pytest

from daw_bridge.core.notes import Note
from daw_bridge.training import drums, grooves
from daw_bridge.training.perceptron import learn
from daw_bridge.training.players import drum_machine
from daw_bridge.transcribe.drums import PIECES
from daw_bridge.transcribe.perceptron import load_perceptron, sigmoid


@pytest.mark.parametrize("seed", range(10))
def test_grooves_are_playable(seed: int) -> None:
    notes = grooves.groove(np.random.default_rng(seed), 20.0)
    assert len(notes) > 20
    assert {note.pitch for note in notes} <= set(drums.KEY_OF)
    assert max(note.onset_s for note in notes) < 20.0
    for key in {note.pitch for note in notes}:
        apart_s = np.diff([note.onset_s for note in notes if note.pitch == key])
        assert (apart_s >= 0.03).all()


def test_the_same_seed_gives_the_same_groove_and_sound() -> None:
    first, second = (grooves.groove(np.random.default_rng(3), 8.0) for _ in range(2))
    assert first == second
    one, other = (drum_machine.play(np.random.default_rng(3), first, 8.0) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_drum_tracks_are_read_from_midi_files(tmp_path: Path) -> None:
    song = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    song.tracks.append(track)
    for _ in range(30):
        track.append(mido.Message("note_on", channel=9, note=36, velocity=90, time=240))
        track.append(mido.Message("note_on", channel=2, note=60, velocity=90, time=0))
        track.append(mido.Message("note_off", channel=9, note=36, time=0))
    song.save(tmp_path / "song.mid")
    [(name, hits)] = grooves.drum_tracks([tmp_path])
    assert name == "song.mid"
    np.testing.assert_allclose([hit.onset_s for hit in hits], 0.25 * np.arange(1, 31), atol=1e-6)
    assert {hit.pitch for hit in hits} == {36}


def test_each_true_hit_belongs_to_the_nearest_found() -> None:
    true = [Note(0.5, 36, 0.6), Note(0.505, 42, 0.6), Note(1.0, 38, 1.1), Note(2.0, 36, 2.1)]
    wanted = drums.pieces_of(true, np.array([0.49, 0.51, 1.01, 1.5]))
    rows = [piece.key for piece in PIECES]
    assert wanted[:2].sum(axis=0)[rows.index(36)] == 1
    assert wanted[1, rows.index(42)] == 1
    assert wanted[2, rows.index(38)] == 1
    assert wanted[3].sum() == 0  # nothing is struck there; the last true hit was not found


def test_a_perceptron_learns_what_no_line_divides_and_is_kept(tmp_path: Path) -> None:
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32).repeat(64, axis=0)
    either = (corners.sum(axis=1) == 1).astype(np.float32)[:, None]
    network = learn(corners, either, units=16, exclusive=False, passes=150, batch=64, rate=0.02)
    assert ((sigmoid(network(corners)) > 0.5) == (either > 0.5)).all()
    network.save(tmp_path / "network.npz", made="here")
    kept = load_perceptron(tmp_path / "network.npz")
    np.testing.assert_allclose(kept(corners), network(corners), atol=0.05)
