"""The outline of a sound holds its every swing, and no other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.envelope import Envelope, envelope


def noise(frames: int, channels: int = 2) -> AudioClip:
    samples = np.random.default_rng(frames).uniform(-1.0, 1.0, (channels, frames))
    return AudioClip(samples.astype(np.float32), 1000)


@given(st.integers(1, 400), st.integers(1, 50))
def test_an_outline_reaches_as_far_as_the_sound(frames: int, columns: int) -> None:
    clip = noise(frames)
    made = envelope(clip, columns)
    assert made.swing.shape == (2, min(columns, frames))
    assert made.swing.dtype == np.float32
    assert (made.swing[0].min(), made.swing[1].max()) == (clip.samples.min(), clip.samples.max())
    assert made.duration_s == clip.duration_s


@given(st.integers(1, 300), st.floats(-0.5, 0.5), st.floats(0.01, 0.5), st.integers(1, 40))
def test_what_lies_between_two_times_is_found(
    frames: int, start_s: float, width_s: float, count: int
) -> None:
    clip = noise(frames, 1)
    edges_s = np.linspace(start_s, start_s + width_s, count + 1)
    lows, highs = envelope(clip, frames).between(edges_s)
    edges = np.floor(edges_s / clip.duration_s * frames).astype(int)
    for index, (first, last) in enumerate(itertools.pairwise(edges)):
        inside = clip.samples[0, max(first, 0) : max(last, first + 1)] if 0 <= first < frames else np.zeros(1)
        assert (lows[index], highs[index]) == (inside.min(), inside.max())


def test_a_click_stands_in_its_place_alone() -> None:
    samples = np.zeros((1, 48_000), np.float32)
    samples[0, 24_000] = -0.5
    lows, highs = envelope(AudioClip(samples, 48_000), 1000).between(np.linspace(0.0, 1.0, 11))
    assert lows.tolist() == pytest.approx([0.0] * 5 + [-0.5] + [0.0] * 4)
    assert not highs.any()


def test_of_nothing_there_is_no_outline() -> None:
    empty = envelope(AudioClip(np.zeros((2, 0), np.float32), 48_000))
    assert empty.swing.shape == (2, 0)
    assert not empty.between(np.linspace(0.0, 1.0, 4)).any()
    assert not Envelope(np.ones((2, 4), np.float32), 1.0).between(np.array([1.5, 2.0])).any()
