"""Files that are whole or not there: temporary name in the same folder, fsync, rename."""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from daw_bridge.core.errors import DeliveryFailed

TEMPORARY_PREFIX = ".daw-bridge-"
"""Names that begin so are half-written files of ours; the watcher looks past them."""


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to; on success it becomes `path`, on failure it is removed.

    The suffix is kept, since audio writers choose the format by it. Raises DeliveryFailed.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{uuid.uuid4().hex[:12]}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as cause:
        raise DeliveryFailed(
            f"could not be written ({cause.strerror or cause}).",
            where=path,
            advice="Check the disk's free space and that you may write to this folder, then bounce again.",
        ) from cause
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one visible step."""
    with written_whole(path) as temporary:
        temporary.write_bytes(content)


def sha256_of(path: Path) -> str:
    """The SHA-256 of the file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
