"""Whether a FLAC file holds all the samples that its header promises (RFC 9639)."""

from __future__ import annotations

from typing import BinaryIO

_TAIL_BYTES = 1 << 18
_BLOCK_SIZES = {1: 192, 2: 576, 3: 1152, 4: 2304, 5: 4608} | {code: 1 << code for code in range(8, 16)}


def flac_reaches_its_end(file: BinaryIO) -> bool | None:
    """Whether a frame near the end of the file ends with the last promised sample; reads the tail only.

    None when the header promises nothing; the file then stands at the first byte behind its metadata.
    A cut inside the very last frame (about 0.1 s) is not seen.
    """
    file.seek(4)
    frames = block_size = largest_frame_bytes = 0
    is_last = False
    while not is_last:
        head = file.read(4)
        if len(head) < 4:
            return False
        is_last, kind, length = bool(head[0] & 0x80), head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if kind == 0:  # STREAMINFO
            content = file.read(length)
            if len(content) < 34:
                return False
            block_size = int.from_bytes(content[2:4], "big")
            largest_frame_bytes = int.from_bytes(content[7:10], "big")
            frames = int.from_bytes(content[13:18], "big") & 0xF_FFFF_FFFF
        else:
            file.seek(length, 1)
    if frames == 0:
        return None
    audio_start = file.tell()
    size = file.seek(0, 2)
    file.seek(max(audio_start, size - max(_TAIL_BYTES, 2 * largest_frame_bytes)))
    tail = file.read()
    position = tail.rfind(b"\xff")
    while position >= 0:
        if _end_of_frame(tail[position : position + 16], block_size) == frames:
            return True
        position = tail.rfind(b"\xff", 0, position)
    return False


def _end_of_frame(head: bytes, block_size: int) -> int | None:
    """The sample number at which the frame with this header ends; None if it is no frame header."""
    if len(head) < 6 or head[1] & 0xFE != 0xF8 or head[3] & 1:
        return None
    size_code, rate_code = head[2] >> 4, head[2] & 15
    # The number is coded like UTF-8, up to seven bytes: leading ones count the bytes.
    ones = 8 - (head[4] ^ 0xFF).bit_length()
    if ones == 1 or ones == 8:
        return None
    number = head[4] & (0x7F >> ones)
    position = 5
    for byte in head[5 : 4 + max(ones, 1)]:
        number = number << 6 | byte & 0x3F
        position += 1
    extra = {6: 1, 7: 2}.get(size_code, 0)
    frames = (
        int.from_bytes(head[position : position + extra], "big") + 1 if extra else _BLOCK_SIZES.get(size_code)
    )
    position += extra + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if frames is None or position >= len(head) or _crc8(head[:position]) != head[position]:
        return None
    has_variable_blocks = bool(head[1] & 1)
    return (number if has_variable_blocks else number * block_size) + frames


def _crc8(content: bytes) -> int:
    """The frame header's checksum: polynomial x^8 + x^2 + x + 1, starting at 0."""
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc
