"""What sounds together: chords, a number of voices, a range of keys. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from daw_bridge.core.notes import Note

CHORD_S = 0.03
"""Notes that begin within this time are one chord: fingers are no nearer to each other."""
STRUMMED_S = 0.1
"""A chord whose notes begin one after the other, each within `CHORD_S` of the one before, takes no longer."""


def chords(notes: Iterable[Note]) -> Iterator[list[Note]]:
    """The notes, which are sorted, by chord: struck together, or strummed."""
    chord: list[Note] = []
    for note in notes:
        if chord and (
            note.onset_s - chord[-1].onset_s > CHORD_S or note.onset_s - chord[0].onset_s > STRUMMED_S
        ):
            yield chord
            chord = []
        chord.append(note)
    if chord:
        yield chord


def fold_pitch(pitch: int, lowest: int, highest: int) -> int:
    """`pitch` moved by the fewest octaves that bring it into the range, which spans an octave at least."""
    if pitch < lowest:
        return pitch + 12 * -((pitch - lowest) // 12)
    if pitch > highest:
        return pitch - 12 * -((highest - pitch) // 12)
    return pitch


def limit_voices(notes: Iterable[Note], voices: int) -> list[Note]:
    """No more than `voices` notes at once: a new one ends the softest, of two the older.

    Of notes that begin together the softest are left out.
    """
    kept: list[Note] = []
    sounding: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.onset_s, -note.velocity, note.pitch)):
        kept += [before for before in sounding if before.offset_s <= note.onset_s]
        sounding = [before for before in sounding if before.offset_s > note.onset_s]
        if len(sounding) == voices:
            older = [before for before in sounding if before.onset_s < note.onset_s]
            if not older:
                continue
            ended = min(older, key=lambda before: (before.velocity, before.onset_s))
            sounding.remove(ended)
            kept.append(replace(ended, offset_s=note.onset_s))
        sounding.append(note)
    return sorted(kept + sounding)
