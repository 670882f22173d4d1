"""Posteriors -> notes: what always holds, and each rule by itself."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note
from daw_bridge.transcribe import PROFILES
from daw_bridge.transcribe.basic_pitch.decoding import MINIMUM_FRAMES, RELEASE_FRAMES, decode
from daw_bridge.transcribe.basic_pitch.posteriors import (
    FRAME_SAMPLES,
    KEYS,
    LOWEST_KEY,
    RATE_HZ,
    Posteriors,
    frame_count,
    frame_times_s,
)
from daw_bridge.transcribe.profiles import find_profile

FRAMES = 300
FRAME_S = FRAME_SAMPLES / RATE_HZ


class Score:
    """Posteriors written by hand: quiet everywhere, but for the notes that are put in."""

    def __init__(self, frames: int = FRAMES) -> None:
        self.note = np.full((KEYS, frames), 0.05, np.float32)
        self.onset = np.full((KEYS, frames), 0.05, np.float32)

    def strike(self, key: int, frame: int, onset: float = 0.9) -> Score:
        self.onset[key - LOWEST_KEY, frame] = onset
        return self

    def sound(self, key: int, start: int, stop: int, level: float = 0.8) -> Score:
        self.note[key - LOWEST_KEY, start:stop] = level
        return self

    def notes(self, profile: str = "auto") -> list[Note]:
        clip = clip_of(self.note.shape[1])
        return list(decode(Posteriors(self.note, self.onset), clip, find_profile(profile)).notes)


def clip_of(frames: int) -> AudioClip:
    """A clip of as many frames, with some noise in it."""
    samples = int(frame_times_s(frames)[-1] * RATE_HZ) + FRAME_SAMPLES
    assert frame_count(samples) == frames
    noise = np.random.default_rng(0).normal(0, 0.1, (1, samples))
    return AudioClip(noise.astype(np.float32), RATE_HZ)


def spans(notes: list[Note]) -> list[tuple[int, Any, Any]]:
    """Key, onset and length in frames (no seam lies in between)."""
    return [
        (n.pitch, pytest.approx(n.onset_s / FRAME_S), pytest.approx(n.duration_s / FRAME_S)) for n in notes
    ]


posteriorgrams = arrays(
    np.float32,
    (KEYS, 60),
    elements=st.sampled_from([np.float32(value) for value in (0.0, 0.3, 0.5, 0.55, 0.7, 0.9, 1.0)]),
    fill=st.just(np.float32(0.1)),
)


@settings(max_examples=60, deadline=None)
@given(posteriorgrams, st.integers(0, 2**32 - 1), st.sampled_from(PROFILES))
def test_what_always_holds(onset: np.ndarray, seed: int, profile: str) -> None:
    generator = np.random.default_rng(seed)
    note = generator.choice(np.array([0.1, 0.45, 0.6, 0.9], np.float32), onset.shape)
    clip = clip_of(onset.shape[1])
    kind = find_profile(profile)
    part = decode(Posteriors(note, onset), clip, kind)
    assert list(part.notes) == sorted(part.notes)
    assert part.duration_s == clip.duration_s
    for heard in part.notes:
        assert 0.0 <= heard.onset_s < heard.offset_s <= clip.duration_s
        assert kind.lowest <= heard.pitch <= kind.highest
        assert 0.0 <= heard.confidence <= 1.0
    for _, same_key in itertools.groupby(
        sorted(part.notes, key=lambda n: (n.pitch, n.onset_s)), lambda n: n.pitch
    ):
        for before, after in itertools.pairwise(same_key):
            assert before.offset_s <= after.onset_s
    if kind.one_voice:
        assert all(a.offset_s <= b.onset_s for a, b in itertools.pairwise(part.notes))


def test_a_key_sounds_from_its_onset_until_its_note_falls() -> None:
    assert spans(Score().strike(60, 50).sound(60, 50, 90).notes()) == [(60, 50, 40)]


def test_a_short_dip_does_not_end_a_note_and_a_long_one_does() -> None:
    held = Score().strike(60, 50).sound(60, 50, 70).sound(60, 70 + RELEASE_FRAMES - 1, 100)
    assert spans(held.notes()) == [(60, 50, 50)]
    released = Score().strike(60, 50).sound(60, 50, 70).sound(60, 70 + RELEASE_FRAMES, 100)
    assert spans(released.notes()) == [(60, 50, 20)]


def test_a_key_struck_again_ends_its_first_note() -> None:
    score = Score().strike(60, 20).strike(60, 50).sound(60, 20, 80)
    assert spans(score.notes()) == [(60, 20, 30), (60, 50, 30)]


def test_a_key_struck_again_just_before_a_frame_ends_its_first_note_there() -> None:
    score = Score().strike(60, 20).sound(60, 20, 80)
    score.onset[60 - LOWEST_KEY, 49:52] = (0.8, 0.9, 0.5)  # leans to the left
    first, second = score.notes()
    assert first.offset_s == second.onset_s < 50 * FRAME_S


def test_a_double_peak_is_one_note() -> None:
    score = Score().strike(60, 20, 0.8).strike(60, 20 + MINIMUM_FRAMES, 0.9).sound(60, 20, 80)
    assert spans(score.notes()) == [(60, 25, 55)]


def test_a_note_shorter_than_58_ms_is_dropped() -> None:
    assert Score().strike(60, 20).sound(60, 20, 20 + MINIMUM_FRAMES - 1).notes() == []
    assert len(Score().strike(60, 20).sound(60, 20, 20 + MINIMUM_FRAMES).notes()) == 1


def test_an_onset_without_sound_and_sound_without_onset_are_no_notes() -> None:
    assert Score().strike(60, 20).sound(62, 20, 80).notes() == []


def test_onsets_lie_between_frames() -> None:
    score = Score().sound(60, 20, 80)
    score.onset[60 - LOWEST_KEY, 19:22] = (0.5, 0.9, 0.7)  # leans to the right
    (note,) = score.notes()
    assert note.onset_s == pytest.approx((20 + 0.1 / 0.6) * FRAME_S)


def test_the_first_and_the_last_frame_count() -> None:
    score = Score().strike(60, 0).sound(60, 0, 40).strike(64, FRAMES - 10).sound(64, FRAMES - 10, FRAMES)
    first, last = score.notes()
    assert first.onset_s == 0.0
    assert last.offset_s == pytest.approx(clip_of(FRAMES).duration_s, abs=FRAME_S)


def octave(level: float) -> Score:
    """A tone, and its octave at some level."""
    return Score().strike(40, 20, 0.95).sound(40, 20, 80, 0.9).strike(52, 22, 0.7).sound(52, 22, 80, level)


def test_a_weak_overtone_is_a_ghost() -> None:
    assert [n.pitch for n in octave(0.55).notes()] == [40]
    assert [n.pitch for n in octave(0.55).strike(53, 22).sound(53, 22, 80, 0.55).notes()] == [40, 53]


def test_an_octave_that_is_nearly_as_clear_was_played_unless_there_is_one_voice() -> None:
    assert [n.pitch for n in octave(0.75).notes()] == [40, 52]
    later = octave(0.1).strike(52, 40, 0.7).sound(52, 40, 80, 0.75)
    assert [n.pitch for n in later.notes("bass")] == [40]


def test_an_octave_struck_after_the_tone_has_ended_stays() -> None:
    score = Score().strike(40, 20, 0.95).sound(40, 20, 60, 0.9).strike(52, 61, 0.7).sound(52, 61, 90, 0.6)
    assert [n.pitch for n in score.notes()] == [40, 52]


def test_one_voice_keeps_the_clearest_and_ends_it_at_the_next() -> None:
    score = Score().strike(40, 20).sound(40, 20, 90).strike(45, 23, 0.7).sound(45, 23, 60, 0.6)
    score.strike(43, 60).sound(43, 60, 100)
    assert spans(score.notes("bass")) == [(40, 20, 40), (43, 60, 40)]
    assert [n.pitch for n in score.notes("piano")] == [40, 45, 43]


def test_a_profile_hears_its_own_range() -> None:
    score = Score().strike(100, 20).sound(100, 20, 60)
    assert [n.pitch for n in score.notes("piano")] == [100]
    assert score.notes("bass") == []


def test_a_clip_that_is_weak_everywhere_is_heard_with_lower_thresholds() -> None:
    weak = Score().strike(60, 20, 0.5).sound(60, 20, 60, 0.35)
    assert [n.pitch for n in weak.notes()] == [60]
    beside_a_clear_one = weak.strike(65, 100, 0.95).sound(65, 100, 150, 0.9)
    assert [n.pitch for n in beside_a_clear_one.notes()] == [65]


def test_next_to_nothing_is_nothing() -> None:
    assert Score().strike(60, 20, 0.3).sound(60, 20, 60, 0.15).notes() == []


def test_a_clearer_onset_gives_more_confidence() -> None:
    score = Score().strike(60, 20, 0.65).sound(60, 20, 60).strike(65, 100, 0.95).sound(65, 100, 150)
    unsure, sure = score.notes()
    assert unsure.confidence < 0.5 < 0.95 < sure.confidence
