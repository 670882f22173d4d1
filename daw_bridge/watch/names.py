"""Which names in the watched folder are bounces."""

from __future__ import annotations

from pathlib import PurePath

from daw_bridge.core.audio import AUDIO_SUFFIXES
from daw_bridge.core.files import TEMPORARY_PREFIX

_TEMPORARY_SUFFIXES = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download")


def is_bounce_name(name: str) -> bool:
    """Whether a file of this name is taken for a bounce.

    Only audio suffixes are, so a DAW's side files (`.asd`, `.reapeaks`, `.pkf`) and names such as
    `bass.wav.part` and `bass.wav~` are not; nor hidden files (macOS writes `._bass.wav`), `~bass.wav`,
    `bass.tmp.wav`, and our own half-written ones.
    """
    path = PurePath(name)
    return (
        path.suffix.lower() in AUDIO_SUFFIXES
        and not name.startswith((".", "~", TEMPORARY_PREFIX))
        and PurePath(path.stem).suffix.lower() not in _TEMPORARY_SUFFIXES
        and not path.stem.endswith("~")
    )


def is_bounce_folder(name: str) -> bool:
    """Whether bounces are looked for in a sub-folder of this name: hidden ones are passed over."""
    return not name.startswith((".", "~"))
