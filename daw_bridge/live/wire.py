"""What is said between the bridge and the process that plays: a line of JSON each, both ways."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from daw_bridge.core.errors import InternalError, LiveError
from daw_bridge.core.timing import TempoChange, TempoMap
from daw_bridge.live.player import Timing
from daw_bridge.live.program import Program
from daw_bridge.live.steadiness import Steadiness

Sync = Literal["none", "link", "clock"]


@dataclass(frozen=True)
class Setup:
    """Where to play, and by whose time. `port` is an output; None is a port of our own, called `own`."""

    port: str | None
    own: str
    sync: Sync
    clock_in: str | None = None
    tempo_bpm: float = 120.0
    """What holds until a clock says its own."""


@dataclass(frozen=True)
class Piece:
    """What to play."""

    program: Program
    tempo: TempoMap
    loop: bool = False


def line(kind: str, content: object = None) -> str:
    """One line, with its end."""
    return json.dumps({kind: content}) + "\n"


def of_line(text: str) -> tuple[str, Any]:
    """(kind, content)."""
    [(kind, content)] = json.loads(text).items()
    return kind, content


def piece_as_data(piece: Piece) -> dict[str, Any]:
    """Plain lists and numbers. A ramp of tempo is a step in MIDI files, so there are none."""
    tempo = [(change.beat, change.tempo_bpm) for change in piece.tempo.changes]
    return {"program": asdict(piece.program), "tempo": tempo, "loop": piece.loop}


def piece_of(data: Mapping[str, Any]) -> Piece:
    """The reverse."""
    program = dict(data["program"])
    for key in ("first", "messages"):
        program[key] = tuple(tuple(message) for message in program[key])
    tempo = TempoMap(tuple(TempoChange(beat, bpm) for beat, bpm in data["tempo"]))
    return Piece(Program(**{**program, "beats": tuple(program["beats"])}), tempo, data["loop"])


def timing_of_data(data: Mapping[str, Any]) -> Timing:
    """What the player measured."""
    clock = data["clock"]
    return Timing(**{**data, "clock": None if clock is None else Steadiness(**clock)})


def error_as_data(error: LiveError | InternalError) -> dict[str, Any]:
    """An error, to be raised at the other end."""
    where = None if error.where is None else str(error.where)
    return {"code": error.code, "what": error.what, "where": where, "advice": error.advice}


def error_of(data: Mapping[str, Any]) -> LiveError | InternalError:
    """The reverse."""
    kinds: list[type[LiveError] | type[InternalError]] = [
        LiveError,
        *LiveError.__subclasses__(),
        InternalError,
    ]
    kind = next(kind for kind in kinds if kind.code == data["code"])
    return kind(data["what"], where=data["where"], advice=data["advice"])
