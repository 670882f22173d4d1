"""A voice made of partials: one player at a time, with glides, vibrato, breath and formants.

It stands for what SoundFonts do badly: sung lines, bowed and blown solo instruments, 808 basses with
slides. Every stem has a spectrum of its own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ

PARTIALS = 40
CONTROL_HZ = 441
"""Pitch and level are computed at this rate, and interpolated."""

Doubles = npt.NDArray[np.float64]


def play(
    rng: np.random.Generator, performance: Performance, manner: str, length_s: float
) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz; `manner` is sung, blown, bowed, or sub (an 808)."""
    steps = round(length_s * CONTROL_HZ)
    time_s = np.arange(steps) / CONTROL_HZ
    pitch, level, open_ = _pitch(rng, performance, time_s, manner), *_levels(rng, performance, time_s, manner)
    frames = round(length_s * PLAY_RATE_HZ)
    at = np.arange(frames) * (CONTROL_HZ / PLAY_RATE_HZ)
    hz = 440.0 * 2.0 ** ((np.interp(at, np.arange(steps), pitch) - 69) / 12)
    level, open_ = (np.interp(at, np.arange(steps), curve) for curve in (level, open_))
    phase = 2 * np.pi * np.cumsum(hz) / PLAY_RATE_HZ
    centres_hz = float(rng.uniform(350, 850)), float(rng.uniform(900, 2400))
    sound = np.zeros(frames)
    for number, strength in enumerate(_spectrum(rng, manner), start=1):
        if strength < 1e-3:
            continue
        partial = strength * open_ ** (0.5 * (number - 1)) * _formants(manner, centres_hz, number * hz)
        sound += np.where(number * hz < 0.45 * PLAY_RATE_HZ, partial, 0.0) * np.sin(number * phase)
    breath = _breath(rng, frames) * {"sung": 0.03, "blown": 0.06, "bowed": 0.03}.get(manner, 0.0)
    return np.asarray(level * (sound + breath * rng.random()), np.float32)


def _pitch(rng: np.random.Generator, performance: Performance, time_s: Doubles, manner: str) -> Doubles:
    """In MIDI keys, with bends; notes that touch glide into each other."""
    pitch = np.full(len(time_s), float(performance.notes[0].pitch))
    glide_s = (
        float(rng.choice([0.005, 0.03, 0.08])) if manner != "sub" else float(rng.choice([0.002, 0.05, 0.12]))
    )
    for note, before in zip(performance.notes, (None, *performance.notes), strict=False):
        after = time_s >= note.onset_s
        tied = before is not None and note.onset_s - before.offset_s < 0.03
        share = np.clip((time_s[after] - note.onset_s) / glide_s, 0.0, 1.0) if tied else 1.0
        pitch[after] += (note.pitch - pitch[after]) * share
    drift = rng.normal(0, 1, len(time_s) // 40 + 2)
    pitch += 0.08 * np.interp(np.arange(len(time_s)), np.arange(len(drift)) * 40, drift) * (manner != "sub")
    if performance.bends:
        moves = np.array([0.0, *(bend.semitones for bend in performance.bends)])
        pitch += moves[np.searchsorted([bend.time_s for bend in performance.bends], time_s, side="right")]
    return pitch


def _levels(
    rng: np.random.Generator, performance: Performance, time_s: Doubles, manner: str
) -> tuple[Doubles, Doubles]:
    """Loudness and brightness (0 to 1) over time."""
    attack_s = {"sung": 0.05, "blown": 0.03, "bowed": 0.08, "sub": 0.003}[manner] * rng.uniform(0.5, 1.8)
    release_s = {"sung": 0.06, "blown": 0.04, "bowed": 0.1, "sub": 0.03}[manner] * rng.uniform(0.5, 1.8)
    decay_s = rng.uniform(0.3, 2.0) if manner == "sub" else np.inf
    level, bright = np.zeros(len(time_s)), np.full(len(time_s), 0.5)
    for note in performance.notes:
        age_s = time_s - note.onset_s
        rise = np.clip(age_s / attack_s, 0.0, 1.0) * np.exp(-np.maximum(age_s, 0) / decay_s)
        fall = np.clip(1 - (time_s - note.offset_s) / release_s, 0.0, 1.0)
        loud = (note.velocity / 127) ** 1.5
        level = np.maximum(level, loud * rise * fall)
        bright[(age_s >= 0) & (time_s < note.offset_s + release_s)] = 0.35 + 0.6 * note.velocity / 127
    tremble = 1 + 0.15 * rng.random() * np.sin(2 * np.pi * rng.uniform(4, 7) * time_s) * (manner != "sub")
    return level * tremble, bright


def _spectrum(rng: np.random.Generator, manner: str) -> Doubles:
    """The partials' strengths."""
    number = np.arange(1, PARTIALS + 1)
    slope = {"sung": 1.0, "blown": 1.2, "bowed": 1.0, "sub": 3.0}[manner] * rng.uniform(0.7, 1.4)
    strength = number**-slope * np.exp(rng.normal(0, 0.5, PARTIALS))
    if manner == "blown" and rng.random() < 0.3:
        strength[1::2] *= rng.uniform(0.05, 0.4)  # a clarinet's
    return np.asarray(strength / strength.sum())


def _formants(manner: str, centres_hz: tuple[float, float], hz: Doubles) -> Doubles | float:
    """A vowel's resonances."""
    if manner != "sung":
        return 1.0
    return np.asarray(0.25 + sum(1.0 / (1.0 + ((hz - centre) / 150.0) ** 2) for centre in centres_hz))


def _breath(rng: np.random.Generator, frames: int) -> Doubles:
    """Noise, a little darker than white."""
    noise = rng.normal(0, 1, frames)
    return np.asarray(noise[:] + np.roll(noise, 1))
