"""Audio files that say something of themselves: chunks and tags, made byte by byte."""

from __future__ import annotations

import struct

from tests.intake.files import pcm_16, tone, wav_bytes


def chunk(name: bytes, content: bytes, order: str = "<") -> bytes:
    return name + struct.pack(f"{order}I", len(content)) + content + b"\0" * (len(content) % 2)


def bext(frames: int, *, originator: str = "", description: str = "") -> bytes:
    words = description.encode().ljust(256, b"\0") + originator.encode().ljust(32, b"\0") + bytes(50)
    return chunk(b"bext", words + struct.pack("<Q", frames) + bytes(256))


def acid(
    tempo_bpm: float, *, beats: int = 8, meter: tuple[int, int] = (4, 4), root: int = 57, flags: int = 2
) -> bytes:
    return chunk(
        b"acid", struct.pack("<IHHfIHHf", flags, root, 0x8000, 0.0, beats, meter[1], meter[0], tempo_bpm)
    )


def smpl(root: int) -> bytes:
    return chunk(b"smpl", struct.pack("<9I", 0, 0, 20_833, root, 0, 0, 0, 0, 0))


def wav(*before: bytes, after: bytes = b"", rate_hz: int = 48_000) -> bytes:
    """A WAV with chunks between its format and its audio, and behind it."""
    plain = wav_bytes(pcm_16(tone(0.05)), rate_hz=rate_hz)
    content = plain[:36] + b"".join(before) + plain[36:] + after
    return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]


def frame(name: bytes, text: bytes, version: int) -> bytes:
    if version == 2:
        return name + len(text).to_bytes(3, "big") + text
    size = seven_bits(len(text)) if version == 4 else len(text).to_bytes(4, "big")
    return name + size + b"\0\0" + text


def seven_bits(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3(version: int, *frames: bytes) -> bytes:
    body = b"".join(frames) + bytes(20)
    return b"ID3" + bytes([version, 0, 0]) + seven_bits(len(body)) + body


def comments(*pairs: str) -> bytes:
    packed = [struct.pack("<I", len(pair.encode())) + pair.encode() for pair in pairs]
    return struct.pack("<I", 4) + b"Lavf" + struct.pack("<I", len(pairs)) + b"".join(packed)


def with_flac_comments(content: bytes, body: bytes) -> bytes:
    """A block after STREAMINFO, which is 38 bytes long with its head."""
    return content[:4] + b"\0" + content[5:42] + b"\x04" + len(body).to_bytes(3, "big") + body + content[42:]
