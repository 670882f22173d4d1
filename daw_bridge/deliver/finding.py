"""Which takes lie in a folder, and which one is meant by a name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from daw_bridge.core.document import did_you_mean
from daw_bridge.core.errors import TakeMissing
from daw_bridge.deliver.take_file import TAKE_SUFFIX, take_files


def takes_below(folder: Path) -> Iterator[Path]:
    """Every take file below a folder, by path; hidden folders are passed over."""
    for file in sorted(folder.rglob(f"*{TAKE_SUFFIX}")):
        if not any(part.startswith(".") for part in file.relative_to(folder).parts):
            yield file


def take_named(name: str, folder: Path) -> Path:
    """The take file meant by a path (of it, or of its folder), or by its name below `folder`: `verse/bass`.

    Raises TakeMissing.
    """
    given = Path(name).expanduser()
    if given.name.endswith(TAKE_SUFFIX) and given.is_file():
        return given.absolute()
    if given.is_dir() and (inside := list(take_files(given))):
        return inside[-1].absolute()
    # One and the same name may be written in two ways: as "é", or as "e" and an accent, as macOS once did.
    known = {
        unicodedata.normalize("NFC", file.parent.relative_to(folder).as_posix()): file
        for file in takes_below(folder)
    }
    wanted = unicodedata.normalize("NFC", name.strip("/"))
    near = [file for key, file in known.items() if key == wanted or key.endswith(f"/{wanted}")]
    if len(near) == 1:
        return near[0]
    if near:
        several = ", ".join(file.parent.relative_to(folder).as_posix() for file in near)
        raise TakeMissing(
            f'There are several takes called "{name}": {several}.', where=folder, advice="Name one of them."
        )
    raise TakeMissing(
        f'There is no take called "{name}". {did_you_mean(wanted, known)}',
        where=folder,
        advice="See `daw-bridge takes list`.",
    )
