"""The engine bridge on one voice: its notes with their bends follow what was sung."""

from __future__ import annotations

import numpy as np
import pytest

from daw_bridge.core.notes import Part
from daw_bridge.transcribe import engine
from tests.transcribe.tones import RATE_HZ, glide

KEYS = (57, 62, 60, 65, 64)
LENGTH_S = 0.8
TIME_S = np.arange(round(len(KEYS) * LENGTH_S * RATE_HZ)) / RATE_HZ
PLAIN = np.repeat(np.array(KEYS, float), round(LENGTH_S * RATE_HZ))
AGE_S = TIME_S % LENGTH_S
SWELL = np.clip((AGE_S - 0.15) / 0.15, 0, 1)
SUNG = PLAIN - np.exp(-AGE_S / 0.04) + 0.45 * SWELL * np.sin(2 * np.pi * 5.5 * AGE_S)


def off_cents(part: Part) -> float:
    """How far the part, played, is off what was sung, root mean square, while both sound."""
    played = np.full(len(TIME_S), np.nan)
    for note in part.notes:
        played[(note.onset_s <= TIME_S) & (note.offset_s > TIME_S)] = note.pitch
    at_s = np.array([-1.0, *(bend.time_s for bend in part.bends)])
    wheel = np.array([0.0, *(bend.semitones for bend in part.bends)])
    played += wheel[np.searchsorted(at_s, TIME_S, "right") - 1]
    inside = (AGE_S > 0.04) & (AGE_S < LENGTH_S - 0.04)  # an onset may be some milliseconds off
    assert np.isfinite(played[inside]).mean() > 0.95
    return float(100 * np.sqrt(np.nanmean((played - SUNG)[inside] ** 2)))


def test_a_sung_line_is_followed_by_a_note_a_key_and_its_bends() -> None:
    part = engine("bridge").transcribe(glide(SUNG), profile="vocal")
    assert tuple(note.pitch for note in part.notes) == KEYS
    assert off_cents(part) < 15
    assert off_cents(Part(part.notes, part.duration_s)) > 25


@pytest.mark.parametrize("profile", ["vocal", "lead", "bass"])
def test_a_plain_line_has_no_bends(profile: str) -> None:
    key = PLAIN - 24 if profile == "bass" else PLAIN
    part = engine("bridge").transcribe(glide(key), profile=profile)
    assert len(part.notes) == len(KEYS)
    assert part.bends == ()


@pytest.mark.parametrize(("profile", "key"), [("vocal", 60), ("lead", 60), ("bass", 36)])
def test_a_note_that_slides_to_another_key_sounds_on_there(profile: str, key: int) -> None:
    time_s = np.arange(round(2.4 * RATE_HZ)) / RATE_HZ
    clip = glide(key + 2 * np.clip((time_s - 1.2) / 0.2, 0, 1))
    clip.samples[:, (time_s < 0.3) | (time_s > 2.2)] = 0.0
    part = engine("bridge").transcribe(clip, profile=profile)
    assert [note.pitch for note in part.notes] == [key, key + 2]
    assert part.notes[1].onset_s == pytest.approx(1.25, abs=0.05)
    assert part.notes[1].offset_s == pytest.approx(2.2, abs=0.05)
    assert part.bends[0].semitones < -0.8  # the slide itself


@pytest.mark.parametrize("profile", ["auto", "keys", "guitar", "pad"])
def test_what_may_have_more_voices_has_no_bends(profile: str) -> None:
    assert engine("bridge").transcribe(glide(SUNG), profile=profile).bends == ()
