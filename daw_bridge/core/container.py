"""How complete an audio file is, told by its container alone: a few small reads, no decoding.

The decoder fills what a cut file lacks with zeros and says nothing, and a DAW writes a header long
before the audio behind it; so `watch` asks here whether to wait, and `intake` whether to refuse.

WAV and its 64-bit kin RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088), AIFF and AIFC (Apple, 1.3),
FLAC (RFC 9639), Ogg (RFC 3533), MP3 by its Xing or Info frame.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from daw_bridge.core.flac import flac_reaches_its_end

LOWEST_RATE_HZ = 4_000
HIGHEST_RATE_HZ = 768_000
MOST_CHANNELS = 64
"""What a bounce may have; anything else is a damaged header."""

_UNKNOWN_32 = 0xFFFFFFFF
_MOST_CHUNKS = 4096
_OGG_TAIL_BYTES = 2 * 65_307  # a page has 65,307 bytes at most
_MP3_FRAME_BYTES = 2_880  # and an MP3 frame this many


class Completeness(Enum):
    """How far a file has come."""

    WHOLE = "whole"
    EMPTY = "empty"
    """A header, or nothing yet, and no audio: what a recorder writes first."""
    UNFINISHED = "unfinished"
    """Audio is there, but the header's sizes were never filled in."""
    CUT = "cut"
    """The header promises more than the file holds."""
    DAMAGED = "damaged"
    """The header describes no audio that there is; decoders crash on some of these."""


@dataclass(frozen=True)
class Container:
    """The kind of file (`WAV`), how complete it is, and, when it is not, what is wrong with it."""

    kind: str
    completeness: Completeness
    fault: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether everything that the header promises is there."""
        return self.completeness is Completeness.WHOLE


def examine(file: BinaryIO) -> Container | None:
    """The container of an open file, left at no particular place; None for one that is not known here."""
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(12)
    if not start.strip(b"\0"):  # nothing yet, or room set aside by a copying program
        return _unfinished("audio") if start else Container("audio", Completeness.EMPTY)
    if start[:4] in (b"RIFF", b"RF64", b"BW64"):
        return _wav(file, size) if start[8:] in (b"WAVE", b"") else None
    if start[:4] == b"FORM":
        return _aiff(file, size) if start[8:] in (b"AIFF", b"AIFC", b"") else None
    if start[:4] == b"fLaC":
        return _flac(file)
    if start[:4] == b"OggS":
        return _ogg(file, size)
    if start[:3] == b"ID3" or (start[0] == 0xFF and start[1:2] >= b"\xe0"):
        return _mp3(file, size)
    return None


def _unfinished(kind: str) -> Container:
    return Container(kind, Completeness.UNFINISHED, "its header was never completed")


def _damaged_format(kind: str, channels: int, bits: int, rate_hz: int) -> Container | None:
    """None for a header that describes audio."""
    is_sane = (
        1 <= channels <= MOST_CHANNELS
        and bits in (8, 16, 24, 32, 64)
        and LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ
    )
    if is_sane:
        return None
    fault = f"its header speaks of {channels} channels of {bits} bits at {rate_hz:,} Hz"
    return Container(kind, Completeness.DAMAGED, fault)


def _by_bytes(kind: str, promised: int, present: int, *, tolerance: int = 0) -> Container:
    """Whole if what the header promises is there."""
    if promised - tolerance <= present:
        return Container(kind, Completeness.WHOLE)
    return Container(
        kind,
        Completeness.CUT,
        f"its header promises {promised:,} bytes of audio and {max(present, 0):,} are there",
    )


def chunks(file: BinaryIO, size: int, layout: str) -> Iterator[tuple[bytes, int, int]]:
    """(name, where its content starts, promised size) of each chunk behind a 12-byte RIFF or FORM head."""
    position = 12
    for _ in range(_MOST_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        name, length = struct.unpack(layout, head)
        yield name, position + 8, length
        position += 8 + length + length % 2
        if position >= size:
            return


def _wav(file: BinaryIO, size: int) -> Container:
    file.seek(4)
    riff_bytes = int.from_bytes(file.read(4), "little")
    data_bytes_64: int | None = None
    damage: Container | None = Container("WAV", Completeness.DAMAGED, "its header names no format")
    for name, start, length in chunks(file, size, "<4sI"):
        if name == b"fmt ":
            file.seek(start)
            fields = file.read(16)
            if len(fields) == 16:
                _, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", fields)
                damage = _damaged_format("WAV", channels, bits, rate_hz)
        elif name == b"ds64":
            file.seek(start + 8)
            data_bytes_64 = int.from_bytes(file.read(8), "little")
        elif name == b"data":
            if damage is not None:
                return damage
            promised = data_bytes_64 if length == _UNKNOWN_32 and data_bytes_64 is not None else length
            if promised == 0:
                is_finished = start == size or riff_bytes + 8 == size
                return Container("WAV", Completeness.EMPTY) if is_finished else _unfinished("WAV")
            if promised == _UNKNOWN_32:
                return _unfinished("WAV")
            return _by_bytes("WAV", promised, size - start)
    return Container("WAV", Completeness.CUT, "it ends before its audio begins")


def _aiff(file: BinaryIO, size: int) -> Container:
    frames = 0
    damage: Container | None = Container("AIFF", Completeness.DAMAGED, "its header names no format")
    for name, start, length in chunks(file, size, ">4sI"):
        if name == b"COMM":
            file.seek(start)
            fields = file.read(18)
            if len(fields) == 18:
                channels, frames, bits = struct.unpack(">hIh", fields[:8])
                damage = _damaged_format("AIFF", channels, bits, _rate_of(fields[8:]))
        elif name == b"SSND":
            if damage is not None:
                return damage
            if frames == 0:
                return Container("AIFF", Completeness.EMPTY) if start + 8 >= size else _unfinished("AIFF")
            return _by_bytes("AIFF", length, size - start) if length > 8 else _unfinished("AIFF")
    if frames == 0 and damage is None:  # the sound chunk may be left out then
        return Container("AIFF", Completeness.EMPTY)
    return Container("AIFF", Completeness.CUT, "it ends before its audio begins")


def _rate_of(extended: bytes) -> int:
    """An 80-bit float (sign and exponent, then 64 bits of mantissa) as whole Hz."""
    exponent, mantissa = struct.unpack(">HQ", extended)
    shift = exponent - 16_383 - 63
    return mantissa >> -shift if -64 < shift <= 0 else 0


def _flac(file: BinaryIO) -> Container:
    reaches_end = flac_reaches_its_end(file)
    if reaches_end is None:
        return _unfinished("FLAC") if file.read(1) else Container("FLAC", Completeness.EMPTY)
    if reaches_end:
        return Container("FLAC", Completeness.WHOLE)
    return Container("FLAC", Completeness.CUT, "the last of the audio that its header promises is not there")


def _ogg(file: BinaryIO, size: int) -> Container:
    """Whole when the last page is all there and marked as the stream's end."""
    file.seek(max(size - _OGG_TAIL_BYTES, 0))
    tail = file.read(_OGG_TAIL_BYTES)
    page = tail[tail.rfind(b"OggS") :]
    segments = page[26] if len(page) > 26 else 0
    is_last = len(page) > 26 and bool(page[5] & 4)
    if not is_last or len(page) < 27 + segments + sum(page[27 : 27 + segments]):
        return Container("Ogg", Completeness.CUT, "its end is not there")
    (frames,) = struct.unpack_from("<q", page, 6)
    return Container("Ogg", Completeness.WHOLE if frames > 0 else Completeness.EMPTY)


def _mp3(file: BinaryIO, size: int) -> Container:
    """Whole unless an Xing or Info frame promises more bytes; without one, an MP3 has no promise to keep."""
    file.seek(0)
    head = file.read(10)
    first_frame = 0
    if head[:3] == b"ID3" and len(head) == 10:
        first_frame = 10 + sum(
            (byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True)
        )
    if first_frame >= size:
        return Container("MP3", Completeness.EMPTY)
    file.seek(first_frame)
    frame = file.read(_MP3_FRAME_BYTES)
    marks = [at for at in (frame.find(b"Xing", 0, 64), frame.find(b"Info", 0, 64)) if at >= 0]
    if not marks or len(frame) < marks[0] + 16:
        return Container("MP3", Completeness.WHOLE)
    flags, *fields = struct.unpack_from(">III", frame, marks[0] + 4)
    has_frames, has_bytes = flags & 1, flags & 2
    promised = fields[1 if has_frames else 0] if has_bytes else 0
    # Some count the Xing frame itself, some don't.
    return _by_bytes("MP3", promised, size - first_frame, tolerance=_MP3_FRAME_BYTES)
