"""The tempo in the Vorbis comments of FLAC (RFC 9639) and of Ogg (RFC 3533: Vorbis, Opus, FLAC)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from daw_bridge.intake.hints.kinds import Hint, Trust, tempo_hint

LARGEST_COMMENTS_BYTES = 1 << 20
"""What lies further in is not looked for; pictures come last."""
MOST_COMMENTS = MOST_BLOCKS = 1_000

_KEYS = ("BPM", "TEMPO")
_COMMENT_PACKETS = (b"\x03vorbis", b"OpusTags")


def flac_hints(file: BinaryIO) -> Iterator[Hint]:
    """From the start of the file. Raises struct.error where it is damaged."""
    file.seek(4)
    for _ in range(MOST_BLOCKS):
        head = file.read(4)
        if len(head) < 4:
            return
        kind, length = head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if kind == 4:
            yield from _comments(file.read(min(length, LARGEST_COMMENTS_BYTES)))
            return
        if head[0] & 0x80:  # the last one
            return
        file.seek(length, 1)


def ogg_hints(file: BinaryIO) -> Iterator[Hint]:
    """From the second packet of the file. Raises struct.error where it is damaged."""
    file.seek(0)
    packet = _second_packet(file.read(LARGEST_COMMENTS_BYTES))
    for start in _COMMENT_PACKETS:
        if packet.startswith(start):
            yield from _comments(packet[len(start) :])
            return
    if packet[:1] == b"\x84" or packet[:1] == b"\x04":  # a block of FLAC's, as in its own files
        yield from _comments(packet[4:])


def _second_packet(content: bytes) -> bytes:
    """Packets are laced into pages in segments of up to 255 bytes; a shorter one ends its packet."""
    packet, ended, position = bytearray(), 0, 0
    while content[position : position + 4] == b"OggS" and position + 27 <= len(content):
        lengths = content[position + 27 : position + 27 + content[position + 26]]
        position += 27 + len(lengths)
        for length in lengths:
            if ended == 1:
                packet += content[position : position + length]
            position += length
            if length < 255:
                ended += 1
            if ended == 2:
                return bytes(packet)
    return bytes(packet)


def _comments(content: bytes) -> Iterator[Hint]:
    (position,) = struct.unpack_from("<I", content)  # over the name of the program
    position += 4
    (count,) = struct.unpack_from("<I", content, position)
    position += 4
    for _ in range(min(count, MOST_COMMENTS)):
        (length,) = struct.unpack_from("<I", content, position)
        position += 4
        key, _, value = content[position : position + min(length, 100)].partition(b"=")
        if key.decode("ascii", "replace").upper() in _KEYS:
            yield from tempo_hint(value.decode("utf-8", "replace"), "the Vorbis comments", Trust.TAG)
        position += length
