"""Octaves that belong to the sound and were not played: an organ's 16' stop, a synthesizer's sub-oscillator.

Of one note it can't be told: the octave below is in the sound either way. But where half of a part's notes
have one below them, and those are less sure than the notes themselves, the part was played once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from daw_bridge.transcribe.bridge.finds import Doubles, Indices, code

TOGETHER_STEPS = 4
"""46 ms."""
SHARE = 0.5
"""So many of a part's notes have an octave below them, at least."""

Bools = npt.NDArray[np.bool_]


def in_the_sound(key: Indices, step: Doubles, sure: Doubles, margin: float) -> Bools:
    """Which strikes are no notes of their own, but octaves below those of a part that sounds so.

    Strikes are sorted by key and step; `sure` is how likely each is a note. A part sounds so where at least
    half of its notes have such an octave, and the octaves are less sure than those notes by `margin` on
    average.
    """
    has_above, has_below = _struck_with(key, step, 12), _struck_with(key, step, -12)
    octave = has_above & ~has_below
    if (
        not octave.any()
        or np.sum(octave) < SHARE * np.sum(~octave)
        or np.mean(sure[has_below]) - np.mean(sure[octave]) <= margin
    ):
        return np.zeros(len(key), bool)
    return octave


def _struck_with(key: Indices, step: Doubles, interval: int) -> Bools:
    """Whether the key so many semitones higher is struck at the same time."""
    struck = code(key, np.rint(step))
    earliest = code(key + interval, np.rint(step) - TOGETHER_STEPS)
    nearest = np.append(struck, np.iinfo(np.int64).max)[np.searchsorted(struck, earliest)]
    return np.asarray(nearest <= earliest + 2 * TOGETHER_STEPS, np.bool_)
