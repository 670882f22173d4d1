"""All the hints of one file."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from daw_bridge.intake.hints.aiff import aiff_hints
from daw_bridge.intake.hints.id3 import id3_hints
from daw_bridge.intake.hints.kinds import Hint, Trust, tempo_hint
from daw_bridge.intake.hints.vorbis import flac_hints, ogg_hints
from daw_bridge.intake.hints.wav import wav_hints

_NAMED_TEMPO = re.compile(
    r"(?<![\d.,])(\d{2,3}(?:[.,]\d{1,2})?)[ _-]?bpm(?![a-z])|(?<![a-z])bpm[ _-]?(\d{2,3})(?![\d.,])",
    re.IGNORECASE,
)


def hints_of(path: Path) -> tuple[Hint, ...]:
    """What the file's header, tags and name say, the most trusted first. Its audio is not read.

    Never raises for what the file holds: from where it is damaged on it says nothing, and a file that can't
    be read has its name only; whether it is a bounce at all is `inspect`'s to say.
    """
    found = [*_in_file(path), *name_hints(path.stem)]
    return tuple(sorted(found, key=lambda hint: -hint.trust))


def name_hints(stem: str) -> Iterator[Hint]:
    """A tempo in the name, where it says BPM: `bass 97bpm`, `BPM_120 loop`."""
    for match in _NAMED_TEMPO.finditer(stem):
        yield from tempo_hint(match[1] or match[2], "the file's name, a guess", Trust.NAME)


def _in_file(path: Path) -> Iterator[Hint]:
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            return
        with path.open("rb") as file:
            yield from _hints(file)
    except (OSError, struct.error, ValueError, LookupError, OverflowError):
        return


def _hints(file: BinaryIO) -> Iterator[Hint]:
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(12)
    file.seek(0)
    if start[:4] in (b"RIFF", b"RF64", b"BW64") and start[8:] == b"WAVE":
        yield from wav_hints(file, size)
    elif start[:4] == b"FORM" and start[8:] in (b"AIFF", b"AIFC"):
        yield from aiff_hints(file, size)
    elif start[:4] == b"fLaC":
        yield from flac_hints(file)
    elif start[:4] == b"OggS":
        yield from ogg_hints(file)
    elif start[:3] == b"ID3":
        yield from id3_hints(file)
