"""Which file in a project's folder is its session, and reading it while the DAW may be saving it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.session.readers import READERS, Reader, SessionInfo
from daw_bridge.session.readers.closed import ClosedFormat
from daw_bridge.session.readers.logic import metadata_file
from daw_bridge.session.readers.midi_map import MidiTempoMap

OLD_SETS = "backup"
"""Live keeps a set's older versions in a folder of this name."""

SESSION_READERS = tuple(reader for reader in READERS if not isinstance(reader, MidiTempoMap))

TRIES = 3
"""A file that changed while it was read is read again; a DAW that saves all the time is not waited for."""


@dataclass(frozen=True)
class Found:
    """A session file, and who reads it. `stamp` changes whenever the DAW saves it."""

    file: Path
    reader: Reader
    stamp: tuple[int, int]
    passed_over: int = 0
    """How many other session files lie in the folder."""


def find_session_file(folder: Path, *, leave_out: Sequence[Path] = ()) -> Found | None:
    """The newest session file at the top of `folder`; one that can't be read only where there is no other.

    Hidden files, Live's `Backup` and the folders to `leave_out` don't count. A MIDI file doesn't either: it
    may be any part.
    """
    found = sorted(_found(folder, leave_out), key=lambda one: one.stamp[0], reverse=True)
    readable = [one for one in found if not isinstance(one.reader, ClosedFormat)]
    chosen = next(iter(readable or found), None)
    return replace(chosen, passed_over=len(readable or found) - 1) if chosen else None


def read_session_file(found: Found) -> SessionInfo:
    """Read it, anew when the DAW saved it meanwhile. Raises SessionFileInvalid, SessionFileClosed."""
    for _ in range(TRIES - 1):
        before = _stamp(found.file)
        try:
            info = _read(found)
        except SessionFileInvalid:
            if _stamp(found.file) == before:
                raise
            continue
        if _stamp(found.file) == before:
            return info
    return _read(found)


def _read(found: Found) -> SessionInfo:
    info = found.reader.read(found.file)
    if not found.passed_over:
        return info
    count = found.passed_over + 1
    note = f"{count} session files lie in the folder: the newest is read, {found.file.name}"
    return replace(info, notes=(note, *info.notes))


def _found(folder: Path, leave_out: Sequence[Path]) -> Iterator[Found]:
    ours = {path.resolve() for path in leave_out}
    try:
        entries = list(os.scandir(folder))
    except OSError:  # the folder is gone: whoever needs it says so
        return
    for entry in entries:
        path, name = Path(entry.path), entry.name.casefold()
        if name.startswith(".") or name == OLD_SETS or path.resolve() in ours:
            continue
        for reader in SESSION_READERS:
            if any(fnmatchcase(name, pattern) for pattern in reader.patterns):
                stamp = _stamp(path)
                if stamp is not None:
                    yield Found(path, reader, stamp)
                break


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        about = (metadata_file(file) if file.is_dir() else file).stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size
