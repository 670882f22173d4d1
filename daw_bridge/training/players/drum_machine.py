"""Drum machines made up at random: swept sines, noise and bursts, as analogue ones make them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from daw_bridge.core.notes import Note
from daw_bridge.training.players import PLAY_RATE_HZ

Samples = npt.NDArray[np.float32]
TOM_HZ = {41: 75, 43: 85, 45: 95, 47: 125, 48: 145, 50: 180}


def play(rng: np.random.Generator, notes: Sequence[Note], length_s: float) -> Samples:
    """One channel at 44,100 Hz: each key has one sound, a closed hat ends an open one."""
    sound = np.zeros(round((length_s + 4.0) * PLAY_RATE_HZ))
    kit = {key: _piece(rng, key) for key in sorted({note.pitch for note in notes})}
    hats_s = sorted(note.onset_s for note in notes if note.pitch in (42, 44, 46))
    for note in notes:
        struck = kit[note.pitch] * 10 ** (rng.normal(0, 0.02)) * (note.velocity / 127) ** 2
        if note.pitch == 46:
            after = [at for at in hats_s if at > note.onset_s + 0.01]
            ends = round((after[0] - note.onset_s) * PLAY_RATE_HZ) if after else len(struck)
            struck = struck * np.exp(-np.maximum(np.arange(len(struck)) - ends, 0) / 300)
        start = round(note.onset_s * PLAY_RATE_HZ)
        sound[start : start + len(struck)] += struck[: len(sound) - start]
    return np.asarray(sound[: round(length_s * PLAY_RATE_HZ)] * 0.3, np.float32)


def resampled(sound: Samples, times: float) -> Samples:
    """As many times as many samples: faster and higher below 1, slower and lower above."""
    at = np.arange(round(len(sound) * times)) / times
    return np.interp(at, np.arange(len(sound)), sound).astype(np.float32)


def _piece(rng: np.random.Generator, key: int) -> npt.NDArray[np.float64]:
    """One hit at full velocity."""
    if key in (35, 36):
        return _swept(rng, rng.uniform(42, 62), rng.uniform(1.5, 5), rng.uniform(0.08, 0.5), click=0.4)
    if key in TOM_HZ:
        bend = rng.uniform(1.2, 2.0)
        return 0.7 * _swept(rng, TOM_HZ[key] * rng.uniform(0.85, 1.2), bend, rng.uniform(0.1, 0.3), click=0.2)
    if key in (38, 40):
        body = 0.6 * _swept(rng, rng.uniform(160, 230), 1.5, rng.uniform(0.04, 0.12), click=0.2)
        rattle = _noise(rng, rng.uniform(800, 2500), 10_000, rng.uniform(0.05, 0.15))
        return _sum(body, rng.uniform(0.4, 1.0) * rattle)
    if key == 37:
        return 0.6 * _swept(rng, rng.uniform(400, 1700), 1.1, rng.uniform(0.01, 0.03), click=0.5)
    if key == 39:
        burst = _noise(rng, 900, 4000, 0.008)
        tail = _noise(rng, 900, 4000, rng.uniform(0.05, 0.12))
        return _sum(*[np.concatenate([np.zeros(i * 440), burst]) for i in range(3)],
                    np.concatenate([np.zeros(3 * 440), tail]))  # fmt: skip
    decay_s = {42: rng.uniform(0.015, 0.05), 44: rng.uniform(0.02, 0.05), 46: rng.uniform(0.12, 0.5)}
    if key in decay_s:
        return 0.6 * _metal(rng, rng.uniform(5000, 7500), decay_s[key], rng.uniform(0.1, 0.7))
    if key in (51, 53, 59):
        bell = rng.uniform(0.5, 0.9)
        return 0.5 * _metal(rng, rng.uniform(2500, 4500), rng.uniform(0.3, 0.8), bell)
    return 0.7 * _metal(rng, rng.uniform(1500, 4000), rng.uniform(0.5, 1.2), rng.uniform(0.05, 0.4))


def _swept(
    rng: np.random.Generator, end_hz: float, from_times: float, decay_s: float, *, click: float
) -> npt.NDArray[np.float64]:
    time_s = np.arange(round(6 * decay_s * PLAY_RATE_HZ)) / PLAY_RATE_HZ
    frequency_hz = end_hz * (1 + (from_times - 1) * np.exp(-time_s / rng.uniform(0.008, 0.04)))
    tone = np.sin(2 * np.pi * np.cumsum(frequency_hz) / PLAY_RATE_HZ) * np.exp(-time_s / decay_s)
    return tone + click * rng.random() * rng.normal(0, 1, len(time_s)) * np.exp(-time_s / 0.003)


def _noise(
    rng: np.random.Generator, lowest_hz: float, highest_hz: float, decay_s: float
) -> npt.NDArray[np.float64]:
    count = round(6 * decay_s * PLAY_RATE_HZ)
    spectrum = np.fft.rfft(rng.normal(0, 1, count))
    at_hz = np.fft.rfftfreq(count, 1 / PLAY_RATE_HZ)
    spectrum *= 1 / np.sqrt((1 + (lowest_hz / (at_hz + 1)) ** 4) * (1 + (at_hz / highest_hz) ** 4))
    return np.fft.irfft(spectrum, count) * np.exp(-np.arange(count) / PLAY_RATE_HZ / decay_s)


def _metal(
    rng: np.random.Generator, lowest_hz: float, decay_s: float, tonal: float
) -> npt.NDArray[np.float64]:
    """Six squares that don't fit together, as in the TR-808, and noise."""
    hiss = _noise(rng, lowest_hz, 16_000, decay_s)
    time_s = np.arange(len(hiss)) / PLAY_RATE_HZ
    squares = sum(np.sign(np.sin(2 * np.pi * f * time_s)) for f in rng.uniform(300, 900, 6))
    spectrum = np.fft.rfft(squares)
    spectrum /= 1 + (lowest_hz / (np.fft.rfftfreq(len(hiss), 1 / PLAY_RATE_HZ) + 1)) ** 4
    ring = np.fft.irfft(spectrum, len(hiss)) * np.exp(-time_s / decay_s)
    return (1 - tonal) * hiss + tonal * ring


def _sum(*sounds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    total = np.zeros(max(len(sound) for sound in sounds))
    for sound in sounds:
        total[: len(sound)] += sound
    return total
