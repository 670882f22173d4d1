"""What is on the disk: which files there are, in which state, and whether they can be read."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from daw_bridge.core.container import examine
from daw_bridge.watch.names import IsWanted, is_bounce_folder, is_bounce_name
from daw_bridge.watch.settling import FileState, Readiness

log = logging.getLogger(__name__)

_SHARING_VIOLATION = 32  # Windows: another program has the file open for itself


def files_below(
    folder: Path, ignore: Collection[Path], is_wanted: IsWanted = is_bounce_name
) -> Iterator[tuple[Path, FileState]]:
    """Every file of a wanted name in `folder` and its sub-folders, those in `ignore` left out.

    Raises OSError when `folder` itself can't be read; a sub-folder that can't be is logged and passed over.
    """

    def on_error(error: OSError) -> None:
        if error.filename == str(folder):
            raise error
        if not isinstance(error, FileNotFoundError):
            log.warning("%s: this folder can't be read (%s)", error.filename, error.strerror)

    ignored = {identity(path) for path in ignore} - {None}
    for root, folders, files in os.walk(folder, onerror=on_error):
        parent = Path(root)
        named = sorted(filter(is_bounce_folder, folders))
        folders[:] = [name for name in named if not ignored or identity(parent / name) not in ignored]
        for name in sorted(filter(is_wanted, files)):
            state = look(parent / name)
            if state is not None:
                yield parent / name, state


def look(path: Path) -> FileState | None:
    """The file's state; None when it is gone, out of reach, or no plain file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return FileState(status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def readiness(path: Path) -> Readiness:
    """Whether the file opens and its header's promises are kept; unknown kinds of file are ready."""
    try:
        with path.open("rb") as file:
            container = examine(file)
    except OSError as error:
        is_held = getattr(error, "winerror", None) == _SHARING_VIOLATION
        return Readiness.HELD if is_held else Readiness.INCOMPLETE
    return Readiness.READY if container is None or container.is_whole else Readiness.INCOMPLETE


def identity(folder: Path) -> tuple[int, int] | None:
    """What tells the folder from another that is put in its place; None while there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None
