"""What is heard in a bounce: notes, bends, controllers, and the part that they make."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal

Profile = Literal["auto", "bass", "lead", "piano", "keys", "organ", "pad", "guitar", "vocal", "drums"]
"""What kind of part to expect."""

LOWEST_PITCH = 0
HIGHEST_PITCH = 127


@dataclass(frozen=True, order=True, init=False, slots=True)
class Note:
    """One note, in seconds from the bounce's first sample.

    `pitch` is a MIDI key (60 is middle C), `velocity` 1 to 127,
    `confidence` 0 to 1: how likely the engine holds it to be right.
    """

    onset_s: float
    pitch: int
    offset_s: float
    velocity: int = 100
    confidence: float = 1.0

    def __init__(
        self, onset_s: float, pitch: int, offset_s: float, velocity: int = 100, confidence: float = 1.0
    ) -> None:
        """Twice as fast as what a frozen dataclass writes for itself: parts hold 10,000 of them."""
        _set_onset_s(self, onset_s)
        _set_pitch(self, pitch)
        _set_offset_s(self, offset_s)
        _set_velocity(self, velocity)
        _set_confidence(self, confidence)
        if not 0.0 <= onset_s < offset_s:
            raise ValueError(f"a note starts at 0 or later and ends after that: {self}")
        if not LOWEST_PITCH <= pitch <= HIGHEST_PITCH:
            raise ValueError(f"a pitch is 0 to 127: {self}")
        if not 1 <= velocity <= 127:
            raise ValueError(f"a velocity is 1 to 127: {self}")

    @property
    def duration_s(self) -> float:
        """How long the note sounds, in seconds."""
        return self.offset_s - self.onset_s


_set_onset_s, _set_pitch, _set_offset_s, _set_velocity, _set_confidence = (
    getattr(Note, name).__set__ for name in Note.__slots__
)
_ORDER = attrgetter("onset_s", "pitch", "offset_s", "velocity", "confidence")
"""What `Note` itself is ordered by, five times as fast for a whole part."""


@dataclass(frozen=True, order=True)
class Bend:
    """From `time_s` on, the part sounds `semitones` above its keys, until the next bend."""

    time_s: float
    semitones: float


@dataclass(frozen=True, order=True)
class Controller:
    """From `time_s` on, MIDI controller `number` (1 is the mod wheel, 64 the pedal) stands at `value`.

    A value is 0 to 127, a number 0 to 119: beyond are MIDI's channel mode messages.
    """

    time_s: float
    number: int
    value: int

    def __post_init__(self) -> None:
        if not 0 <= self.number < 120:
            raise ValueError(f"a controller's number is 0 to 119: {self}")
        if not 0 <= self.value <= 127:
            raise ValueError(f"a controller's value is 0 to 127: {self}")


@dataclass(frozen=True)
class Part:
    """The notes heard in a bounce, sorted by onset and pitch; `duration_s` is the bounce's length.

    `tuning_cents` is by how much the bounce is above A 440 (below 0: under it): its keys are those that were
    played, not the nearest to what sounds.
    """

    notes: tuple[Note, ...]
    duration_s: float
    bends: tuple[Bend, ...] = field(default=())
    controllers: tuple[Controller, ...] = field(default=())
    tuning_cents: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(sorted(self.notes, key=_ORDER)))
        object.__setattr__(self, "bends", tuple(sorted(self.bends)))
        object.__setattr__(self, "controllers", tuple(sorted(self.controllers)))

    @property
    def end_s(self) -> float:
        """When the last note ends; 0.0 for a part without notes."""
        return max((note.offset_s for note in self.notes), default=0.0)

    @cached_property
    def sha256(self) -> str:
        """Of all that it holds."""
        return hashlib.sha256(json.dumps(self.to_dict()).encode()).hexdigest()

    def with_notes(self, notes: Iterable[Note]) -> Part:
        """The same part with other notes."""
        return replace(self, notes=tuple(notes))

    def with_ordered(self, notes: tuple[Note, ...], duration_s: float) -> Part:
        """The same with notes in order: to sort 10,000 again takes as long as many an edit."""
        part = object.__new__(Part)
        vars(part).update(
            notes=notes,
            duration_s=duration_s,
            bends=self.bends,
            controllers=self.controllers,
            tuning_cents=self.tuning_cents,
        )
        return part

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, for JSON: a row a note, fields in the order of `Note`; a tuning where there is one, so
        that parts of before are the same."""
        tuning = {"tuning_cents": self.tuning_cents} if self.tuning_cents else {}
        return tuning | {
            "duration_s": self.duration_s,
            "notes": [[n.onset_s, n.pitch, n.offset_s, n.velocity, n.confidence] for n in self.notes],
            "bends": [[b.time_s, b.semitones] for b in self.bends],
            "controllers": [[c.time_s, c.number, c.value] for c in self.controllers],
        }

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Part:
        """The reverse of `to_dict`. Parts that were kept before there were controllers have none."""
        return Part(
            tuple(Note(*row) for row in data["notes"]),
            float(data["duration_s"]),
            tuple(Bend(*row) for row in data["bends"]),
            tuple(Controller(*row) for row in data.get("controllers", ())),
            float(data.get("tuning_cents", 0.0)),
        )


_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def pitch_name(pitch: int) -> str:
    """60 -> "C3": octaves are counted as Live, Logic and Cubase count them (middle C is C3)."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 2}"


def parse_pitch(name: str) -> int:
    """ "C3" -> 60, "Bb1" -> 46; middle C is C3. Raises ValueError for anything else."""
    text = name.strip()
    letter, rest = text[:1].upper(), text[1:]
    shift = 0
    while rest[:1] in ("#", "b"):
        shift += 1 if rest[0] == "#" else -1
        rest = rest[1:]
    if letter not in _STEPS or not rest.removeprefix("-").isdecimal():
        raise ValueError(f"{name!r} is no pitch; write C3, F#1 or Bb-1 (middle C is C3)")
    pitch = _STEPS[letter] + shift + 12 * (int(rest) + 2)
    if not LOWEST_PITCH <= pitch <= HIGHEST_PITCH:
        raise ValueError(f"{name!r} is outside C-2 to G8")
    return pitch
