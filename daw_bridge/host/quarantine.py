"""Plugins that are set aside: those that crashed or hung twice in one version, until the user says otherwise.

A version is told by the binary's size and time: an update is another version, and gets another chance.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

QUARANTINE_NAME = "quarantine.sqlite3"
"""In the user's state folder."""

CRASHES_ALLOWED = 2
"""At this many the plugin is set aside."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS crashes (
    path TEXT NOT NULL, plugin_name TEXT NOT NULL, version TEXT NOT NULL, label TEXT NOT NULL,
    count INTEGER NOT NULL, what TEXT NOT NULL, at_s REAL NOT NULL,
    PRIMARY KEY (path, plugin_name, version)
)
"""


@dataclass(frozen=True)
class PluginVersion:
    """One plugin of one file, as that file is now."""

    path: Path
    plugin_name: str
    """Which plugin of a shell; empty when the file holds one."""
    version: str
    """`SIZE-MTIME_NS` of its binaries."""
    label: str
    """For people: "Surge XT 1.3.4", or its file's name until it has been open."""

    @property
    def name(self) -> str:
        """What `unblock` knows it by, whatever its version is called."""
        return self.plugin_name or self.path.stem

    @staticmethod
    def of(path: Path, plugin_name: str | None = None, label: str | None = None) -> PluginVersion:
        """The plugin in `path`; a file that is gone has the version 0-0."""
        size, mtime_ns = stamp_of(path)
        name = plugin_name or ""
        return PluginVersion(path, name, f"{size}-{mtime_ns}", label or name or path.stem)


@dataclass(frozen=True)
class Entry:
    """What is known against one version of a plugin."""

    plugin: PluginVersion
    crashes: int
    what: str
    """What happened the last time."""
    at_s: float
    """When, in seconds since 1970."""

    @property
    def is_set_aside(self) -> bool:
        """Whether it is not to be opened any more."""
        return self.crashes >= CRASHES_ALLOWED


class CrashRecord(Protocol):
    """What a host needs: `Quarantine`, or nothing that outlives the process."""

    def record_crash(self, plugin: PluginVersion, what: str = "") -> None:
        """Count a crash."""

    def is_set_aside(self, plugin: PluginVersion) -> bool:
        """Whether it is not to be opened any more."""

    def find(self, plugin: PluginVersion) -> Entry | None:
        """What is known against it, if anything."""


class Quarantine:
    """The record in an SQLite file, so that several bridges may share it. Any thread may call it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def record_crash(self, plugin: PluginVersion, what: str = "") -> None:
        """Count a crash or a hang of this version; `what` is said to whoever asks why."""
        with self._open() as database:
            database.execute(
                "INSERT INTO crashes VALUES (?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET "
                "count = count + 1, label = excluded.label, what = excluded.what, at_s = excluded.at_s",
                (*_key_of(plugin), plugin.label, what, time.time()),
            )

    def is_set_aside(self, plugin: PluginVersion) -> bool:
        """Whether this very version has crashed too often."""
        entry = self.find(plugin)
        return entry is not None and entry.is_set_aside

    def find(self, plugin: PluginVersion) -> Entry | None:
        """What is known against this very version, if anything."""
        return next((entry for entry in self.entries() if _key_of(entry.plugin) == _key_of(plugin)), None)

    def entries(self) -> list[Entry]:
        """Every version that ever crashed, set aside or not, the last crash first."""
        with self._open() as database:
            rows = database.execute("SELECT * FROM crashes ORDER BY at_s DESC").fetchall()
        return [
            Entry(PluginVersion(Path(path), name, version, label), count, what, at_s)
            for path, name, version, label, count, what, at_s in rows
        ]

    def set_aside(self) -> list[Entry]:
        """Those that are not opened any more."""
        return [entry for entry in self.entries() if entry.is_set_aside]

    def unblock(self, name: str) -> list[Entry]:
        """Forget all crashes of the plugins called so: by label, with or without version, file or path.

        Returns what was forgotten: nothing when no name fits.
        """
        found = [entry for entry in self.entries() if _is_called(entry.plugin, name)]
        with self._open() as database:
            database.executemany(
                "DELETE FROM crashes WHERE path = ? AND plugin_name = ? AND version = ?",
                [_key_of(entry.plugin) for entry in found],
            )
        return found

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(self._file, timeout=10.0)) as database, database:
            database.execute(_SCHEMA)
            yield database


def stamp_of(path: Path) -> tuple[int, int]:
    """Size in bytes and the newest mtime in nanoseconds of a plugin's file, or of a bundle's binaries."""
    files = [path] if path.is_file() else _files_in(path)
    stats = [file.stat() for file in files]
    return sum(stat.st_size for stat in stats), max((stat.st_mtime_ns for stat in stats), default=0)


def _files_in(bundle: Path) -> list[Path]:
    """Without resources: they may be many, and change while the plugin runs."""
    found = []
    for folder, below, names in os.walk(bundle):
        below[:] = [name for name in below if name.casefold() != "resources"]
        found += [Path(folder, name) for name in names]
    return [path for path in found if path.is_file()]


def _key_of(plugin: PluginVersion) -> tuple[str, str, str]:
    return str(plugin.path), plugin.plugin_name, plugin.version


def _is_called(plugin: PluginVersion, name: str) -> bool:
    wanted = name.strip().casefold()
    names = {plugin.label, plugin.name, plugin.path.stem, str(plugin.path)}
    return wanted in {known.casefold() for known in names}
