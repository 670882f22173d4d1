"""A real session on a real folder, and waiting for what the bridge tells: no test has to sleep."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from daw_bridge.flow.events import Event

PATIENCE_S = 60.0

E = TypeVar("E", bound=Event)


class Heard:
    """Collects events; `wait` returns the first one of a kind that fits and was not returned before."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()

    def wait(self, kind: type[E], fits: Callable[[E], bool] = lambda event: True) -> E:
        """Raises AssertionError, with all that was told, when it does not come in a minute."""
        with self._changed:
            found = self._changed.wait_for(lambda: self._take(kind, fits), timeout=PATIENCE_S)
        assert found is not None, f"no {kind.__name__} came; told: {self._events}"
        return found

    def _take(self, kind: type[E], fits: Callable[[E], bool]) -> E | None:
        for index, event in enumerate(self._events):
            if isinstance(event, kind) and fits(event):
                return self._events.pop(index)  # type: ignore[return-value]
        return None

    def of(self, kind: type[E]) -> list[E]:
        """Those of a kind that nobody waited for."""
        with self._changed:
            return [event for event in self._events if isinstance(event, kind)]


def delivered_files(session: Path) -> list[str]:
    """What lies in the session's Bridge folder, temporary files included."""
    bridge = session / "Bridge"
    return sorted(path.relative_to(bridge).as_posix() for path in bridge.rglob("*") if path.is_file())
