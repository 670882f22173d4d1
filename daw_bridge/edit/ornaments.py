"""Grace notes and flams: short notes that lead into another one."""

from __future__ import annotations

from collections.abc import Sequence

from daw_bridge.core.notes import Note

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
    for index in range(len(notes) - 2, -1, -1):
        for other in range(index + 1, len(notes)):
            if notes[other].onset_s - notes[index].onset_s > GRACE_S:
                break
            if _leads_to(notes[index], notes[other]):
                mains[index] = mains.get(other, other)
                break
    return mains


def _leads_to(note: Note, main: Note) -> bool:
    gap_s, interval = main.onset_s - note.onset_s, abs(main.pitch - note.pitch)
    if interval == 0:
        return 0.0 < gap_s <= FLAM_S
    short = note.offset_s <= main.onset_s + TOUCH_S and main.duration_s >= LONGER * note.duration_s
    return gap_s > 0.0 and interval <= FURTHEST and short
