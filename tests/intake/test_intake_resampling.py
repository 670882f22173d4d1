"""Time and sound survive the change of rate and the mix-down."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.audio import Samples
from daw_bridge.intake import inspect, listen
from daw_bridge.intake.resampling import Resampler
from tests.intake.files import tone, write_audio

RATES_HZ = [8_000, 22_050, 44_100, 48_000, 88_200, 96_000, 192_000]


def resampled(samples: Samples, from_hz: int, to_hz: int, block_frames: int = 65_536) -> Samples:
    resampler = Resampler(from_hz, to_hz, expected_frames=samples.shape[1])
    for start in range(0, samples.shape[1], block_frames):
        resampler.add(samples[:, start : start + block_frames])
    clip = resampler.finish()
    assert clip.rate_hz == to_hz
    return clip.samples


@pytest.mark.parametrize("to_hz", [22_050, 44_100])
@pytest.mark.parametrize("from_hz", RATES_HZ)
def test_an_impulse_stays_where_it_is(from_hz: int, to_hz: int) -> None:
    samples = np.zeros((1, from_hz * 20), np.float32)
    times_s = (0.5, 10.0, 19.5)
    for time_s in times_s:
        samples[0, round(time_s * from_hz)] = 1.0
    heard = resampled(samples, from_hz, to_hz)
    assert heard.shape == (1, to_hz * 20)
    for time_s in times_s:
        start = round((time_s - 0.4) * to_hz)
        at = start + int(np.abs(heard[0, start : start + round(0.8 * to_hz)]).argmax())
        assert abs(at - time_s * to_hz) <= 1.0


@pytest.mark.parametrize("from_hz", [44_100, 48_000, 96_000])
def test_what_the_new_rate_cannot_hold_does_not_fold_down(from_hz: int) -> None:
    """A tone at 15 kHz would be heard as one at 7,050 Hz."""
    above = resampled(tone(1.0, rate_hz=from_hz, frequency_hz=15_000.0), from_hz, 22_050)
    below = resampled(tone(1.0, rate_hz=from_hz, frequency_hz=7_050.0), from_hz, 22_050)
    middle = slice(2_000, -2_000)
    assert np.std(above[0, middle]) < np.std(below[0, middle]) * 10 ** (-40 / 20)
    assert np.std(below[0, middle]) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


@pytest.mark.parametrize("from_hz", [44_100, 48_000, 192_000])
def test_the_last_millisecond_is_not_lost(from_hz: int) -> None:
    heard = resampled(tone(1.0, rate_hz=from_hz, frequency_hz=1_000.0), from_hz, 22_050)
    assert np.std(heard[0, -22:]) > 0.2


@given(st.integers(0, 3_000), st.sampled_from(RATES_HZ), st.integers(1, 700))
def test_the_length_is_exact_and_the_blocks_do_not_matter(
    frames: int, from_hz: int, block_frames: int
) -> None:
    rng = np.random.default_rng(frames)
    samples = rng.uniform(-1, 1, (1, frames)).astype(np.float32)
    heard = resampled(samples, from_hz, 22_050, block_frames)
    assert heard.shape[1] == int(frames * 22_050 / from_hz + 0.5)
    np.testing.assert_allclose(heard, resampled(samples, from_hz, 22_050), atol=1e-5)


def test_more_audio_than_promised_is_kept() -> None:
    resampler = Resampler(44_100, 44_100, expected_frames=10)
    block = tone(4.0)
    resampler.add(block)
    np.testing.assert_array_equal(resampler.finish().samples, block)


def test_mono_is_the_mean_of_the_channels(tmp_path: Path) -> None:
    samples = tone(0.3, channels=2)
    _, clip = listen(write_audio(tmp_path / "a.wav", samples, bit_depth=32), 44_100)
    np.testing.assert_allclose(clip.samples, samples.mean(axis=0, keepdims=True), atol=1e-6)


def test_one_channel_alone_among_silent_ones_is_heard_in_the_mean(tmp_path: Path) -> None:
    samples = np.zeros((8, 10_000), np.float32)
    samples[5] = tone(1.0)[0, :10_000]
    _, clip = listen(write_audio(tmp_path / "a.wav", samples, bit_depth=32), 44_100)
    np.testing.assert_allclose(clip.samples[0], samples[5] / 8, atol=1e-6)


@pytest.mark.parametrize("loudest", [0, 1])
def test_channels_that_cancel_one_another_do_not_become_silent(tmp_path: Path, loudest: int) -> None:
    """Anti-phase stereo: a phase switch left on, or a widener. The louder channel is heard."""
    wave = tone(0.5)[0]
    samples = np.stack([wave, -wave])
    samples[loudest] *= 1.1
    path = write_audio(tmp_path / "wide.wav", samples, bit_depth=32)
    bounce, clip = listen(path, 44_100)
    np.testing.assert_allclose(clip.samples[0], samples[loudest], atol=1e-6)
    assert bounce == inspect(path)


def test_an_mp3_is_heard_late_by_no_more_than_its_docstring_says(tmp_path: Path) -> None:
    samples = np.zeros((1, 88_200), np.float32)
    samples[0, 44_100:44_200] = 0.9
    _, clip = listen(write_audio(tmp_path / "click.mp3", samples), 44_100)
    delay_s = float(np.abs(clip.samples[0]).argmax()) / 44_100 - 1.0
    assert 0.02 < delay_s < 0.055
