"""A guess at the key of a part, from how long each pitch class sounds.

The durations are compared, by correlation, with the profile of each of the 24 keys: how well listeners
found each tone to fit (Krumhansl and Kessler, "Tracing the Dynamic Changes in Perceived Tonal
Organization", Psychological Review 89, 1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daw_bridge.core.notes import Note
from daw_bridge.core.timing import Doubles

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
SHARPNESS = 8.0
"""How fast a key becomes unlikely as its correlation falls behind the best one's: at this value keys
that are said with 80 % are right about that often."""
LONGEST_S = 2.0
"""A drone counts no more than this at a time."""
BASS_WEIGHT = 2.0
"""The lowest note at a time counts so many times as much."""
FEWEST_NOTES, FEWEST_CLASSES = 8, 3
TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MINOR_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


@dataclass(frozen=True)
class KeyEstimate:
    """A key: its tonic as a pitch class (0 is C), its mode, and how sure it is, 0 to 1."""

    tonic: int
    is_minor: bool
    confidence: float

    @property
    def name(self) -> str:
        """Such as `A minor`."""
        return f"{MINOR_TONICS[self.tonic]} minor" if self.is_minor else f"{TONICS[self.tonic]} major"


def estimate_key(notes: tuple[Note, ...]) -> KeyEstimate | None:
    """The key of notes with pitch; None when there are too few of them, or too few pitch classes."""
    weights = class_weights(notes)
    if not tell_key(notes, weights):
        return None
    fits = key_fits(weights)
    likely = np.exp(SHARPNESS * (fits - fits.max()))
    best = int(np.argmax(fits))
    return KeyEstimate(best % 12, best >= 12, float(1.0 / likely.sum()))


def tell_key(notes: tuple[Note, ...], weights: Doubles) -> bool:
    """Whether there are notes enough for a key, and pitch classes enough among their weights."""
    return len(notes) >= FEWEST_NOTES and int(np.count_nonzero(weights > 0.02)) >= FEWEST_CLASSES


def class_weights(notes: tuple[Note, ...]) -> Doubles:
    """How much of what sounds is of each pitch class, from C on; 0 throughout without notes."""
    lengths = np.zeros(12)
    for note, is_low in zip(sorted(notes), _lowest(notes), strict=True):
        weight = note.confidence * (BASS_WEIGHT if is_low else 1.0)
        lengths[note.pitch % 12] += min(note.duration_s, LONGEST_S) * weight
    return np.asarray(lengths / max(lengths.sum(), 1e-9))


def key_fits(weights: Doubles) -> Doubles:
    """How well each key fits, -1 to 1: twelve major ones, from C on, and twelve minor ones.

    The weights, of each pitch class, are not all the same.
    """
    profiles = np.array([np.roll(mode, tonic) for mode in (MAJOR, MINOR) for tonic in range(12)])
    return np.asarray(np.corrcoef(np.vstack([weights, profiles]))[0, 1:])


def _lowest(notes: tuple[Note, ...]) -> list[bool]:
    """Of each note, in order of onset, whether no lower one sounds as it begins."""
    ordered = sorted(notes)
    low, sounding = [], list[Note]()
    for note in ordered:
        sounding = [other for other in sounding if other.offset_s > note.onset_s]
        sounding.append(note)
        low.append(note.pitch == min(other.pitch for other in sounding))
    return low
