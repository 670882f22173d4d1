"""Grace notes and flams: short notes that lead into another one.

The lengths below are judgements, not learned: no set of ours has its ornaments marked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from daw_bridge.core.notes import Note
from daw_bridge.edit.moving import offsets_s, onsets_s

GRACE_S = 0.09
"""A grace note begins no longer before its main note."""
FLAM_S = 0.05
"""Nor does the first stroke of a flam, which is of the same pitch."""
FURTHEST = 3
"""Semitones between a grace note and its main note, at most."""
TOUCH_S = 0.03
"""A grace note may sound so far into its main note."""
LONGER = 2.0
"""A main note is so many times as long as its grace note; in a run all are of a length."""


def main_notes(notes: Sequence[Note]) -> dict[int, int]:
    """The index of each ornament in `notes`, which are sorted -> the index of the note that it leads to."""
    mains: dict[int, int] = {}
    for index in reversed(_candidates(notes)):
        for other in range(index + 1, len(notes)):
            if notes[other].onset_s - notes[index].onset_s > GRACE_S:
                break
            if _leads_to(notes[index], notes[other]):
                mains[index] = mains.get(other, other)
                break
    return mains


def _candidates(notes: Sequence[Note]) -> list[int]:
    """The indices of what is short enough for a grace note, or has the same pitch right after it."""
    starts_s, lengths_s = onsets_s(notes), offsets_s(notes) - onsets_s(notes)
    pitches = np.array([note.pitch for note in notes])
    order = np.lexsort((starts_s, pitches))
    repeated = (np.diff(pitches[order]) == 0) & (np.diff(starts_s[order]) <= FLAM_S)
    possible = lengths_s <= 1.01 * (GRACE_S + TOUCH_S)
    possible[order[:-1][repeated]] = True
    return np.flatnonzero(possible).tolist()


def _leads_to(note: Note, main: Note) -> bool:
    gap_s, interval = main.onset_s - note.onset_s, abs(main.pitch - note.pitch)
    if interval == 0:
        return 0.0 < gap_s <= FLAM_S
    short = note.offset_s <= main.onset_s + TOUCH_S and main.duration_s >= LONGER * note.duration_s
    return gap_s > 0.0 and interval <= FURTHEST and short
