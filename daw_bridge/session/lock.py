"""One bridge a session: a lock that dies with its process, on every system.

SQLite's own file lock is used: an exclusive transaction on a file of its own is released by the system
when the process ends, however it ends.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType

from daw_bridge.core.errors import SessionBusy


class SessionLock:
    """Held from `with` to its end. Raises SessionBusy when another process holds it."""

    def __init__(self, state: Path) -> None:
        self._file = state / "lock.sqlite3"

    def __enter__(self) -> SessionLock:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(self._file, isolation_level=None, timeout=0, check_same_thread=False)
        try:
            self._db.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as cause:
            self._db.close()
            raise SessionBusy(
                "Another bridge is watching this session.",
                where=self._file.parent.parent,
                advice="Use that one, or end it first.",
            ) from cause
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
