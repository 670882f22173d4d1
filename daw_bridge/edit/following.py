"""Which chord follows a note."""

from __future__ import annotations

import numpy as np

from daw_bridge.core.notes import Part
from daw_bridge.core.timing import Doubles
from daw_bridge.core.voices import chords


def following_s(part: Part) -> Doubles:
    """When the chord or note after each note's own begins, in seconds; NaN for the last ones."""
    groups = list(chords(part.notes))
    starts_s = np.array([*(chord[0].onset_s for chord in groups[1:]), np.nan][: len(groups)])
    return np.repeat(starts_s, [len(chord) for chord in groups])
