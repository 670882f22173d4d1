"""Measuring sound: pitch, onset, loudness. Samples are mono [frames] unless said otherwise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[Any]
"""Mono float samples [frames], full scale at 1.0."""

SILENCE_DB = -200.0


def mono(samples: Signal) -> Signal:
    """[channels, frames] -> [frames]: the mean of the channels."""
    averaged: Signal = np.asarray(samples, dtype=np.float64).mean(axis=0)
    return averaged


def decibels(amplitude: float) -> float:
    """An amplitude in dB re full scale; silence is -200."""
    return 20.0 * math.log10(amplitude) if amplitude > 1e-10 else SILENCE_DB


def key_hz(pitch: float) -> float:
    """A MIDI key's frequency at A = 440 Hz."""
    return 440.0 * math.pow(2.0, (pitch - 69.0) / 12.0)


def spectrum(signal: Signal, rate_hz: float, *, padding: int = 1) -> tuple[Signal, Signal]:
    """Frequencies in Hz and amplitudes, Blackman-Harris window (side lobes below -92 dB).

    A full-scale sine measures 1.0. `padding` times as many bins as the signal itself gives.
    """
    frames = len(signal)
    turns = 2.0 * np.pi * np.arange(frames) / frames
    window = 0.35875 - 0.48829 * np.cos(turns) + 0.14128 * np.cos(2 * turns) - 0.01168 * np.cos(3 * turns)
    amplitudes = np.abs(np.fft.rfft(signal * window, frames * padding)) * 2.0 / window.sum()
    return np.fft.rfftfreq(frames * padding, 1.0 / rate_hz), amplitudes


def pitch_error_cents(signal: Signal, rate_hz: float, expected_hz: float, *, within: float = 60.0) -> float:
    """How far the sound within so many cents of `expected_hz` lies from it, by its centre of power.

    For one partial that is the partial; for detuned oscillators the middle that one hears as the note.
    """
    frequencies, amplitudes = spectrum(signal, rate_hz, padding=4)
    reach = math.pow(2.0, within / 1200.0)
    inside = (frequencies > expected_hz / reach) & (frequencies < expected_hz * reach)
    power = amplitudes[inside] ** 2
    return 1200.0 * math.log2(float((frequencies[inside] * power).sum() / power.sum()) / expected_hz)


def onset_s(signal: Signal, rate_hz: float, *, below_peak_db: float = 30.0) -> float:
    """When the sound first comes within `below_peak_db` of its peak, in seconds from the first sample."""
    magnitude = np.abs(signal)
    return float(np.argmax(magnitude >= magnitude.max() * 10.0 ** (-below_peak_db / 20.0))) / rate_hz


def alias_db(signal: Signal, rate_hz: float, partials_hz: float, *, beside_cents: float = 30.0) -> float:
    """The strongest product between the multiples of `partials_hz`, in dB re the strongest partial.

    Everything nearer than `beside_cents` to a multiple counts as that partial (detuning, vibrato).
    Below 20 Hz nothing counts.
    """
    frequencies, amplitudes = spectrum(signal, rate_hz)
    nearest = np.maximum(np.round(frequencies / partials_hz), 1.0) * partials_hz
    beside_hz = nearest * (math.pow(2.0, beside_cents / 1200.0) - 1.0) + 6.0 * rate_hz / len(signal)
    between = (np.abs(frequencies - nearest) > beside_hz) & (frequencies > 20.0)
    return decibels(float(amplitudes[between].max() / amplitudes.max()))


def peak_above(signal: Signal, rate_hz: float, hz: float) -> float:
    """The peak of what lies above `hz`, Hann window: how a click shows in a sound that has little there."""
    waves = np.fft.rfft(signal * np.hanning(len(signal)))
    waves[: int(hz * len(signal) / rate_hz)] = 0.0
    return float(np.abs(np.fft.irfft(waves, len(signal))).max())


def brightness_hz(signal: Signal, rate_hz: float) -> float:
    """The spectrum's centre of gravity."""
    frequencies, amplitudes = spectrum(signal, rate_hz)
    return float((frequencies * amplitudes).sum() / amplitudes.sum())


def loudness_lufs(samples: Signal, rate_hz: float) -> float:
    """Integrated loudness of [channels, frames], in LUFS: ITU-R BS.1770-4, gated; silence is -200."""
    weighted = _k_weighted(np.asarray(samples, dtype=np.float64), rate_hz)
    block, hop = round(0.4 * rate_hz), round(0.1 * rate_hz)
    if weighted.shape[1] < block:
        weighted = np.pad(weighted, ((0, 0), (0, block - weighted.shape[1])))
    energy = np.concatenate(([0.0], np.cumsum((weighted**2).sum(axis=0))))
    starts = np.arange(0, weighted.shape[1] - block + 1, hop)
    powers = (energy[starts + block] - energy[starts]) / block
    loud = powers[powers > 10.0 ** ((-70.0 + 0.691) / 10.0)]
    if not loud.size:
        return SILENCE_DB
    kept = loud[loud > loud.mean() / 10.0]
    return float(-0.691 + 10.0 * np.log10(kept.mean()))


def _k_weighted(samples: Signal, rate_hz: float) -> Signal:
    """The filters of BS.1770, by their magnitude: zero phase, the same power."""
    frames = samples.shape[-1]
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(frames))
    response = np.abs(_shelf(turn, rate_hz) * _highpass(turn, rate_hz))
    return np.fft.irfft(np.fft.rfft(samples, axis=-1) * response, frames, axis=-1)


def _shelf(z: Signal, rate_hz: float) -> Signal:
    """Stage 1, the head's high shelf, for any rate (prototype values as published for libebur128)."""
    k, q = math.tan(math.pi * 1681.974450955533 / rate_hz), 0.7071752369554196
    high = 10.0 ** (3.999843853973347 / 20.0)
    band = high**0.4996667741545416
    numerator = (high + band * k / q + k * k, 2.0 * (k * k - high), high - band * k / q + k * k)
    return _biquad(z, numerator, k, q)


def _highpass(z: Signal, rate_hz: float) -> Signal:
    """Stage 2, the RLB weighting."""
    k, q = math.tan(math.pi * 38.13547087602444 / rate_hz), 0.5003270373238773
    gain = 1.0 + k / q + k * k
    return _biquad(z, (gain, -2.0 * gain, gain), k, q)


def _biquad(z: Signal, numerator: tuple[float, float, float], k: float, q: float) -> Signal:
    a0, a1, a2 = 1.0 + k / q + k * k, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k
    b0, b1, b2 = numerator
    response: Signal = (b0 + b1 * z + b2 * z * z) / (a0 + a1 * z + a2 * z * z)
    return response
