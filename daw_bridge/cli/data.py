"""What `--json` prints: our errors, events and takes as plain data."""

from __future__ import annotations

from typing import Any

from daw_bridge.core.errors import BridgeError
from daw_bridge.deliver.take import DeliveredTake
from daw_bridge.flow import events
from daw_bridge.flow.events import Event


def error_as_data(error: BridgeError) -> dict[str, Any]:
    """The error for machines."""
    return {
        "code": error.code,
        "exit_code": error.exit_code,
        "what": error.what,
        "where": str(error.where) if error.where is not None else None,
        "advice": error.advice,
    }


def take_as_data(delivered: DeliveredTake) -> dict[str, Any]:
    """A delivered take for machines: full paths, and what the take file says."""
    return {
        "take_file": str(delivered.file),
        "midi": str(delivered.midi),
        "audio": [str(path) for path in delivered.audio],
        "take": delivered.take.model_dump(mode="json"),
    }


def event_as_data(event: Event) -> dict[str, Any]:
    """An event for machines: its name in snake case, the bounce, and what it carries."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(event).__name__).lstrip("_")
    data: dict[str, Any] = {"event": name, "bounce": str(event.bounce)}
    match event:
        case events.Progress():
            data |= {"step": event.step, "fraction": round(event.fraction, 3)}
        case events.NotesDelivered():
            data |= {"midi": str(event.midi), "notes": event.notes}
            data |= {"bar": event.bar, "place_is_known": event.place_is_known}
        case events.TakeDelivered():
            data |= take_as_data(event.delivered)
        case events.Failed():
            data |= {"error": error_as_data(event.error)}
    return data
