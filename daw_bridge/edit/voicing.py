"""`voicing`: the same chords, spread otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import HIGHEST_PITCH, LOWEST_PITCH, Note, Part
from daw_bridge.core.voices import chords, fold_pitch
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.harmony import name_chord

OCTAVE = 12


class Voicing(Edit, title="voicing"):
    """Sets chords of three notes and more anew, from their lowest note up; doubled notes become one."""

    short: ClassVar[str | None] = "shape"
    moves_keys: ClassVar[bool] = True

    shape: Literal["close", "open", "drop-2", "drop-3", "spread"] = Field(
        "close",
        description="`close`: within an octave; `open`: every second note an octave up; `drop-2`, `drop-3`: "
        "the second or third from the top an octave down; `spread`: open, and the bass an octave down.",
    )
    inversion: int | None = Field(
        None,
        ge=0,
        le=6,
        description="0 puts the root in the bass, 1 the third, and so on; without it the bass stays.",
    )

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        return part.with_notes(note for chord in chords(part.notes) for note in self._set(chord))

    def _set(self, chord: list[Note]) -> Iterator[Note]:
        of_class: dict[int, Note] = {}
        for note in sorted(chord, key=lambda note: -note.velocity):
            of_class.setdefault(note.pitch % OCTAVE, note)
        if len(of_class) < 3:
            yield from chord
            return
        for pitch in self._pitches([note.pitch for note in chord]):
            note = of_class[pitch % OCTAVE]
            pitch = fold_pitch(pitch, LOWEST_PITCH, HIGHEST_PITCH)
            yield Note(note.onset_s, pitch, note.offset_s, note.velocity, note.confidence)

    def _pitches(self, played: list[int]) -> list[int]:
        lowest = min(played)
        if self.inversion is not None:
            name = name_chord(played)
            lowest -= (lowest - name.root) % OCTAVE if name else 0
        pitches = sorted({lowest + (pitch - lowest) % OCTAVE for pitch in played})
        for _ in range((self.inversion or 0) % len(pitches)):
            pitches = [*pitches[1:], pitches[0] + OCTAVE]
        if self.shape in ("open", "spread"):
            pitches[1::2] = [pitch + OCTAVE for pitch in pitches[1::2]]
        if self.shape == "spread":
            pitches[0] -= OCTAVE
        if self.shape == "drop-2" or (self.shape == "drop-3" and len(pitches) > 3):
            pitches[-2 if self.shape == "drop-2" else -3] -= OCTAVE
        return pitches
