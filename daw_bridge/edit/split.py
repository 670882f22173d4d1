"""`split`: one part as several, for a MIDI file each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.voices import CHORD_S, chords
from daw_bridge.core.written import Key
from daw_bridge.edit.edit import Edit

VOICES = ("bass", "chords", "lead")
HALVES = ("low", "high")
USUAL_BASS, USUAL_LEAD = 43, 72
"""G1 and C4: about where the lines lie of a part that never sounds both at once."""


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, int | str) else value


def _checked(name: str) -> str:
    """Names become names of files. Raises ValueError."""
    if not re.fullmatch(r"\w(?:[\w -]{0,38}\w)?", name):
        raise ValueError(
            f"{name!r} is no name for a part; write letters, digits, spaces and hyphens, such as pad 2"
        )
    return name


Name = Annotated[str, AfterValidator(_checked)]


@dataclass(frozen=True)
class NamedPart:
    """Some of a part's notes, with all its bends and controllers."""

    name: str
    part: Part


class Split(Edit, title="split"):
    """Makes several parts of one, a MIDI file each: by pitch, or into the lines of bass, chords and lead.

    Without `at` the lowest notes are the bass, the highest the lead, and what lies between them the
    chords; a note that is alone belongs to the line that is nearer. What is rendered stays whole.
    """

    short: ClassVar[str | None] = "at"

    at: Annotated[tuple[Key, ...], BeforeValidator(_as_tuple)] = Field(
        (),
        max_length=7,
        description="The lowest key of each part but the first: `C2`, or `[C2, C4]`; without it by lines.",
    )
    names: tuple[Name, ...] = Field(
        (),
        max_length=8,
        description="From the lowest up; without them `low` and `high`, or `bass`, `chords` and `lead`.",
    )

    @model_validator(mode="after")
    def _fits(self) -> Split:
        if any(above <= below for below, above in zip(self.at, self.at[1:], strict=False)):
            raise ValueError("the keys rise, such as `at: [C2, C4]`")
        if len(set(self.names)) != len(self.names):
            raise ValueError("each part has a name of its own")
        if self.names and len(self.names) != self._count:
            raise ValueError(f"there are {self._count} parts, and {len(self.names)} names")
        return self

    @property
    def _count(self) -> int:
        return len(self.at) + 1 if self.at else len(VOICES)

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """The part as it is: what it is split into is beside it."""
        return part

    def parts(self, part: Part) -> tuple[NamedPart, ...]:
        """What the part is split into, from the lowest up. Each of its notes is in one; none is empty."""
        sides = _lines(part.notes) if not self.at else _ranges(part.notes, self.at)
        return tuple(
            NamedPart(name, part.with_notes(notes))
            for name, notes in zip(self._names(), sides, strict=True)
            if notes
        )

    def _names(self) -> Sequence[str]:
        usual = {2: HALVES, 3: VOICES}.get(self._count)
        return self.names or usual or [f"part {number + 1}" for number in range(self._count)]


def _ranges(notes: Sequence[Note], lowest: Sequence[int]) -> list[list[Note]]:
    """The notes below the first key, from it to the second, and so on."""
    ranges: list[list[Note]] = [[] for _ in range(len(lowest) + 1)]
    for note in notes:
        ranges[sum(note.pitch >= key for key in lowest)].append(note)
    return ranges


def _lines(notes: Sequence[Note]) -> tuple[list[Note], list[Note], list[Note]]:
    """Bass, chords, and lead."""
    bass, between, lead, alone = list[Note](), list[Note](), list[Note](), list[Note]()
    for chord, sounding in _with_sounding(notes):
        top, bottom = max(note.pitch for note in sounding), min(note.pitch for note in sounding)
        for note in chord:
            if top == bottom:
                alone.append(note)
            elif note.pitch == top:
                lead.append(note)
            elif note.pitch == bottom:
                bass.append(note)
            else:
                between.append(note)
    low = median_low(note.pitch for note in bass) if bass else USUAL_BASS
    high = median_low(note.pitch for note in lead) if lead else USUAL_LEAD
    for note in alone:
        (bass if note.pitch - low < high - note.pitch else lead).append(note)
    return bass, between, lead


def _with_sounding(notes: Sequence[Note]) -> Iterator[tuple[list[Note], list[Note]]]:
    """Each chord, and all that sounds when it has begun."""
    sounding: list[Note] = []
    for chord in chords(notes):
        begun_s = max(chord[0].onset_s + CHORD_S, chord[-1].onset_s)
        sounding = [note for note in sounding if note.offset_s > begun_s] + chord
        yield chord, sounding
