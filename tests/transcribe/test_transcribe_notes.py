"""The whole way from sound to notes: lines whose notes are known, and loops that nobody here made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from pedalboard.io import AudioFile

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note, Part
from daw_bridge.transcribe import engine
from daw_bridge.transcribe.basic_pitch.posteriors import HOP_SAMPLES
from tests.transcribe.tones import RATE_HZ, Line, chord_line, melody, play

LOOPS = Path("/usr/share/lmms/samples")


class Hear(Protocol):
    """An engine's ear."""

    def __call__(self, clip: AudioClip, profile: str = "auto") -> Part: ...


@pytest.fixture(params=["bridge", "basic-pitch"])
def hear(request: pytest.FixtureRequest) -> Hear:
    def by_engine(clip: AudioClip, profile: str = "auto") -> Part:
        return engine(request.param).transcribe(clip, profile=profile)

    return by_engine


def assert_same_notes(part: Part, line: Line, *, onset_s: float, length: float = 0.5) -> None:
    """Each note once, none besides; onsets within `onset_s`, lengths within a share of themselves."""
    assert [n.pitch for n in part.notes] == [n.pitch for n in line.notes]
    for heard, played in zip(part.notes, line.notes, strict=True):
        assert heard.onset_s == pytest.approx(played.onset_s, abs=onset_s), played
        assert heard.duration_s == pytest.approx(played.duration_s, rel=length, abs=0.1), played


@pytest.mark.parametrize(
    ("profile", "lowest", "step_s"),
    [("bass", 40, 0.25), ("lead", 62, 0.2), ("auto", 52, 0.3), ("piano", 70, 0.2)],
)
def test_a_melody_is_heard_exactly(hear: Hear, profile: str, lowest: int, step_s: float) -> None:
    keys = lowest + np.random.default_rng(21).integers(0, 13, 24)
    line = play(melody(keys.tolist(), step_s), 24 * step_s + 1)
    assert_same_notes(hear(line.clip, profile), line, onset_s=0.012)


def test_a_low_bass_has_the_right_keys_and_loose_onsets(hear: Hear) -> None:
    """Below 80 Hz basic-pitch's own filters smear onsets: they need more than a second of signal."""
    line = play(melody([28, 33, 31, 36, 28, 35, 40, 33], 0.4), 4.0)
    part = hear(line.clip, "bass")
    assert [n.pitch for n in part.notes] == [n.pitch for n in line.notes]
    assert all(abs(h.onset_s - p.onset_s) < 0.05 for h, p in zip(part.notes, line.notes, strict=True))


def test_repeated_notes_are_struck_again(hear: Hear) -> None:
    line = play(melody([55] * 16, 0.15), 3.0)
    assert_same_notes(hear(line.clip, "lead"), line, onset_s=0.012)


def test_a_long_note_is_not_split(hear: Hear) -> None:
    line = play([Note(0.3, 57, 4.8)], 6.0)
    assert_same_notes(hear(line.clip), line, onset_s=0.012, length=0.25)


def test_chords_are_heard_whole(hear: Hear) -> None:
    line = chord_line(10.0)
    part = hear(line.clip)
    found = {(n.pitch, round(n.onset_s / 0.6 - 0.5)) for n in part.notes}
    played = {(n.pitch, round(n.onset_s / 0.6 - 0.5)) for n in line.notes}
    assert len(found & played) / len(played) > 0.9
    assert len(found & played) / len(found) > 0.9


def test_velocities_follow_the_playing(hear: Hear) -> None:
    velocities = [60, 120, 90, 75, 110, 96, 66, 105]
    line = play(melody([60, 62, 64, 65, 67, 65, 64, 62], 0.4, velocities=velocities), 4.0)
    heard = [n.velocity for n in hear(line.clip).notes]
    assert len(heard) == len(velocities)
    ratio = np.array(heard) / np.array(velocities)
    np.testing.assert_allclose(ratio / np.median(ratio), 1.0, atol=0.08)


def test_velocities_do_not_depend_on_the_bounces_level(hear: Hear) -> None:
    line = play(melody([60, 62, 64, 65], 0.4, velocities=[70, 120, 90, 100]), 2.5)
    loud, soft = hear(line.clip), hear(AudioClip(line.samples * np.float32(0.5), RATE_HZ))
    assert len(loud.notes) == len(soft.notes) == 4
    assert all(abs(a.velocity - b.velocity) <= 1 for a, b in zip(loud.notes, soft.notes, strict=True))


@pytest.mark.parametrize("shift", range(-4, 5))
def test_a_note_on_a_window_border_is_one_note_at_its_time(hear: Hear, shift: int) -> None:
    border_s = 2 * HOP_SAMPLES / RATE_HZ
    onset_s = border_s + shift * 0.004
    line = play([Note(onset_s - 0.6, 64, onset_s - 0.1), Note(onset_s, 60, onset_s + 0.5)], 6.0)
    assert_same_notes(hear(line.clip), line, onset_s=0.012)


def test_a_note_across_a_window_border_is_one_note(hear: Hear) -> None:
    border_s = HOP_SAMPLES / RATE_HZ
    line = play([Note(border_s - 0.3, 60, border_s + 0.4)], 4.0)
    assert_same_notes(hear(line.clip), line, onset_s=0.012)


@pytest.mark.slow
def test_notes_do_not_drift_over_ten_minutes(hear: Hear) -> None:
    """basic-pitch's frames, counted without correction, would be 2.5 s late at the end."""
    phrase = play(melody([60, 67, 64, 72], 0.5, start_s=0.1), 600.0)
    starts_s = np.arange(0.0, 600.0, 20.0)
    samples = np.zeros_like(phrase.samples)
    sound = phrase.samples[:, : 3 * RATE_HZ]
    for start_s in starts_s:
        start = round(start_s * RATE_HZ)
        samples[:, start : start + sound.shape[1]] += sound
    part = hear(AudioClip(samples, RATE_HZ))
    assert [n.pitch for n in part.notes] == [60, 67, 64, 72] * len(starts_s)
    truth_s = np.add.outer(starts_s, [0.1, 0.6, 1.1, 1.6]).ravel()
    late_s = np.array([n.onset_s for n in part.notes]) - truth_s
    assert np.abs(late_s).max() < 0.012
    assert abs(late_s[-20:].mean() - late_s[:20].mean()) < 0.002


def loop(name: str) -> AudioClip:
    """A loop from Debian's lmms-common, mono at 22,050 Hz."""
    path = LOOPS / name
    if not path.is_file() and not os.environ.get("CI"):
        pytest.skip("Debian's lmms-common is not installed")
    with AudioFile(str(path)) as file, file.resampled_to(RATE_HZ) as resampled:
        samples = resampled.read(resampled.frames)
    return AudioClip(samples.mean(axis=0, keepdims=True, dtype=np.float32), RATE_HZ)


@pytest.mark.real
def test_a_rave_bass_loop_is_one_key_in_a_rhythm_of_sixteenths(hear: Hear) -> None:
    clip = loop("bassloops/rave_bass01.ogg")
    part = hear(clip, "bass")
    assert all(n.pitch in (36, 37) for n in part.notes), "it is somewhat sharp"
    assert sum(n.pitch == 36 for n in part.notes) > 0.8 * len(part.notes)
    assert 10 <= len(part.notes) <= 14
    sixteenth_s = clip.duration_s / 16
    off_grid_s = [abs(n.onset_s - round(n.onset_s / sixteenth_s) * sixteenth_s) for n in part.notes]
    assert np.median(off_grid_s) < 0.015


@pytest.mark.real
def test_a_guitar_loop_is_chords_in_a_guitars_range(hear: Hear) -> None:
    part = hear(loop("latin/latin_guitar01.ogg"), "guitar")
    assert len(part.notes) > 20
    assert all(40 <= n.pitch <= 76 for n in part.notes)
    onsets_s = np.array([n.onset_s for n in part.notes])
    assert (np.diff(onsets_s) < 0.02).sum() > 5, "keys that are struck together"


@pytest.mark.real
def test_a_string_chord_that_is_held_is_few_long_notes(hear: Hear) -> None:
    part = hear(loop("stringsnpads/strings01.ogg"), "pad")
    assert 1 <= len(part.notes) <= 4
    assert max(n.duration_s for n in part.notes) > 2.9  # our engine hears it struck once more, half-way
    assert sum(n.duration_s for n in part.notes) > 4.0
