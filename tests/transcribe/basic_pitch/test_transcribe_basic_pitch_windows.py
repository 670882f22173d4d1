"""Windows and frames: nothing is lost at the borders, and no frame drifts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.transcribe.basic_pitch import posteriors
from daw_bridge.transcribe.basic_pitch.posteriors import (
    FRAME_SAMPLES,
    HOP_SAMPLES,
    KEPT_FRAMES,
    MARGIN_SAMPLES,
    RATE_HZ,
    WINDOW_SAMPLES,
)


@given(st.integers(0, 4 * HOP_SAMPLES), st.integers(1, 5))
def test_every_sample_is_in_the_kept_part_of_a_window(samples: int, batch: int) -> None:
    ramp = np.arange(1, samples + 1, dtype=np.float32)
    blocks = list(posteriors.windows(ramp, batch))
    assert all(1 <= len(block) <= batch and block.shape[1:] == (WINDOW_SAMPLES, 1) for block in blocks)
    rows = [row[:, 0] for block in blocks for row in block]
    assert len(rows) == posteriors.window_count(samples)
    kept = [row[MARGIN_SAMPLES : MARGIN_SAMPLES + HOP_SAMPLES] for row in rows]
    joined = np.concatenate([np.zeros(0, np.float32), *kept])[:samples]
    np.testing.assert_array_equal(joined, ramp)


@given(st.integers(0, 5 * HOP_SAMPLES))
def test_frames_cover_the_clip_and_no_more(samples: int) -> None:
    frames = posteriors.frame_count(samples)
    assert frames <= posteriors.window_count(samples) * KEPT_FRAMES
    times_s = posteriors.frame_times_s(frames + 1)
    assert (np.diff(times_s) > 0).all()
    assert frames == 0 or times_s[frames - 1] < samples / RATE_HZ
    assert times_s[frames] >= samples / RATE_HZ - FRAME_SAMPLES / RATE_HZ


def test_frame_times_follow_the_windows_for_an_hour() -> None:
    hour = posteriors.window_count(3600 * RATE_HZ)
    times_s = posteriors.frame_times_s(hour * KEPT_FRAMES)
    starts_s = np.arange(hour) * HOP_SAMPLES / RATE_HZ
    np.testing.assert_allclose(times_s[::KEPT_FRAMES], starts_s, rtol=0, atol=1e-9)


def test_frame_times_agree_with_basic_pitchs_correction() -> None:
    """Its own formula (note_creation.py, `model_frames_to_time`), within its steps of 10 ms."""
    frames = np.arange(60 * KEPT_FRAMES)
    shift_s = FRAME_SAMPLES / RATE_HZ * (172 - WINDOW_SAMPLES / FRAME_SAMPLES) + 0.0018
    theirs_s = frames * FRAME_SAMPLES / RATE_HZ - shift_s * np.floor(frames / 172)
    difference_s = posteriors.frame_times_s(len(frames)) - theirs_s
    assert np.abs(difference_s).max() < 0.011
    assert abs(np.mean(difference_s)) < 0.001


def test_no_samples_make_no_windows() -> None:
    assert list(posteriors.windows(np.zeros(0, np.float32), 4)) == []
    assert posteriors.frame_count(0) == 0


@pytest.mark.parametrize("length", [1, FRAME_SAMPLES, HOP_SAMPLES - 1, HOP_SAMPLES])
def test_short_clips_take_one_window_or_two(length: int) -> None:
    assert posteriors.window_count(length) == (2 if length > HOP_SAMPLES - MARGIN_SAMPLES else 1)
