"""`chop`: some bars, once or in a loop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import Field, model_validator

from daw_bridge.core.document import Schema
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.edit.cells import EARLY_BEATS
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import note_at

V = TypeVar("V", int, float)

AT_REST = {1: 0, 64: 0}
"""Where mod wheel and sustain pedal stand while nobody has touched them."""


class Bars(Schema):
    """Bars from `first` to `last`, both included, as the session counts them."""

    first: int = Field(ge=1, le=9999)
    last: int = Field(ge=1, le=9999)

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return {"first": value, "last": value}
        if not isinstance(value, str):
            return value
        first, _, last = value.partition("..")
        if not (first.strip().isdecimal() and last.strip().isdecimal()):
            raise ValueError(f"{value!r} are no bars; write 5..8, or 5")
        return {"first": int(first), "last": int(last)}

    @model_validator(mode="after")
    def _are_in_order(self) -> Bars:
        if self.first > self.last:
            raise ValueError("the first bar is not after the last")
        return self


class Chop(Edit, title="chop"):
    """Keeps some bars, where they are, and repeats them; what sounds on into the next bar is cut there.

    What begins a thirty-second early belongs to the bar that it leads to.
    """

    short: ClassVar[str | None] = "bars"

    bars: Bars = Field(description="As the session counts them: `5..8`, or `5`.")
    loop: int = Field(1, ge=1, le=256, description="How many times they are played.")

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        start = grid.meters.start_of(self.bars.first - grid.bar + 1)
        end = grid.meters.start_of(self.bars.last - grid.bar + 2)
        loop = _Loop(grid, start, end, self.loop)
        wheel = loop.events([(bend.time_s, bend.semitones) for bend in part.bends], 0.0)
        controllers: dict[int, list[tuple[float, int]]] = {
            number: [] for number in {controller.number for controller in part.controllers}
        }
        for controller in part.controllers:
            controllers[controller.number].append((controller.time_s, controller.value))
        return Part(
            tuple(loop.notes(part.notes)),
            loop.end_s,
            tuple(Bend(time_s, semitones) for time_s, semitones in wheel),
            tuple(
                Controller(time_s, number, value)
                for number, events in controllers.items()
                for time_s, value in loop.events(events, AT_REST.get(number))
            ),
        )


@dataclass(frozen=True)
class _Loop:
    """The beats from `start` to `end`, `turns` times one after the other."""

    grid: PlacedGrid
    start: float
    end: float
    turns: int

    @property
    def shifts(self) -> list[float]:
        return [turn * (self.end - self.start) for turn in range(self.turns)]

    @property
    def end_s(self) -> float:
        return max(self.grid.time_at(self.end + self.shifts[-1]), 0.0)

    def notes(self, notes: Iterable[Note]) -> Iterator[Note]:
        beats = [(note, self.grid.beat_at(note.onset_s), self.grid.beat_at(note.offset_s)) for note in notes]
        inside = [entry for entry in beats if self.start <= entry[1] + EARLY_BEATS < self.end]
        for shift in self.shifts:
            for note, onset, offset in inside:
                offset_s = self.grid.time_at(min(offset, self.end) + shift)
                if offset_s > 0.0:
                    yield note_at(note, self.grid.time_at(onset + shift), offset_s)

    def events(self, events: Sequence[tuple[float, V]], at_rest: V | None) -> Iterable[tuple[float, V]]:
        """Times and values: what stands at the start is said again on each turn."""
        beats: list[tuple[float, V]] = [(self.grid.beat_at(time_s), value) for time_s, value in events]
        standing: list[V] = [value for beat, value in beats if beat <= self.start][-1:]
        if not standing and at_rest is not None:
            standing = [at_rest]
        inside: list[tuple[float, V]] = [
            (beat, value) for beat, value in beats if self.start < beat < self.end
        ]
        turn: list[tuple[float, V]] = [(self.start, value) for value in standing]
        turn += inside
        made: dict[float, V] = {}
        for shift in self.shifts:
            for beat, value in turn:
                made[max(self.grid.time_at(beat + shift), 0.0)] = value
        return made.items()
