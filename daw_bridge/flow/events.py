"""What the bridge tells whoever listens: the doors show it, tests await it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.core.errors import BridgeError
from daw_bridge.deliver.take import DeliveredTake


@dataclass(frozen=True)
class Event:
    """Something happened to `bounce`."""

    bounce: Path


@dataclass(frozen=True)
class Taken(Event):
    """The bounce has settled, and work on it begins."""


@dataclass(frozen=True)
class Progress(Event):
    """`fraction` (0 to 1) of `step` is done; steps are `listen`, `separate`, `transcribe` and `render`."""

    step: str
    fraction: float


@dataclass(frozen=True)
class NotesDelivered(Event):
    """The MIDI lies in the session; renderings follow."""

    midi: Path
    notes: int
    bar: int
    """Where the MIDI starts."""
    place_is_known: bool


@dataclass(frozen=True)
class TakeDelivered(Event):
    """All that could be delivered lies in the session."""

    delivered: DeliveredTake


@dataclass(frozen=True)
class Failed(Event):
    """The bounce, or one rendering of it, did not come through."""

    error: BridgeError


@dataclass(frozen=True)
class Skipped(Event):
    """This version has been dealt with before; or nothing is heard in this stem of a mix."""


Tell = Callable[[Event], None]
"""Who listens. May be called from any thread."""
