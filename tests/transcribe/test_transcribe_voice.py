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
from daw_bridge.transcribe.voice import corrected, with_slides
from tests.transcribe.tones import RATE_HZ, glide

Doubles = npt.NDArray[np.float64]
HOP_S = 0.0116


def sung(*stretches: tuple[float, float]) -> PitchTrack:
    """A track of (length in seconds, key) after one another."""
    key = np.concatenate([np.full(round(length_s / HOP_S), pitch) for length_s, pitch in stretches])
    return PitchTrack(key, np.ones(len(key)), HOP_S)


def gliding(*points: tuple[float, float]) -> PitchTrack:
    """A track of straight lines between (time in seconds, key), up to the last of them."""
    at_s = np.arange(round(points[-1][0] / HOP_S)) * HOP_S
    key = np.interp(at_s, [time_s for time_s, _ in points], [key for _, key in points])
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


def test_where_a_note_slides_to_is_a_note_from_where_the_slide_begins() -> None:
    track = gliding((0.0, 60.0), (1.0, 60.0), (1.2, 62.0), (2.0, 62.0))
    held, reached = with_slides([Note(0.0, 60, 1.08, 90, 0.9)], track, 2.0)
    assert (held.pitch, held.velocity, held.confidence) == (60, 90, 0.9)
    assert (reached.pitch, reached.velocity) == (62, 90)
    assert held.offset_s == reached.onset_s == pytest.approx(1.04, abs=0.02)
    assert reached.offset_s == pytest.approx(2.0, abs=0.02)


def test_a_key_that_is_only_passed_on_the_way_is_none() -> None:
    track = gliding((0.0, 58.0), (0.3, 60.0), (1.0, 60.0))
    (reached,) = with_slides([Note(0.02, 59, 0.2, 90, 0.8)], track, 1.0)
    assert (reached.onset_s, reached.pitch, reached.confidence) == (0.02, 60, 0.8)
    assert reached.offset_s == pytest.approx(1.0, abs=0.02)


def test_a_slide_ends_where_the_next_note_is_struck() -> None:
    track = gliding((0.0, 60.0), (1.0, 60.0), (1.2, 62.0), (2.0, 62.0))
    line = with_slides([Note(0.0, 60, 1.08), Note(1.6, 62, 2.0)], track, 2.0)
    assert [(note.pitch, note.offset_s) for note in line] == [(60, line[1].onset_s), (62, 1.6), (62, 2.0)]


@pytest.mark.parametrize(
    "track",
    [
        gliding((0.0, 60.0), (2.0, 60.0)),  # rings on
        gliding((0.0, 60.3), (2.0, 60.3)),  # out of tune
        gliding((0.0, 60.0), (1.0, 60.0), (1.4, 53.0)),  # falls, and stays nowhere
        sung((1.0, 60.0), (1.0, 67.0)),  # jumps: another voice, or an error
        PitchTrack(np.full(170, 62.0), np.zeros(170), HOP_S),  # not heard
    ],
)
def test_what_slides_nowhere_stays(track: PitchTrack) -> None:
    line = (Note(0.0, 60, 0.97, 90, 0.9),)
    assert with_slides(line, track, 2.0) == line
