"""A take taken away: what we wrote, as we wrote it, and nothing else."""

from __future__ import annotations

from pathlib import Path

from daw_bridge.core.errors import DeliveryFailed
from daw_bridge.core.files import sha256_of
from daw_bridge.deliver.take_file import FoundTake


def removable(found: FoundTake) -> list[Path]:
    """The take's files that are as they were written, the take file last."""
    take = found.take
    listed = [
        *(
            (entry.file, entry.sha256)
            for entry in (*take.midi, *take.exports, *([take.picture] if take.picture else []))
        ),
        *((r.file, r.sha256) for r in take.renderings if r.file is not None),
    ]
    files = [found.folder / file for file, sha256 in listed if _is_as_written(found, file, sha256)]
    return [*files, found.file]


def remove_take(found: FoundTake) -> list[Path]:
    """Delete them, and the folder if it is empty then; returns what stays. Raises DeliveryFailed."""
    try:
        for file in removable(found):
            file.unlink(missing_ok=True)
        left = sorted(found.folder.iterdir())
        if not left:
            found.folder.rmdir()
    except OSError as cause:
        raise DeliveryFailed(
            f"could not be deleted ({cause.strerror or cause}).",
            where=found.folder,
            advice="Close the program that holds it, and try again.",
        ) from cause
    return left


def _is_as_written(found: FoundTake, name: str, sha256: str | None) -> bool:
    file = found.folder / name
    inside = file.resolve().parent == found.folder.resolve()  # a take file may come from anybody
    back = found.take.taken_back
    is_theirs = back is not None and back.sha256 == sha256
    return inside and not is_theirs and file.is_file() and sha256_of(file) == sha256
