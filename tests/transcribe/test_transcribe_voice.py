"""Notes that a voice's pitch contradicts: vibrato taken for notes goes, what was played stays."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.notes import Note
from daw_bridge.transcribe.swift_f0 import PitchTrack, PitchTracker
from daw_bridge.transcribe.voice import corrected
from tests.transcribe.tones import RATE_HZ, glide

Doubles = npt.NDArray[np.float64]
HOP_S = 0.0116


def sung(*stretches: tuple[float, float]) -> PitchTrack:
    """A track of (length in seconds, key) after one another."""
    key = np.concatenate([np.full(round(length_s / HOP_S), pitch) for length_s, pitch in stretches])
    return PitchTrack(key, np.ones(len(key)), HOP_S)


@pytest.fixture(scope="module")
def tracker() -> PitchTracker:
    return PitchTracker()


def test_a_vibrato_that_was_taken_for_notes_becomes_one_note(tracker: PitchTracker) -> None:
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    track = tracker.track(glide(60 + 0.65 * np.sin(2 * np.pi * 5 * time_s)), lowest=36, highest=88)
    peaks = [Note(at_s, 61, at_s + 0.09, confidence=0.95) for at_s in (0.405, 0.805)]
    first = Note(0.0, 60, 0.4, 90, 0.9)
    found = corrected([first, *peaks, Note(1.2, 60, 2.0)], track)
    assert [(note.pitch, note.onset_s, note.offset_s) for note in found] == [
        (60, 0.0, pytest.approx(0.495)),
        (61, 0.805, pytest.approx(0.895)),  # nothing that it could belong to touches it
        (60, 1.2, 2.0),
    ]
    assert (found[0].velocity, found[0].confidence) == (90, 0.9)


def test_a_trill_stays(tracker: PitchTracker) -> None:
    keys = np.repeat([60, 61] * 8, round(0.1 * RATE_HZ)).astype(float)
    track = tracker.track(glide(keys), lowest=36, highest=88)
    played = [Note(0.1 * n, 60 + n % 2, 0.1 * (n + 1), confidence=0.9) for n in range(16)]
    assert corrected(played, track) == tuple(played)


def test_what_is_off_its_key_goes_unless_it_is_sure() -> None:
    line = [Note(0.0, 60, 1.0), Note(1.2, 67, 1.8, confidence=0.5), Note(2.0, 62, 3.0)]
    track = sung((1.1, 60.0), (0.8, 60.0), (1.2, 62.0))
    assert [note.pitch for note in corrected(line, track)] == [60, 62]
    sure = [line[0], Note(1.2, 67, 1.8, confidence=0.9), line[2]]
    assert corrected(sure, track) == tuple(sure)


def test_a_recording_out_of_tune_loses_nothing() -> None:
    line = [Note(0.1 * n, 60 + n % 2, 0.1 * (n + 1), confidence=0.6) for n in range(10)]
    track = sung(*((0.1, 60 + n % 2 + 0.45) for n in range(11)))
    assert corrected(line, track) == tuple(line)


def test_a_stop_that_sounds_an_octave_low_loses_nothing() -> None:
    line = [Note(0.1 * n, 60 + n % 2, 0.1 * (n + 1), confidence=0.6) for n in range(10)]
    track = sung(*((0.1, 48 + n % 2 + 0.1) for n in range(11)))
    assert corrected(line, track) == tuple(line)


def test_what_has_no_pitch_is_left_alone() -> None:
    line = [Note(0.0, 60, 0.1, confidence=0.3), Note(0.1, 61, 0.2, confidence=0.3)]
    track = PitchTrack(np.full(50, 70.0), np.full(50, 0.2), HOP_S)
    assert corrected(line, track) == tuple(line)
    assert corrected(line, PitchTrack(np.zeros(0), np.zeros(0), HOP_S)) == tuple(line)
    assert corrected([], track) == ()


NOTES = st.lists(
    st.tuples(st.floats(0.02, 0.5), st.floats(0.0, 0.1), st.integers(55, 65), st.floats(0, 1)), max_size=12
)


@given(NOTES, st.lists(st.floats(54, 66), min_size=1, max_size=20))
def test_notes_only_go_or_last_longer_and_none_lies_over_another(
    drawn: list[tuple[float, float, int, float]], key: list[float]
) -> None:
    line, start_s = [], 0.0
    for length_s, rest_s, pitch, confidence in drawn:
        line.append(Note(start_s, pitch, start_s + length_s, confidence=confidence))
        start_s += length_s + rest_s
    found = corrected(line, PitchTrack(np.resize(key, 600), np.ones(600), HOP_S))
    starts = {(note.onset_s, note.pitch): note for note in line}
    assert all(note.offset_s >= starts[note.onset_s, note.pitch].offset_s for note in found)
    assert all(a.offset_s <= b.onset_s for a, b in pairwise(found))
