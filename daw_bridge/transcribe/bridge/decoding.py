"""Maps -> notes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from daw_bridge.core.notes import Note
from daw_bridge.transcribe.bridge.features import LOWEST_KEY
from daw_bridge.transcribe.bridge.maps import KEYS, STEP_S, Floats

Indices = npt.NDArray[np.intp]
Doubles = npt.NDArray[np.float64]

REACH = 4
"""Onset mass within so many steps to each side (46 ms) belongs to one onset."""
SMOOTHING_STEPS = 1.75
"""Standard deviation of the bell that finds onsets: nearer than some 50 ms they melt into one."""
_BELL = np.exp(-0.5 * (np.arange(-2 * REACH, 2 * REACH + 1) / SMOOTHING_STEPS) ** 2)


@dataclass(frozen=True)
class Thresholds:
    """Masses (sums over some steps) and probabilities from which on something is taken to be there."""

    onset: float = 0.4
    sounding: float = 0.35
    offset: float = 0.6
    gap_steps: int = 4


def decode(maps: Floats, thresholds: Thresholds) -> list[Note]:
    """Probabilities [4 maps, steps, 88] -> notes; confidence is the onset's mass."""
    sounding, onset, offset, velocity = maps
    ends = _ends(offset)
    notes = []
    for key in range(KEYS):
        at, mass, strength = onsets(onset[:, key], velocity[:, key], thresholds.onset)
        silent = _silent(sounding[:, key], thresholds)
        latest = np.append(at[1:].astype(np.intp), len(onset))
        for row, start in enumerate(at):
            end = _end(silent, ends[:, key], int(start), int(latest[row]), thresholds)
            notes.append(
                Note(
                    float(start) * STEP_S,
                    key + LOWEST_KEY,
                    max(end, float(start) + 2.0) * STEP_S,
                    int(np.clip(round(127 * strength[row]), 1, 127)),
                    min(float(mass[row]), 1.0),
                )
            )
    return sorted(notes)


def onsets(onset: Floats, velocity: Floats, threshold: float) -> tuple[Doubles, Doubles, Doubles]:
    """Of one key: when it is struck (in steps, with fractions), the mass of each onset, its velocity.

    The mass around a peak says how sure it is that a note begins there, however well its time can be
    told: a slow attack spreads it over more steps.
    """
    smooth = np.convolve(onset, _BELL, mode="same")
    rising, falling = np.diff(smooth, prepend=-1.0) > 0, np.diff(smooth, append=-1.0) <= 0
    peaks = np.flatnonzero(rising & falling & (smooth >= 0.2 * threshold))
    between = (peaks[1:] + peaks[:-1] + 1) // 2
    first = np.maximum(peaks - REACH, np.append(0, between))[: len(peaks)]
    last = np.minimum(peaks + REACH + 1, np.append(between, len(onset)))[: len(peaks)]

    def summed(values: npt.NDArray[np.floating]) -> Doubles:
        total = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
        return np.asarray(total[last] - total[first])

    mass = summed(onset)
    sure = mass >= threshold
    weight = np.maximum(mass, 1e-9)
    centre = summed(onset * (np.arange(len(onset)) + 0.5)) / weight
    return centre[sure], mass[sure], (summed(onset * velocity) / weight)[sure]


def _ends(offset: Floats) -> Floats:
    """The offset mass of three steps."""
    padded = np.pad(offset, ((1, 1), (0, 0)))
    return padded[:-2] + padded[1:-1] + padded[2:]


def _silent(sounding: Floats, thresholds: Thresholds) -> Indices:
    """Steps from which on the key stays silent for `gap_steps`."""
    quiet = np.concatenate((sounding < thresholds.sounding, np.ones(thresholds.gap_steps, bool)))
    held = np.lib.stride_tricks.sliding_window_view(quiet, thresholds.gap_steps)
    return np.flatnonzero(held.all(axis=1))


def _end(
    silent: npt.NDArray[np.intp], ends: Floats, start: int, latest: int, thresholds: Thresholds
) -> float:
    """When a note that was struck at `start` ends, in steps; `latest` is when the key is struck again."""
    after = silent[np.searchsorted(silent, start + 2) :]
    end = min(int(after[0]) if len(after) else len(ends), latest)
    released = np.flatnonzero(ends[start + 3 : end] >= thresholds.offset)
    if len(released):
        first = start + 3 + int(released[0])
        top = first + int(np.argmax(ends[first : min(first + 4, end)]))
        return top + 0.5
    return float(end)
