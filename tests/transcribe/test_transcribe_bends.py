"""Bends: played back with them, the notes follow the pitch that was sung; a plain line has none."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.notes import Bend, Note
from daw_bridge.transcribe.bends import FREE, GRID_S, STRICT, Sensitivity, bends
from daw_bridge.transcribe.swift_f0 import PitchTrack, PitchTracker
from tests.transcribe.tones import RATE_HZ, glide

Doubles = npt.NDArray[np.float64]

KEYS = (57, 60, 64, 55)
LENGTH_S = 1.0
NOTES = tuple(Note(index * LENGTH_S, key, (index + 1) * LENGTH_S) for index, key in enumerate(KEYS))
TIME_S = np.arange(int(len(KEYS) * LENGTH_S * RATE_HZ)) / RATE_HZ
AGE_S = TIME_S % LENGTH_S
PLAIN = np.repeat(np.array(KEYS, float), int(LENGTH_S * RATE_HZ))


@pytest.fixture(scope="module")
def tracker() -> PitchTracker:
    return PitchTracker()


def heard(tracker: PitchTracker, key: Doubles, sensitivity: Sensitivity = FREE) -> tuple[Bend, ...]:
    return bends(NOTES, tracker.track(glide(key), lowest=36, highest=88), sensitivity)


def wheel(found: tuple[Bend, ...], time_s: Doubles) -> Doubles:
    """Where the wheel stands at each time."""
    at_s = np.array([-1.0, *(bend.time_s for bend in found)])
    semitones = np.array([0.0, *(bend.semitones for bend in found)])
    return np.asarray(semitones[np.searchsorted(at_s, time_s, "right") - 1])


def off_cents(found: tuple[Bend, ...], key: Doubles) -> float:
    """How far the notes with their bends are off the pitch, root mean square."""
    return float(100 * np.sqrt(np.mean((PLAIN + wheel(found, TIME_S) - key) ** 2)))


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(PLAIN + 0.5 * np.sin(2 * np.pi * 5.5 * TIME_S), id="vibrato"),
        pytest.param(PLAIN - 2.0 * np.maximum(1 - AGE_S / 0.12, 0), id="scoop"),
        pytest.param(PLAIN + 3.0 * np.maximum((AGE_S - 0.6) / 0.4, 0), id="slide"),
        pytest.param(PLAIN + 0.5 * np.sign(np.sin(2 * np.pi * 3 * TIME_S)), id="trill"),
    ],
)
def test_notes_with_bends_follow_the_pitch(tracker: PitchTracker, key: Doubles) -> None:
    found = heard(tracker, key)
    assert off_cents(found, key) < 20
    assert off_cents(found, key) < off_cents((), key) / 2


@pytest.mark.parametrize("sensitivity", [FREE, STRICT])
@pytest.mark.parametrize("cents", [0, 35, -40])
def test_a_plain_line_has_no_bends_however_it_is_tuned(
    tracker: PitchTracker, sensitivity: Sensitivity, cents: int
) -> None:
    assert heard(tracker, PLAIN + cents / 100, sensitivity) == ()


def test_a_small_vibrato_bends_a_voice_but_no_synth(tracker: PitchTracker) -> None:
    key = PLAIN + 0.4 * np.sin(2 * np.pi * 5.5 * TIME_S)
    assert heard(tracker, key, FREE)
    assert heard(tracker, key, STRICT) == ()


def test_a_wrong_octave_in_the_track_is_no_bend(tracker: PitchTracker) -> None:
    track = tracker.track(glide(PLAIN), lowest=36, highest=88)
    octave_up = PitchTrack(track.key + 12.0, track.confidence, track.hop_s)
    mixed = track.key + np.where(np.arange(len(track.key)) % 20 < 6, 12.0, 0.0)
    assert bends(NOTES, octave_up, FREE) == ()
    assert bends(NOTES, PitchTrack(mixed, track.confidence, track.hop_s), FREE) == ()


def test_what_is_not_heard_does_not_bend() -> None:
    track = PitchTrack(np.full(400, 58.0), np.full(400, 0.1), 0.0116)
    assert bends(NOTES, track, FREE) == ()
    assert bends((), track, FREE) == ()


HOP_S = 0.0116
CURVES = st.lists(st.floats(-3, 3), min_size=8, max_size=8)
LINES = st.lists(st.tuples(st.floats(0.03, 0.8), st.floats(0.0, 0.7), CURVES), min_size=1, max_size=6)


@given(LINES)
def test_bends_are_few_and_the_wheel_is_back_before_the_next_note(
    line: list[tuple[float, float, list[float]]],
) -> None:
    notes, key, at_s = [], np.full(600, 60.0), np.arange(600) * HOP_S
    start_s = 0.1
    for length_s, rest_s, curve in line:
        notes.append(Note(start_s, 60, start_s + length_s))
        inside = (at_s >= start_s) & (at_s < start_s + length_s)
        points_s = np.linspace(start_s, start_s + length_s, len(curve))
        key[inside] += np.interp(at_s[inside], points_s, curve)
        start_s += length_s + rest_s
    found = bends(notes, PitchTrack(key, np.ones(600), HOP_S), FREE)
    assert list(found) == sorted(found)
    bent = [
        note for note in notes if any(note.onset_s <= bend.time_s < note.offset_s - 0.001 for bend in found)
    ]
    for note in notes:
        before = wheel(found, np.array([note.onset_s - 0.0005]))
        assert before == 0.0
    if found:
        assert found[-1].semitones == 0.0
    moves = [(a, b) for a, b in pairwise(found) if b.semitones != 0.0 and a.semitones != 0.0]
    assert all(b.time_s - a.time_s >= GRID_S - 1e-9 for a, b in moves)
    assert len(found) <= sum(note.duration_s / GRID_S + 2 for note in bent)
