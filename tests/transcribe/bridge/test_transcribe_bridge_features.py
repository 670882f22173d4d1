"""The spectra tell which key sounds, how loud, and when."""

import numpy as np
import pytest

from daw_bridge.transcribe.bridge.features import (
    BINS,
    CHANNELS,
    FLOOR_DB,
    FRAME_SAMPLES,
    RATE_HZ,
    Floats,
    bin_frequency_hz,
    features,
    frame_count,
    to_bytes,
)

LONG, MIDDLE, FIRST_SHORT, SECOND_SHORT = range(CHANNELS)


def sine(key: float, level: float = 1.0, length_s: float = 1.0) -> Floats:
    hz = 440.0 * 2.0 ** ((key - 69) / 12)
    time_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    return np.asarray(level * np.sin(2 * np.pi * hz * time_s), np.float32)


def bin_of(key: int) -> int:
    return 3 * (key - 21) + 1


def test_the_middle_bin_of_each_semitone_is_the_key() -> None:
    assert bin_frequency_hz()[bin_of(69)] == pytest.approx(440.0)
    assert bin_frequency_hz()[bin_of(21)] == pytest.approx(27.5)


@pytest.mark.parametrize(
    ("channel", "keys"), [(LONG, range(48, 84)), (MIDDLE, range(72, 110)), (FIRST_SHORT, range(98, 120))]
)
def test_a_key_peaks_in_its_own_bin(channel: int, keys: range) -> None:
    for key in keys:
        spectrum = features(sine(key))[channel, 20]
        assert spectrum.argmax() == bin_of(key), key


def test_the_long_window_tells_low_semitones_apart_by_their_third_partials() -> None:
    low, high = (sine(28 + step + 19.02) for step in (0, 1))
    assert features(low)[LONG, 20].argmax() != features(high)[LONG, 20].argmax()


@pytest.mark.parametrize("level_db", [0.0, -20.0, -60.0])
def test_levels_are_decibels_under_a_full_scale_sine(level_db: float) -> None:
    heard = features(sine(69, 10 ** (level_db / 20)))[:, 20].max(axis=1)
    assert (heard - 1.0) * FLOOR_DB == pytest.approx(np.full(CHANNELS, level_db), abs=1.0)


def test_silence_is_zero_and_every_value_lies_between_0_and_1() -> None:
    assert not features(np.zeros(RATE_HZ, np.float32)).any()
    noise = np.random.default_rng(1).uniform(-1, 1, RATE_HZ).astype(np.float32)
    heard = features(noise)
    assert heard.min() >= 0.0 and heard.max() <= 1.0
    assert np.abs(to_bytes(heard) / 255.0 - heard).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize("samples", [0, 1, 511, 512, 513, 200 * 512 + 7])
def test_frames_cover_the_clip(samples: int) -> None:
    heard = features(np.ones(samples, np.float32))
    assert heard.shape == (CHANNELS, frame_count(samples), BINS)
    assert frame_count(samples) * FRAME_SAMPLES >= samples


@pytest.mark.parametrize("sample", [10_240 + 128, 10_240 + 384, 31_000])
def test_a_click_is_where_it_is(sample: int) -> None:
    clip = np.zeros(2 * RATE_HZ, np.float32)
    clip[sample] = 1.0
    heard = features(clip)
    short = heard[[FIRST_SHORT, SECOND_SHORT]][:, :, 240].T.reshape(-1)  # half frames, in order
    middles = np.arange(len(short)) * 256 + 128
    assert abs(middles[short.argmax()] - sample) <= 128
    for channel, bin_ in ((LONG, 120), (MIDDLE, 180)):
        power = 10 ** ((heard[channel, :, bin_] - 1.0) * FLOOR_DB / 10) - 10 ** (-FLOOR_DB / 10)
        centre = np.sum(power * (np.arange(len(power)) * FRAME_SAMPLES + 256)) / power.sum()
        assert centre == pytest.approx(sample, abs=64), channel


def test_a_clip_in_two_parts_is_heard_as_in_one() -> None:
    """An engine may go through long files in pieces, with some frames around each."""
    clip = np.random.default_rng(2).normal(0, 0.1, 160 * FRAME_SAMPLES).astype(np.float32)
    whole, part = features(clip), features(clip[40 * FRAME_SAMPLES : 120 * FRAME_SAMPLES])
    np.testing.assert_allclose(part[:, 12:-12], whole[:, 52:108], atol=1e-4)
