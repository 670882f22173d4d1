"""When a file that is being written is done: a state machine without threads, clocks or disks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FileState:
    """What changes when a file is written to."""

    size: int
    mtime_ns: int


class Readiness(Enum):
    """Whether a file that stands still can be read."""

    READY = "ready"
    INCOMPLETE = "incomplete"
    """Its header says that more is to come, or it can't be opened. It is reported in the end all the same."""
    HELD = "held"
    """Another program holds it (Windows): waited for, however long."""


@dataclass
class _Pending:
    state: FileState
    still_since_s: float
    next_look_s: float
    was_said: bool = False


class Settling:
    """Follows files until they have stood still for `settle_s` and are ready.

    One that stands still unready for `give_up_s` is reported too, so that whoever reads it can say
    what is wrong. The same state of a file is reported once. `look` gives a file's state (None when
    it is gone), `readiness` is asked only of files that stand still; times are in seconds of any clock.
    """

    def __init__(
        self,
        *,
        settle_s: float,
        give_up_s: float,
        look: Callable[[Path], FileState | None],
        readiness: Callable[[Path], Readiness],
    ) -> None:
        self._settle_s = settle_s
        self._give_up_s = max(give_up_s, settle_s)
        self._look = look
        self._readiness = readiness
        self._pending: dict[Path, _Pending] = {}
        self._reported: dict[Path, FileState] = {}

    def observe(self, path: Path, state: FileState, now_s: float) -> bool:
        """The file was seen in this state. Whether it is followed only since now."""
        pending = self._pending.get(path)
        known = pending.state if pending else self._reported.get(path)
        if state != known:
            self._pending[path] = _Pending(state, now_s, now_s + self._settle_s)
        return pending is None and state != known

    def advance(self, now_s: float) -> list[Path]:
        """Look again at the files whose time has come; returns those that have settled, each once."""
        due = [path for path, pending in self._pending.items() if pending.next_look_s <= now_s]
        return [path for path in due if self._has_settled(path, now_s)]

    @property
    def next_look_s(self) -> float | None:
        """When `advance` has something to do; None while nothing is pending."""
        return min((pending.next_look_s for pending in self._pending.values()), default=None)

    def _has_settled(self, path: Path, now_s: float) -> bool:
        pending = self._pending[path]
        if not self._is_unchanged(path, now_s):
            return False
        if pending.state == self._reported.get(path):  # changed, and changed back
            del self._pending[path]
            return False
        readiness = self._readiness(path)
        if not self._is_unchanged(path, now_s):  # while it was being examined
            return False
        waited_s = now_s - pending.still_since_s
        if readiness is Readiness.READY or (
            readiness is Readiness.INCOMPLETE and waited_s >= self._give_up_s
        ):
            del self._pending[path]
            self._reported[path] = pending.state
            return True
        if waited_s >= self._give_up_s and not pending.was_said:
            log.warning("%s: another program still holds this file; waiting for it", path)
            pending.was_said = True
        pending.next_look_s = now_s + self._settle_s
        return False

    def _is_unchanged(self, path: Path, now_s: float) -> bool:
        """Whether the file is as it was; if not, it is forgotten (gone) or its time starts anew."""
        state = self._look(path)
        if state is None:
            del self._pending[path]
            return False
        if state != self._pending[path].state:
            self._pending[path] = _Pending(state, now_s, now_s + self._settle_s)
            return False
        return True
