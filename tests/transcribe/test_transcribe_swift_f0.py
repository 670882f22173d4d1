"""The pitch of one voice, followed in tones whose pitch is known to the cent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import EngineMissing
from daw_bridge.transcribe import swift_f0
from daw_bridge.transcribe.swift_f0 import PitchTrack, PitchTracker
from tests.transcribe.tones import RATE_HZ, glide

VOICE = (36, 88)
BASS = (23, 67)


@pytest.fixture(scope="module")
def tracker() -> PitchTracker:
    return PitchTracker()


def follow(tracker: PitchTracker, key: npt.NDArray[np.float64], keys: tuple[int, int]) -> PitchTrack:
    return tracker.track(glide(key), lowest=keys[0], highest=keys[1])


def true_key(key: npt.NDArray[np.float64], track: PitchTrack) -> npt.NDArray[np.float64]:
    return np.asarray(np.interp(track.times_s, np.arange(len(key)) / RATE_HZ, key))


@pytest.mark.parametrize(
    ("middle", "keys", "rms_cents"),
    [(57, VOICE, 10.0), (82, VOICE, 10.0), (40, VOICE, 10.0), (33, BASS, 15.0)],
)
def test_a_vibrato_is_followed_in_time_and_to_some_cents(
    tracker: PitchTracker, middle: int, keys: tuple[int, int], rms_cents: float
) -> None:
    time_s = np.arange(3 * RATE_HZ) / RATE_HZ
    key = middle + 0.5 * np.sin(2 * np.pi * 5.0 * time_s)
    track = follow(tracker, key, keys)
    inside = track.frames(0.1, 2.9)
    off = (track.key - true_key(key, track))[inside]
    assert 100 * np.sqrt(np.mean(off**2)) < rms_cents
    assert (track.confidence[inside] > 0.8).all()


def test_a_change_of_pitch_is_seen_within_two_frames(tracker: PitchTracker) -> None:
    key = np.repeat([57.0, 64.0, 52.0, 60.0], RATE_HZ // 2)
    track = follow(tracker, key, VOICE)
    settled = np.concatenate([np.arange(len(track.key))[track.frames(at + 0.024, at + 0.45)] for at in
                              (0.0, 0.5, 1.0, 1.5)])  # fmt: skip
    assert np.abs(track.key - true_key(key, track))[settled].max() < 0.25


def test_a_clip_longer_than_a_block_gets_the_same_track_as_its_pieces(
    tracker: PitchTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_s = np.arange(6 * RATE_HZ) / RATE_HZ
    clip = glide(60 + 3 * np.sin(2 * np.pi * 0.7 * time_s))
    whole = tracker.track(clip, lowest=36, highest=88)
    monkeypatch.setattr(swift_f0, "BLOCK_FRAMES", 100)
    pieces = tracker.track(clip, lowest=36, highest=88)
    np.testing.assert_allclose(pieces.key, whole.key, atol=1e-3)
    np.testing.assert_allclose(pieces.confidence, whole.confidence, atol=1e-4)


@pytest.mark.parametrize("keys", [VOICE, BASS])
def test_silence_has_no_pitch(tracker: PitchTracker, keys: tuple[int, int]) -> None:
    sound = glide(np.full(RATE_HZ, 45.0)).samples
    clip = AudioClip(np.concatenate([sound, np.zeros_like(sound), sound], axis=1), RATE_HZ)
    track = tracker.track(clip, lowest=keys[0], highest=keys[1])
    assert track.confidence[track.frames(1.05, 1.95)].max() == 0.0
    assert track.confidence[track.frames(0.1, 0.9)].min() > 0.8
    assert track.confidence[track.frames(2.1, 2.9)].min() > 0.8


@pytest.mark.parametrize("frames", [0, 1, 255, 256, 700])
def test_short_clips_have_short_tracks(tracker: PitchTracker, frames: int) -> None:
    track = tracker.track(AudioClip(np.zeros((1, frames), np.float32), RATE_HZ), lowest=36, highest=88)
    assert len(track.key) == len(track.confidence) == frames // swift_f0.HOP_SAMPLES


def test_two_channels_are_refused(tracker: PitchTracker) -> None:
    with pytest.raises(ValueError, match="one channel"):
        tracker.track(AudioClip(np.zeros((2, 1000), np.float32), RATE_HZ), lowest=36, highest=88)


def test_frames_are_those_from_start_to_before_end() -> None:
    track = PitchTrack(np.zeros(10), np.zeros(10), 0.01)
    assert track.frames(0.02, 0.05) == slice(2, 5)
    assert track.frames(-1.0, 0.001) == slice(0, 1)


def test_without_its_package_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(EngineMissing, match="swift-f0"):
        PitchTracker().track(glide(np.full(RATE_HZ, 60.0)), lowest=36, highest=88)
