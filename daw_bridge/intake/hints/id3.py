"""The tempo in an ID3v2 tag (2.2, 2.3, 2.4): the text frame TBPM, TBP in 2.2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from daw_bridge.intake.hints.kinds import Hint, Trust, tempo_hint

LARGEST_TAG_BYTES = 16 << 20
"""Pictures and all; what lies further in is not looked for."""
MOST_FRAMES = 1_000

_UNSYNCHRONISED, _EXTENDED = 0x80, 0x40
_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}


def id3_hints(file: BinaryIO) -> Iterator[Hint]:
    """From the tag at which the file stands. Raises ValueError or IndexError where it is damaged."""
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10 or head[3] not in (2, 3, 4):
        return
    version, flags = head[3], head[5]
    tag = file.read(min(_seven_bits(head[6:10]), LARGEST_TAG_BYTES))
    if flags & _UNSYNCHRONISED and version < 4:
        tag = tag.replace(b"\xff\0", b"\xff")
    position = 0
    if flags & _EXTENDED and version > 2:
        position = _seven_bits(tag[:4]) if version == 4 else 4 + int.from_bytes(tag[:4], "big")
    name_bytes, head_bytes = (3, 6) if version == 2 else (4, 10)
    for _ in range(MOST_FRAMES):
        frame = tag[position : position + head_bytes]
        if len(frame) < head_bytes or frame[0] == 0:
            return
        sized = frame[name_bytes : 2 * name_bytes]
        length = _seven_bits(sized) if version == 4 else int.from_bytes(sized, "big")
        position += head_bytes
        if frame[:name_bytes] in (b"TBPM", b"TBP"):
            content = tag[position : position + min(length, 100)]
            words = content[1:].decode(_ENCODINGS.get(content[0], "latin-1"), "replace")
            yield from tempo_hint(words.split("\0", 1)[0], "the ID3 tag", Trust.TAG)
            return
        position += length


def _seven_bits(content: bytes) -> int:
    """A number whose bytes carry seven bits each."""
    number = 0
    for byte in content:
        number = number << 7 | byte & 0x7F
    return number
