"""Apple's property lists, as far as a session's metadata needs them: the top dictionary's own values.

XML by plistlib, which refuses entities. Binary ones are read here: in plistlib a few kilobytes of arrays that
share their bytes grow to gigabytes.
"""

from __future__ import annotations

import plistlib
import struct
from pathlib import Path
from xml.parsers.expat import ExpatError

from daw_bridge.session.readers.source import invalid, read_small

Value = int | float | str

MOST_VALUES = 10_000
LONGEST_WORDS_BYTES = 4_096
"""Longer ones are passed over; so that bytes which many values share are not copied for each."""

_BINARY = b"bplist"
_INTEGER, _REAL, _ASCII, _UTF_16, _DICTIONARY = 0x1, 0x2, 0x5, 0x6, 0xD


def property_list(file: Path) -> dict[str, Value]:
    """The top dictionary's numbers and words; lists and what else it holds are passed over.

    Raises SessionFileInvalid.
    """
    content = read_small(file)
    try:
        if content.startswith(_BINARY):
            return _BinaryList(content).values()
        found = plistlib.loads(content, fmt=plistlib.FMT_XML)
        return {key: value for key, value in found.items() if isinstance(value, Value)}
    except (
        plistlib.InvalidFileException,
        ExpatError,
        struct.error,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,  # of plistlib, where tags are not nested as they should be
        OverflowError,
    ) as cause:
        raise invalid(file, f"It is no property list ({cause}).") from cause


class _BinaryList:
    """A `bplist00`: objects, a table of where each begins, and a trailer that says where the table does."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        trailer = struct.unpack(">6xBBQQQ", content[-32:])
        self._offset_bytes, self._reference_bytes, _, self._top, self._table = trailer

    def values(self) -> dict[str, Value]:
        kind, size, start = self._object(self._top)
        if kind != _DICTIONARY or size > MOST_VALUES:
            raise ValueError("its top is no dictionary, or too large")
        found: dict[str, Value] = {}
        for index in range(size):
            key = self._value(self._number(start, index, self._reference_bytes))
            value = self._value(self._number(start, size + index, self._reference_bytes))
            if isinstance(key, str) and value is not None:
                found[key] = value
        return found

    def _value(self, reference: int) -> Value | None:
        """None for what is neither a number nor words."""
        kind, size, start = self._object(reference)
        if kind == _INTEGER:
            signed = size >= 3  # those of eight bytes and more are
            return int.from_bytes(self._bytes(start, 1 << size), "big", signed=signed)
        if kind == _REAL:
            return float(struct.unpack(">d" if size == 3 else ">f", self._bytes(start, 1 << size))[0])
        if kind == _ASCII and size <= LONGEST_WORDS_BYTES:
            return self._bytes(start, size).decode("ascii")
        if kind == _UTF_16 and 2 * size <= LONGEST_WORDS_BYTES:
            return self._bytes(start, 2 * size).decode("utf-16-be")
        return None

    def _object(self, reference: int) -> tuple[int, int, int]:
        """(kind, size, where its content starts); a size of 15 means that an integer with it follows."""
        at = self._number(self._table, reference, self._offset_bytes)
        kind, size = self._content[at] >> 4, self._content[at] & 0xF
        if size < 0xF or kind in (_INTEGER, _REAL):
            return kind, size, at + 1
        width = 1 << (self._content[at + 1] & 0x3)
        return kind, int.from_bytes(self._bytes(at + 2, width), "big"), at + 2 + width

    def _number(self, start: int, index: int, width: int) -> int:
        return int.from_bytes(self._bytes(start + index * width, width), "big")

    def _bytes(self, start: int, size: int) -> bytes:
        if start + size > len(self._content):
            raise ValueError("it points outside of itself")
        return self._content[start : start + size]
