"""How large a zip's directory is, by the records at the file's end, before anything of it is built.

`zipfile` makes an object of every entry before it says how many there are: a million take half a gigabyte.
By PKWARE's APPNOTE 6.3, sections 4.3.14 to 4.3.16.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

_END = struct.Struct("<4s6xHI6x")
"""Signature, entries, bytes of the directory; where it begins and how long the comment is don't matter."""
_END_64 = struct.Struct("<4s28xQQ8x")
"""The same in a file of zip64."""
_LOCATOR_64 = struct.Struct("<4s4xQ4x")
"""Signature, and where the record of zip64 is; it stands right before the end record."""
_END_MARK, _END_64_MARK, _LOCATOR_64_MARK = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_LONGEST_COMMENT = 0xFFFF


@dataclass(frozen=True)
class ZipDirectory:
    """What a zip says of its directory. Zeros when it has no end: `zipfile` knows how to complain."""

    entries: int = 0
    size_bytes: int = 0


def zip_directory(opened: BinaryIO) -> ZipDirectory:
    """By the record that `zipfile` goes by; where versions of it look in two places, the larger of both."""
    size = opened.seek(0, os.SEEK_END)
    tail_start = max(size - _LONGEST_COMMENT - _END.size - _LOCATOR_64.size, 0)
    opened.seek(tail_start)
    tail = opened.read()
    at = len(tail) - _END.size  # without a comment, as nearly all are
    if at < 0 or tail[at : at + 4] != _END_MARK or tail[-2:] != b"\0\0":
        at = tail.rfind(_END_MARK)
    if at < 0 or at + _END.size > len(tail):
        return ZipDirectory()
    of_64 = _zip64_directories(opened, tail_start + at, size)
    if of_64:
        return ZipDirectory(max(d.entries for d in of_64), max(d.size_bytes for d in of_64))
    _, entries, size_bytes = _END.unpack_from(tail, at)
    return ZipDirectory(entries, size_bytes)


def _zip64_directories(opened: BinaryIO, end: int, size: int) -> list[ZipDirectory]:
    """What the zip64 records say before the end record at `end`: the one next to it, and the one named."""
    beside = end - _LOCATOR_64.size - _END_64.size
    locator = _read_at(opened, end - _LOCATOR_64.size, _LOCATOR_64.size, size)
    if not locator.startswith(_LOCATOR_64_MARK):
        return []
    _, named = _LOCATOR_64.unpack(locator)
    records = (_read_at(opened, place, _END_64.size, size) for place in (beside, named))
    fields = [_END_64.unpack(record) for record in records if record.startswith(_END_64_MARK)]
    return [ZipDirectory(entries, size_bytes) for _, entries, size_bytes in fields]


def _read_at(opened: BinaryIO, place: int, length: int, size: int) -> bytes:
    """Nothing where the file does not reach."""
    if not 0 <= place <= size - length:
        return b""
    opened.seek(place)
    return opened.read(length)
