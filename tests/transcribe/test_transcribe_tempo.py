"""The guessed tempo: exact on lines that were played to a grid, silent where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from daw_bridge.core.attacks import find_attacks
from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note, Part
from daw_bridge.transcribe import engine, estimate_tempo
from daw_bridge.transcribe.tempo import tempo_of_onsets
from tests.transcribe.tones import RATE_HZ, Line, melody, play

LENGTHS = {"quarters": [1.0], "eighths": [0.5], "sixteenths": [0.25], "mixed": [0.25, 0.5, 0.5, 1.0, 1.5]}


def grid_line(tempo_bpm: float, rhythm: str, length_s: float, *, jitter_s: float = 0.005) -> Line:
    """A melody on a grid, with some rests, played by a hand that is not quite exact."""
    generator = np.random.default_rng([round(tempo_bpm * 10), len(rhythm)])
    beat_s, time_s, notes = 60.0 / tempo_bpm, 0.3, []
    while time_s < length_s - 1.5:
        length = beat_s * float(generator.choice(LENGTHS[rhythm]))
        if generator.random() > 0.1:
            onset_s = time_s + float(generator.normal(0.0, jitter_s))
            key, velocity = int(generator.integers(48, 73)), int(generator.integers(80, 110))
            notes.append(Note(onset_s, key, onset_s + 0.8 * length, velocity))
        time_s += length
    return play(notes, length_s)


def octave_of(tempo_bpm: float, truth_bpm: float) -> float:
    """How many octaves lie between them; whole when they are the same pulse."""
    return float(np.log2(tempo_bpm / truth_bpm))


@pytest.mark.parametrize("rhythm", LENGTHS)
@pytest.mark.parametrize("tempo_bpm", [72.0, 88.0, 97.0, 111.3, 123.5, 140.0, 174.0])
def test_the_sound_alone_tells_the_tempo(tempo_bpm: float, rhythm: str) -> None:
    line = grid_line(tempo_bpm, rhythm, 20.0)
    guess = estimate_tempo(line.clip)
    assert guess is not None
    octaves = octave_of(guess.tempo_bpm, tempo_bpm)
    assert octaves == pytest.approx(round(octaves), abs=0.0015), guess  # within 0.1 %
    assert abs(round(octaves)) <= 1
    if 85 < tempo_bpm < 150:
        assert round(octaves) == 0, guess
    assert guess.confidence > 0.4


@pytest.mark.parametrize("tempo_bpm", [97.37, 123.5, 174.0])
def test_a_grid_of_three_minutes_drifts_by_no_more_than_5_ms(tempo_bpm: float) -> None:
    line = grid_line(tempo_bpm, "mixed", 180.0)
    part = Part(line.notes, line.clip.duration_s)
    guess = estimate_tempo(line.clip, part)
    assert guess is not None
    octaves = octave_of(guess.tempo_bpm, tempo_bpm)
    assert abs(2 ** (octaves - round(octaves)) - 1) * 180.0 < 0.005


def test_notes_heard_and_sound_agree() -> None:
    line = grid_line(97.0, "mixed", 20.0)
    part = engine("basic-pitch").transcribe(line.clip)
    guess = estimate_tempo(line.clip, part)
    assert guess is not None
    assert guess.tempo_bpm == 97.0


def test_onsets_by_chance_give_no_confidence() -> None:
    for seed in range(8):
        times_s = np.sort(np.random.default_rng(seed).uniform(0, 20, 40))
        guess = tempo_of_onsets(times_s, np.ones(40))
        assert guess is None or guess.confidence < 0.25


def test_a_player_who_drifts_is_followed_and_believed_less() -> None:
    # From 100 to 111 BPM in eighths, over a minute.
    times_s = np.array([0.3 * step - 0.000075 * step**2 for step in range(200)])
    guess = tempo_of_onsets(times_s, np.ones(200))
    steady = tempo_of_onsets(0.285 * np.arange(0.0, 200.0), np.ones(200))
    assert guess is not None and steady is not None
    assert 98 < guess.tempo_bpm < 113
    assert guess.confidence < steady.confidence


@pytest.mark.parametrize("notes", [0, 1, 3])
def test_too_few_onsets_give_no_tempo(notes: int) -> None:
    line = play(melody([60] * notes, 0.5), 4.0)
    assert estimate_tempo(line.clip) is None


@pytest.mark.parametrize("keys", [(57,), (48, 55, 64)])
def test_one_note_or_chord_that_rings_gives_no_tempo(keys: tuple[int, ...]) -> None:
    # Its partials beat: 40 faint attacks after the one that is there.
    line = play([Note(0.2, key, 7.5) for key in keys], 8.0)
    assert estimate_tempo(line.clip) is None
    assert estimate_tempo(line.clip, Part(line.notes, line.clip.duration_s)) is None


def test_slow_chords_that_ring_give_their_tempo() -> None:
    chords = [Note(0.3 + 1.25 * step, key, 1.5 + 1.25 * step) for step in range(8) for key in (48, 55, 64)]
    line = play(chords, 11.0)
    guess = estimate_tempo(line.clip, Part(line.notes, line.clip.duration_s))
    assert guess is not None
    assert guess.tempo_bpm == pytest.approx(96.0, rel=0.002)
    assert guess.confidence > 0.3


def test_silence_and_next_to_nothing_give_no_tempo() -> None:
    for frames in (0, 10, 5 * RATE_HZ):
        assert estimate_tempo(AudioClip(np.zeros((1, frames), np.float32), RATE_HZ)) is None


@pytest.mark.parametrize("rate_hz", [22_050, 48_000])
def test_attacks_are_where_the_notes_start(rate_hz: int) -> None:
    line = play(melody([60, 64, 67, 72, 60, 64], 0.4), 3.0)
    at = np.arange(round(3.0 * rate_hz)) / rate_hz
    resampled = np.interp(at, np.arange(line.clip.frames) / RATE_HZ, line.samples[0])
    times_s, weights = find_attacks(AudioClip(np.stack([resampled, resampled]).astype(np.float32), rate_hz))
    strong_s = times_s[weights > 0.3 * weights.max()]
    np.testing.assert_allclose(strong_s, [n.onset_s for n in line.notes], atol=0.015)


@pytest.mark.parametrize("tempo_bpm", [88.0, 97.0, 123.5])
@pytest.mark.parametrize("start_s", [0.3, 0.45])
def test_the_first_beat_lies_where_quarters_lie(tempo_bpm: float, start_s: float) -> None:
    beat_s = 60.0 / tempo_bpm
    guess = estimate_tempo(play(melody([60, 62, 64, 65] * 8, beat_s, start_s=start_s), 34 * beat_s).clip)
    assert guess is not None
    late_s = (guess.first_beat_s - start_s + beat_s / 2) % beat_s - beat_s / 2
    assert abs(late_s) < 0.02
    assert 0.0 <= guess.first_beat_s < beat_s
    assert guess.beat_confidence > 0.5


def test_accents_tell_beats_from_offbeats() -> None:
    times_s = np.linspace(0.2, 19.1, 64)
    strong_first = tempo_of_onsets(times_s, np.where(np.arange(64) % 2 == 0, 1.0, 0.4))
    strong_second = tempo_of_onsets(times_s, np.where(np.arange(64) % 2 == 1, 1.0, 0.4))
    assert strong_first is not None and strong_second is not None
    assert strong_first.tempo_bpm == strong_second.tempo_bpm == 100.0
    assert strong_first.first_beat_s == pytest.approx(0.2, abs=0.01)
    assert strong_second.first_beat_s == pytest.approx(0.5, abs=0.01)
    assert min(strong_first.beat_confidence, strong_second.beat_confidence) > 0.3


def test_even_eighths_leave_the_beat_in_doubt() -> None:
    guess = tempo_of_onsets(np.linspace(0.2, 19.1, 64), np.ones(64))
    assert guess is not None
    assert guess.beat_confidence < 0.1
