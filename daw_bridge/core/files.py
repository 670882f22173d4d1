"""Files that are whole or not there: temporary name in the same folder, fsync, rename."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from daw_bridge.core.errors import DeliveryFailed

TEMPORARY_PREFIX = ".daw-bridge-"
"""Names that begin so are half-written files of ours; the watcher looks past them."""


_SETTLED_NS = 100_000_000
"""A file that was changed this lately may be changed again without another time stamp."""
_MOST_HASHES = 1_000
_LARGE_BYTES = 1_000_000
_HASHES: dict[tuple[Path, int, int, int], str] = {}


@contextlib.contextmanager
def temporary_in(folder: Path, suffix: str) -> Iterator[Path]:
    """Yield a path in `folder` to write to; `publish` gives it its name, or it is removed at the end.

    The suffix is kept, since audio writers choose the format by it. An OSError inside (no space, no
    permission) becomes DeliveryFailed. A folder that is made for it and stays empty is removed with it.
    """
    is_new = not folder.exists()
    temporary = folder / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex[:12]}{suffix}"
    with _failure_said(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)
            if is_new:
                with contextlib.suppress(OSError):  # there are files in it
                    folder.rmdir()


@contextlib.contextmanager
def _failure_said(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise unwritten(folder, cause) from cause


def unwritten(folder: Path, cause: OSError) -> DeliveryFailed:
    """What to say when a file can't be written to `folder`."""
    return DeliveryFailed(
        f"could not be written ({cause.strerror or cause}).",
        where=folder,
        advice="Check the disk's free space and that you may write to this folder, then bounce again.",
    )


def publish(temporary: Path, path: Path) -> None:
    """Make the file, complete and on the disk, visible as `path`, in the same folder, in one step."""
    with temporary.open("rb+") as written:
        os.fsync(written.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


@contextlib.contextmanager
def syncing(path: Path) -> Iterator[None]:
    """Bring a large file to the disk meanwhile. A disk that does not take it says so when it is published."""
    if path.stat().st_size < _LARGE_BYTES:
        yield
        return
    thread = threading.Thread(target=_sync_file, args=(path,), name="sync")
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _sync_file(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("rb+") as written:
        os.fsync(written.fileno())


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one visible step. Raises DeliveryFailed."""
    with temporary_in(path.parent, path.suffix) as temporary:
        temporary.write_bytes(content)
        publish(temporary, path)


def sha256_of(path: Path) -> str:
    """The SHA-256 of the file's content, in hex; remembered while size, time stamp and inode are the same."""
    status = path.stat()
    version = (path, status.st_size, status.st_mtime_ns, status.st_ino)
    if (known := _HASHES.get(version)) is not None:
        return known
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if time.time_ns() - status.st_mtime_ns > _SETTLED_NS:
        if len(_HASHES) >= _MOST_HASHES:
            _HASHES.clear()
        _HASHES[version] = sha256
    return sha256


def remove_leftovers(folder: Path) -> list[Path]:
    """Remove what a killed process left half-written below `folder`; returns what was removed."""
    leftovers = [path for path in folder.rglob(f"{TEMPORARY_PREFIX}*") if path.is_file()]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return leftovers


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle for a folder to sync
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
