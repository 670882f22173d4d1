"""Which names in a watched folder count: bounces, takes, presets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from daw_bridge.core.audio import AUDIO_SUFFIXES
from daw_bridge.core.files import TEMPORARY_PREFIX

_TEMPORARY_SUFFIXES = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download")


IsWanted = Callable[[str], bool]
"""Whether a file of this name is looked for."""

_MIDI_SUFFIXES = (".mid", ".midi")


def is_bounce_name(name: str) -> bool:
    """Whether a file of this name is taken for a bounce, or for notes that come back from the DAW.

    Only audio suffixes and MIDI's are, so a DAW's side files (`.asd`, `.reapeaks`, `.pkf`) and names such as
    `bass.wav.part` and `bass.wav~` are not; nor hidden files (macOS writes `._bass.wav`), `~bass.wav`,
    `bass.tmp.wav`, and our own half-written ones.
    """
    return _is_whole(name) and PurePath(name).suffix.lower() in (*AUDIO_SUFFIXES, *_MIDI_SUFFIXES)


def is_take_name(name: str) -> bool:
    """Whether a file of this name beside takes may have been changed by the user: take files and MIDI."""
    return _is_whole(name) and name.lower().endswith((".take.yaml", *_MIDI_SUFFIXES))


def is_preset_name(name: str) -> bool:
    """Whether a file of this name is taken for a preset."""
    return _is_whole(name) and name.endswith(".yaml")


def _is_whole(name: str) -> bool:
    """Not hidden, and not half-written by anybody."""
    path = PurePath(name)
    return (
        not name.startswith((".", "~", TEMPORARY_PREFIX))
        and PurePath(path.stem).suffix.lower() not in _TEMPORARY_SUFFIXES
        and not path.stem.endswith("~")
    )


def is_bounce_folder(name: str) -> bool:
    """Whether bounces are looked for in a sub-folder of this name: hidden ones are passed over."""
    return not name.startswith((".", "~"))
