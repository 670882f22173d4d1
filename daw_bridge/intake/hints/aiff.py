"""Hints in the chunks of an AIFF file: markers (Apple, 1.3), `basc` (as libsndfile has it), ID3."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from daw_bridge.core.container import chunks
from daw_bridge.intake.hints.id3 import id3_hints
from daw_bridge.intake.hints.kinds import Hint, LengthHint, MarkerHint, Trust, meter_hint, root_hint

MOST_MARKERS = 1_000


def aiff_hints(file: BinaryIO, size: int) -> Iterator[Hint]:
    """In the order of the chunks, the first of each name. Raises struct.error where it is damaged."""
    seen: set[bytes] = set()
    for name, start, length in chunks(file, size, ">4sI"):
        if name in seen:
            continue
        seen.add(name)
        file.seek(start)
        if name == b"MARK":
            yield from _markers(file.read(min(length, MOST_MARKERS * 262)))
        elif name == b"basc":
            _, beats, root, _, numerator, denominator = struct.unpack(">IIHHHH", file.read(16))
            source = "the Apple Loops chunk"
            yield from root_hint(root, source)
            yield from meter_hint(numerator, denominator, source, Trust.LOOP)
            if beats:
                yield LengthHint(source=source, trust=Trust.LOOP, beats=beats)
        elif name in (b"ID3 ", b"id3 "):
            yield from id3_hints(file)


def _markers(content: bytes) -> Iterator[Hint]:
    (count,) = struct.unpack_from(">H", content)
    position = 2
    for _ in range(min(count, MOST_MARKERS)):
        frames, length = struct.unpack_from(">2xIB", content, position)
        name = content[position + 7 : position + 7 + length].decode("latin-1").rstrip("\0 ")
        yield MarkerHint(source="its markers", trust=Trust.RECORDING, name=name, frames=frames)
        position += 7 + length + (length + 1) % 2  # the length and the name together are even
