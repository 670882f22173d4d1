"""What the bridge remembers of a session: which bounce is where in the flow, which parts were heard,
and what was delivered.

One SQLite file, `.bridge/journal.sqlite3`, written through on every change, so that after a crash, a kill
or a full disk the next start knows what is left to do.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from daw_bridge.core.envelope import Envelope
from daw_bridge.core.errors import DeliveryFailed
from daw_bridge.core.notes import Part

_SCHEMA = """
CREATE TABLE IF NOT EXISTS bounces (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, error_code TEXT, error TEXT
);
CREATE TABLE IF NOT EXISTS parts (
    fingerprint TEXT, engine TEXT, engine_version TEXT, profile TEXT, part TEXT NOT NULL,
    PRIMARY KEY (fingerprint, engine, engine_version, profile)
);
CREATE TABLE IF NOT EXISTS outlines (fingerprint TEXT PRIMARY KEY, duration_s REAL, swing BLOB);
CREATE TABLE IF NOT EXISTS written (path TEXT, sha256 TEXT, PRIMARY KEY (path, sha256));
CREATE TABLE IF NOT EXISTS latest (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL);
"""


class State(StrEnum):
    """Where a bounce is."""

    WAITING = "waiting"
    WORKING = "working"
    DELIVERED = "delivered"
    INCOMPLETE = "incomplete"
    """The notes are there, a rendering is not."""
    FAILED = "failed"


@dataclass(frozen=True)
class BounceRecord:
    """One bounce as the journal knows it; `size` and `mtime_ns` say which version of the file."""

    path: Path
    size: int
    mtime_ns: int
    state: State
    attempts: int
    error_code: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class PartKey:
    """What a transcription depends on; the same key has the same part."""

    fingerprint: str
    engine: str
    engine_version: str
    profile: str


class Journal:
    """A session's memory; safe to use from several threads. `root` is what its paths are relative to."""

    def __init__(self, file: Path, root: Path, *, shared: bool = False) -> None:
        """Open `file`, and make it if need be. Raises DeliveryFailed.

        `shared`: other processes use it too, on a local disk. Otherwise it is ours alone while it is open,
        and may lie on a network drive.
        """
        self._root = root
        self._lock = threading.RLock()
        self._file = file
        with self._said():
            file.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
            # A write-ahead log takes one sync a change instead of four. It needs memory that processes
            # share, which network drives don't have, unless the file is locked for good first.
            locking = "NORMAL" if shared else "EXCLUSIVE"
            self._db.executescript(
                f"PRAGMA locking_mode = {locking}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                f"{_SCHEMA}"
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    # -- bounces -----------------------------------------------------------------------------------

    def submit(self, path: Path) -> bool:
        """Note that `path` is to be worked on; False when this version of it has been dealt with.

        A version whose failure may have passed (a full disk, a plugin that crashed) is taken again.
        """
        stat = path.stat()
        with self._lock:
            known = self.bounce(path)
            same = known is not None and (known.size, known.mtime_ns) == (stat.st_size, stat.st_mtime_ns)
            if known is not None and same and not self._unfinished(known):
                return False
            attempts = known.attempts if known is not None and same else 0
            self._write(
                "INSERT OR REPLACE INTO bounces VALUES (?, ?, ?, ?, ?, NULL, NULL)",
                (self._key(path), stat.st_size, stat.st_mtime_ns, State.WAITING, attempts),
            )
            return True

    def start(self, path: Path) -> int:
        """Note that work on `path` begins; returns which attempt at this version it is, from 1."""
        with self._lock:
            self._write(
                "UPDATE bounces SET state = ?, attempts = attempts + 1 WHERE path = ?",
                (State.WORKING, self._key(path)),
            )
            record = self.bounce(path)
            return record.attempts if record else 1

    def finish(
        self, path: Path, state: State, *, error_code: str | None = None, error: str | None = None
    ) -> None:
        """Note how the work on `path` ended. The attempts count crashes only, so it starts anew."""
        self._write(
            "UPDATE bounces SET state = ?, attempts = 0, error_code = ?, error = ? WHERE path = ?",
            (state, error_code, error, self._key(path)),
        )

    def forget(self, path: Path) -> None:
        """The bounce is gone; should it come back, it is new."""
        self._write("DELETE FROM bounces WHERE path = ?", (self._key(path),))

    def bounce(self, path: Path) -> BounceRecord | None:
        """What is known of `path`."""
        row = self._read("SELECT * FROM bounces WHERE path = ?", (self._key(path),)).fetchone()
        return self._record(row) if row else None

    def bounces(self) -> list[BounceRecord]:
        """Every bounce, by path."""
        return [self._record(row) for row in self._read("SELECT * FROM bounces ORDER BY path")]

    # -- parts -------------------------------------------------------------------------------------

    def part(self, key: PartKey) -> Part | None:
        """The part heard earlier under this key."""
        row = self._read(
            "SELECT part FROM parts"
            " WHERE fingerprint = ? AND engine = ? AND engine_version = ? AND profile = ?",
            (key.fingerprint, key.engine, key.engine_version, key.profile),
        ).fetchone()
        return Part.from_dict(json.loads(row[0])) if row else None

    def remember_part(self, key: PartKey, part: Part) -> None:
        """Keep a part, so that it needn't be transcribed again."""
        self._write(
            "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?)",
            (key.fingerprint, key.engine, key.engine_version, key.profile, json.dumps(part.to_dict())),
        )

    def outline(self, fingerprint: str) -> Envelope | None:
        """The outline of the bounce of this fingerprint."""
        query = "SELECT duration_s, swing FROM outlines WHERE fingerprint = ?"
        row = self._read(query, (fingerprint,)).fetchone()
        return Envelope.from_bytes(row[1], row[0]) if row else None

    def remember_outline(self, fingerprint: str, outline: Envelope) -> None:
        """Keep an outline, so that a take can be drawn again without its bounce."""
        self._write(
            "INSERT OR REPLACE INTO outlines VALUES (?, ?, ?)",
            (fingerprint, outline.duration_s, outline.to_bytes()),
        )

    # -- deliveries: the ledger --------------------------------------------------------------------

    def has_written(self, path: Path, sha256: str) -> bool:
        """Whether we once put this content at `path`."""
        query = "SELECT 1 FROM written WHERE path = ? AND sha256 = ?"
        return self._read(query, (self._key(path), sha256)).fetchone() is not None

    def will_write(self, path: Path, sha256: str) -> None:
        """Remember that we put this content at `path`; called before it happens."""
        with self._lock, self._at_once():
            if not self.has_written(path, sha256):
                self._write("INSERT OR IGNORE INTO written VALUES (?, ?)", (self._key(path), sha256))
            self.dealt_with(path, sha256)

    def dealt_with(self, path: Path, sha256: str) -> None:
        """Remember that this content of `path`, ours or the user's, asks for nothing more."""
        with self._lock:
            if self.latest(path) != sha256:
                self._write("INSERT OR REPLACE INTO latest VALUES (?, ?)", (self._key(path), sha256))

    def latest(self, path: Path) -> str | None:
        """The content of `path` that was last written or dealt with; None for a file that is not known."""
        row = self._read("SELECT sha256 FROM latest WHERE path = ?", (self._key(path),)).fetchone()
        return row[0] if row else None

    # ----------------------------------------------------------------------------------------------

    def _unfinished(self, record: BounceRecord) -> bool:
        if record.state is State.FAILED:
            return not (record.error_code or "").startswith(PERMANENT_FAILURES)
        return record.state is not State.DELIVERED

    def _key(self, path: Path) -> str:
        """Relative to the root, so that a session can move to another disk."""
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else path.as_posix()

    def _record(self, row: tuple[str, int, int, str, int, str | None, str | None]) -> BounceRecord:
        path, size, mtime_ns, state, attempts, code, error = row
        return BounceRecord(self._root / path, size, mtime_ns, State(state), attempts, code, error)

    def _read(self, query: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        with self._lock, self._said():
            return self._db.execute(query, values)

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self._lock, self._said():
            self._db.execute(statement, values)

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """One transaction, and one sync; an error undoes all of it."""
        with self._said():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as cause:
            raise DeliveryFailed(
                f"The journal can't be written ({cause}).",
                where=self._file,
                advice="Check the disk's free space; if the file is damaged, delete it: takes stay, "
                "and bounces are looked at again.",
            ) from cause


PERMANENT_FAILURES = ("bounce-", "nothing-heard")
"""Error codes that the same file would only meet again."""
