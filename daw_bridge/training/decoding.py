"""Maps -> notes, simply: to score the network while it trains. The engine has decoding of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from daw_bridge.core.notes import Note
from daw_bridge.training.features import LOWEST_KEY
from daw_bridge.training.targets import KEYS, STEP_S

Floats = npt.NDArray[np.float32]
REACH = 3
"""A key is struck once within so many steps to each side (35 ms)."""


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
    steps = onset.shape[0]
    mass = _mass(onset, 2)
    ends = _mass(offset, 1)
    notes = []
    for key in range(KEYS):
        struck = _peaks(mass[:, key], thresholds.onset)
        silent = _silent(sounding[:, key], thresholds)
        for row, peak in enumerate(struck):
            around = slice(max(peak - 2, 0), peak + 3)
            weight = onset[around, key]
            at = float(np.sum((np.arange(steps)[around] + 0.5) * weight) / max(weight.sum(), 1e-9))
            latest = struck[row + 1] if row + 1 < len(struck) else steps
            end = _end(silent, ends[:, key], int(at), int(latest), thresholds)
            strength = float((velocity[around, key] * weight).sum() / max(weight.sum(), 1e-9))
            notes.append(
                Note(
                    max(at, 0.0) * STEP_S,
                    key + LOWEST_KEY,
                    max(end, at + 2.0) * STEP_S,
                    int(np.clip(round(127 * strength), 1, 127)),
                    min(float(mass[peak, key]), 1.0),
                )
            )
    return sorted(notes)


def _mass(values: Floats, reach: int) -> Floats:
    """The sum over so many steps to each side."""
    padded = np.pad(values, ((reach, reach), (0, 0)))
    return np.asarray(sum(padded[i : i + len(values)] for i in range(2 * reach + 1)), np.float32)


def _peaks(mass: Floats, threshold: float) -> npt.NDArray[np.intp]:
    """Steps where the mass is highest within `REACH`, the first of equals."""
    candidates = np.flatnonzero(mass >= threshold)
    padded = np.pad(mass, REACH, constant_values=-1.0)
    around = padded[candidates[:, None] + np.arange(2 * REACH + 1)]
    before, after = around[:, :REACH], around[:, REACH + 1 :]
    highest = (mass[candidates] > before.max(axis=1)) & (mass[candidates] >= after.max(axis=1))
    peaks: npt.NDArray[np.intp] = candidates[highest]
    return peaks


def _silent(sounding: Floats, thresholds: Thresholds) -> npt.NDArray[np.intp]:
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
