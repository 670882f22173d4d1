"""A folder's session file: the newest that can be read, also while the DAW is saving it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.session.readers import READERS, Reader, SessionInfo
from daw_bridge.session.readers.closed import ClosedFormat
from daw_bridge.session.readers.logic import Logic, metadata_file
from daw_bridge.session.readers.midi_map import MidiTempoMap
from daw_bridge.session.readers.source import invalid

STILL_S = 0.3
"""A file that can't be read and has not changed for so long is not being saved."""
LONGEST_SAVE_S = 15.0
MOST_READINGS = 5

_LOOK_S = 0.02


@dataclass(frozen=True)
class Stamp:
    """What changes whenever a file is saved."""

    modified_ns: int
    size_bytes: int


@dataclass(frozen=True)
class Found:
    """A session file, who reads it, and what a user should know of the choice."""

    file: Path
    reader: Reader
    stamp: Stamp
    notes: tuple[str, ...] = ()


def find_session_file(folder: Path, *, leave_out: Sequence[Path] = ()) -> Found | None:
    """The newest session file in `folder` itself; one that can be read before one that can't be.

    Sub-folders (Live's `Backup`, ours) are not looked into, hidden files and those of `leave_out` passed
    over. A MIDI file may be any part, so only the settings can name one. None when there is nothing. Raises
    SessionFileInvalid for a folder that can't be looked through.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError as cause:
        raise invalid(folder, f"The folder can't be looked through ({cause.strerror or cause}).") from cause
    found: list[Found] = []
    for entry in entries:
        reader = reader_of(entry)
        if reader is None or isinstance(reader, MidiTempoMap) or entry.name.startswith((".", "~")):
            continue
        stamp = stamp_of(entry)
        if stamp is not None and entry.is_dir() == isinstance(reader, Logic) and entry not in leave_out:
            found.append(Found(entry, reader, stamp))
    found.sort(key=lambda each: each.stamp.modified_ns, reverse=True)
    readable = [each for each in found if not isinstance(each.reader, ClosedFormat)]
    if not readable:
        return found[0] if found else None
    newest, notes = readable[0], []
    if len(readable) > 1:
        notes.append(f"{len(readable)} session files: the newest, {newest.file.name}, is read")
    if found[0] is not newest:
        notes.append(f"{found[0].file.name} is newer and can't be read: {newest.file.name} is read instead")
    return replace(newest, notes=tuple(notes))


def reader_of(file: Path) -> Reader | None:
    """Who reads a file of this name, if anybody does."""
    name = file.name.casefold()
    return next((r for r in READERS if any(fnmatchcase(name, pattern) for pattern in r.patterns)), None)


def stamp_of(file: Path) -> Stamp | None:
    """None when there is nothing, as for a moment while a DAW puts a new file in the old one's place."""
    try:
        status = (metadata_file(file) if file.is_dir() else file).stat()
    except OSError:
        return None
    return Stamp(status.st_mtime_ns, status.st_size)


def read_session_file(found: Found) -> SessionInfo:
    """What the file says, with the notes on how it was chosen.

    A file that changes while it is read, or can't be read and then changes, is being saved: it is read again.
    Raises SessionFileInvalid or SessionFileClosed.
    """
    for _ in range(MOST_READINGS - 1):
        before = stamp_of(found.file)
        try:
            info = found.reader.read(found.file)
        except SessionFileInvalid:
            if not _was_saved_since(found.file, before):
                raise
        else:
            if stamp_of(found.file) == before:
                return _with_notes(info, found)
    return _with_notes(found.reader.read(found.file), found)


def _with_notes(info: SessionInfo, found: Found) -> SessionInfo:
    return replace(info, notes=found.notes + info.notes)


def _was_saved_since(file: Path, before: Stamp | None) -> bool:
    """Watch the file until it is still; whether it is another one then."""
    seen, since_s = before, time.monotonic()
    give_up_s = since_s + LONGEST_SAVE_S
    while (now_s := time.monotonic()) < give_up_s:
        stamp = stamp_of(file)
        if stamp != seen:
            seen, since_s = stamp, now_s
        elif now_s - since_s > STILL_S:
            break
        time.sleep(_LOOK_S)
    return seen != before
