"""How far a clip is off A 440: records run fast or slow, and not everybody tunes to it.

The partials of what is played lie on keys, but for how much the whole is off; the mean of that, on a circle,
is the tuning (Dressler and Streich, "Tuning frequency estimation using circular statistics", ISMIR 2007).
"""

from __future__ import annotations

import numpy as np

from daw_bridge.core.audio import AudioClip

WINDOW_S = 0.372
PLACES = 64
"""So many windows are looked at, evenly over the clip: as long for an hour as for a minute."""
LOWEST_HZ, HIGHEST_HZ = 40.0, 1500.0
"""Above, a piano's partials are sharp, and the fifth, the seventh of all others are off the keys."""
NEAR_LOUDEST_DB, AUDIBLE_DB = -25.0, -40.0
"""A peak counts that is so near to its window's loudest; a window, that is so near to the clip's."""
LEAST_AGREEMENT = 0.2
"""Of the mean's length, 1.0 where all peaks are off alike: voices that slide and shake say nothing."""
LEAST_CENTS = 4.0
"""What is off by less is in tune: bright sounds seem 2 or 3 cents off."""


def tuning_cents(clip: AudioClip) -> float:
    """By how much one channel is above A 440 (below 0: under it), -50.0 to 50.0, in whole cents; 0.0 where it
    is in tune, or can't be told.
    """
    window = 2 ** round(np.log2(WINDOW_S * clip.rate_hz))
    room = clip.frames - window
    if room < 0:
        return 0.0
    places = np.linspace(0, room, min(PLACES, 1 + room // (window // 8))).astype(np.intp)
    frames = np.lib.stride_tricks.sliding_window_view(clip.samples[0], window)[places]
    lines = slice(*(round(hz * window / clip.rate_hz) for hz in (LOWEST_HZ, HIGHEST_HZ)))
    spectra = np.fft.rfft(frames * np.hanning(window).astype(np.float32), axis=1)[:, lines]
    level_db = 20.0 * np.log10(np.abs(spectra) + 1e-9)
    loudest_db = level_db.max(axis=1, keepdims=True)
    before, here, after = level_db[:, :-2], level_db[:, 1:-1], level_db[:, 2:]
    peaks = (here > before) & (here >= after) & (here > loudest_db + NEAR_LOUDEST_DB)
    rows, columns = np.nonzero(peaks & (loudest_db > loudest_db.max() + AUDIBLE_DB))
    if not len(rows):
        return 0.0
    before, here, after = (some[rows, columns] for some in (before, here, after))
    between = 0.5 * (before - after) / (before - 2.0 * here + after)  # the top of a parabola
    hz = (lines.start + 1 + columns + between) * clip.rate_hz / window
    weights = 10.0 ** ((here - loudest_db[rows, 0]) / 40.0)
    mean = (weights * np.exp(2j * np.pi * 12.0 * np.log2(hz / 440.0))).sum() / weights.sum()
    cents = 100.0 * float(np.angle(mean)) / (2.0 * np.pi)
    return float(round(cents)) if abs(mean) >= LEAST_AGREEMENT and abs(cents) >= LEAST_CENTS else 0.0
