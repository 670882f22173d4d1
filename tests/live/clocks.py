"""Simulated clocks: the times of 24 ticks a quarter note, and what happens to them on the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def steady(tempo_bpm: float, beats: float, begin_s: float = 100.0) -> np.ndarray:
    """Ticks [n] in seconds."""
    return begin_s + np.arange(round(beats * 24)) * 60.0 / (tempo_bpm * 24)


def ramp(tempo_at: Callable[[float], float], beats: float, begin_s: float = 100.0) -> np.ndarray:
    """Ticks [n] of a tempo that is a function of the beat."""
    numbers = np.arange(round(beats * 24))
    lengths_s = np.array([60.0 / (tempo_at((n + 0.5) / 24) * 24) for n in numbers])
    return begin_s + np.concatenate([[0.0], np.cumsum(lengths_s)[:-1]])


def jittered(ticks_s: np.ndarray, jitter_s: float, seed: int) -> np.ndarray:
    """Late by a time that is usually short (exponential), as a driver's queue makes it; order is kept."""
    late_s = np.random.default_rng(seed).exponential(jitter_s, len(ticks_s))
    in_order: np.ndarray = np.maximum.accumulate(ticks_s + late_s)
    return in_order


def dropped(ticks_s: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Without some, but the first, which is where beats count from."""
    kept = np.random.default_rng(seed).random(len(ticks_s)) >= share
    rest: np.ndarray = ticks_s[kept | (np.arange(len(ticks_s)) == 0)]
    return rest


def doubled(ticks_s: np.ndarray, share: float, seed: int, after_s: float = 0.0005) -> np.ndarray:
    """Some come twice."""
    again = ticks_s[np.random.default_rng(seed).random(len(ticks_s)) < share] + after_s
    both: np.ndarray = np.sort(np.concatenate([ticks_s, again]))
    return both
