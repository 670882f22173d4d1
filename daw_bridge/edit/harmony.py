"""The names of chords."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.meters import Position
from daw_bridge.core.notes import Part
from daw_bridge.core.voices import chords
from daw_bridge.edit.cells import EARLY_BEATS
from daw_bridge.edit.moving import onsets_s

NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
QUALITIES: dict[frozenset[int], str] = {
    frozenset(steps): name
    for name, steps in {
        "": (0, 4, 7),
        "m": (0, 3, 7),
        "7": (0, 4, 7, 10),
        "maj7": (0, 4, 7, 11),
        "m7": (0, 3, 7, 10),
        "sus4": (0, 5, 7),
        "sus2": (0, 2, 7),
        "dim": (0, 3, 6),
        "aug": (0, 4, 8),
        "6": (0, 4, 7, 9),
        "m6": (0, 3, 7, 9),
        "m7b5": (0, 3, 6, 10),
        "dim7": (0, 3, 6, 9),
        "m(maj7)": (0, 3, 7, 11),
        "7sus4": (0, 5, 7, 10),
        "add9": (0, 2, 4, 7),
        "m(add9)": (0, 2, 3, 7),
        "9": (0, 2, 4, 7, 10),
        "maj9": (0, 2, 4, 7, 11),
        "m9": (0, 2, 3, 7, 10),
        "6/9": (0, 2, 4, 7, 9),
        "7b9": (0, 1, 4, 7, 10),
        "7#9": (0, 3, 4, 7, 10),
        "7#5": (0, 4, 8, 10),
        "5": (0, 7),
    }.items()
}
"""Semitones above the root -> how lead sheets write it. Of two names the one that stands first counts.

The chords are the kinds of MusicXML 4.0 (W3C, data type `kind-value`) up to ninths, and the suspended
seventh, the added, the lowered and the raised ninth and the raised fifth, which it makes of them by degrees.
"""


@dataclass(frozen=True)
class ChordName:
    """A chord's `root` and `bass` as pitch classes (0 is C), and its quality: `m7`."""

    root: int
    quality: str
    bass: int

    def __str__(self) -> str:
        below = "" if self.bass == self.root else f"/{NAMES[self.bass]}"
        return f"{NAMES[self.root]}{self.quality}{below}"


@dataclass(frozen=True)
class NamedChord:
    """A chord, and where the part comes to it: `5.1.1` is bar, beat and sixteenth, as the session counts."""

    position: Position
    name: ChordName


def name_chord(pitches: Collection[int]) -> ChordName | None:
    """The name of notes that sound together; a name on the bass is preferred. None when there is none."""
    if not pitches:
        return None
    return _name_classes(min(pitches) % 12, frozenset(pitch % 12 for pitch in pitches))


@cache
def _name_classes(bass: int, classes: frozenset[int]) -> ChordName | None:
    order = list(QUALITIES.values())
    found = []
    for root in classes:
        quality = QUALITIES.get(frozenset((pitch - root) % 12 for pitch in classes))
        if quality is not None:
            found.append(ChordName(root, quality, bass))
    return min(found, key=lambda name: (name.root != bass, order.index(name.quality)), default=None)


def name_chords(part: Part, grid: PlacedGrid) -> tuple[NamedChord, ...]:
    """The chords of a part that have a name, in their order; one that is struck again is told once.

    In a bar in which no three keys are struck together its notes are named as one chord: an arpeggio.
    """
    bars = grid.meters.bars_at(grid.beats_at(onsets_s(part.notes)) + EARLY_BEATS).tolist()
    told: list[NamedChord] = []
    for _, numbered in itertools.groupby(zip(bars, part.notes, strict=True), key=itemgetter(0)):
        notes = [note for _, note in numbered]
        struck = [chord for chord in chords(notes) if len({note.pitch % 12 for note in chord}) >= 3]
        for chord in struck or [notes]:
            pitches = {note.pitch for note in chord}
            name = name_chord(pitches) if len(pitches) >= 3 else None
            if name is not None and not (told and told[-1].name == name):
                told.append(NamedChord(grid.position_near(chord[0].onset_s), name))
    return tuple(told)
