"""Hints in the chunks of a WAV file.

`bext`: EBU Tech 3285. `iXML`: its SPEED, and tempo and meter of Sony's extension (ASWG-G006), wherever in it
they stand. `acid`: undocumented, read as libsndfile does. `smpl`: Multimedia Data Standards Update 3.0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from daw_bridge.core.container import chunks
from daw_bridge.intake.hints.id3 import id3_hints
from daw_bridge.intake.hints.kinds import (
    Hint,
    LengthHint,
    OriginHint,
    TimeReferenceHint,
    Trust,
    meter_hint,
    root_hint,
    tempo_hint,
)

_LARGEST_IXML_BYTES = 1 << 18
_DAY_S = 24 * 60 * 60

_IS_ONE_SHOT, _HAS_ROOT = 1, 2


def wav_hints(file: BinaryIO, size: int) -> Iterator[Hint]:
    """In the order of the chunks, the first of each name. Raises struct.error where it is damaged.

    A `bext` counts in frames, and may stand before the rate: it is read when that is known.
    """
    rate_hz, bext = 0, b""
    seen: set[bytes] = set()
    for name, start, length in chunks(file, size, "<4sI"):
        if name in seen:
            continue
        seen.add(name)
        file.seek(start)
        if name == b"fmt ":
            (rate_hz,) = struct.unpack_from("<I", file.read(8), 4)
        elif name == b"bext":
            bext = file.read(min(length, 346))
        elif name == b"acid":
            yield from _acid(file.read(min(length, 24)))
        elif name == b"smpl":
            yield from root_hint(struct.unpack_from("<I", file.read(16), 12)[0], "the smpl chunk")
        elif name == b"iXML" and length <= _LARGEST_IXML_BYTES:
            yield from _ixml(file.read(length))
        elif name in (b"id3 ", b"ID3 "):
            yield from id3_hints(file)
        if bext and rate_hz:
            yield from _bext(bext, rate_hz)
            bext = b""


def _bext(content: bytes, rate_hz: int) -> Iterator[Hint]:
    source = "the bext chunk"
    (frames,) = struct.unpack_from("<Q", content, 338)
    yield from _time_reference(frames, rate_hz, source)
    description, originator = (
        field.split(b"\0", 1)[0].decode("utf-8", "replace").strip()
        for field in (content[:256], content[256:288])
    )
    if description or originator:
        yield OriginHint(source=source, trust=Trust.RECORDING, originator=originator, description=description)


def _time_reference(frames: int, rate_hz: int, source: str) -> Iterator[Hint]:
    if rate_hz > 0 and 0 <= frames < _DAY_S * rate_hz:
        yield TimeReferenceHint(source=source, trust=Trust.RECORDING, frames=frames, rate_hz=rate_hz)


def _acid(content: bytes) -> Iterator[Hint]:
    source = "the acid chunk"
    flags, root, _, _, beats, denominator, numerator, tempo_bpm = struct.unpack("<IHHfIHHf", content)
    if flags & _HAS_ROOT:
        yield from root_hint(root, source)
    if flags & _IS_ONE_SHOT:  # it has a tempo then which nobody set
        return
    yield from tempo_hint(tempo_bpm, source, Trust.LOOP)
    yield from meter_hint(numerator, denominator, source, Trust.LOOP)
    if beats:
        yield LengthHint(source=source, trust=Trust.LOOP, beats=beats)


def _ixml(content: bytes) -> Iterator[Hint]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    source = "the iXML chunk"
    try:
        root = fromstring(content.rstrip(b"\0"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return  # what is damaged says nothing
    for element in root.iter():
        if element.tag.casefold() in ("tempo", "bpm"):
            yield from tempo_hint(element.text or "", source, Trust.RECORDING)
        elif element.tag.casefold() == "timesig":
            numerator, _, denominator = (element.text or "").strip().partition("/")
            if numerator.isdecimal() and denominator.isdecimal():
                yield from meter_hint(int(numerator), int(denominator), source, Trust.RECORDING)
        elif element.tag == "SPEED":
            high, low = (_whole(element, f"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_{part}") for part in ("HI", "LO"))
            rate_hz = _whole(element, "TIMESTAMP_SAMPLE_RATE")
            if low >= 0 and rate_hz > 0:
                yield from _time_reference((max(high, 0) << 32) + low, rate_hz, source)


def _whole(element: Element, tag: str) -> int:
    """-1 for what is not there, or no whole number."""
    text = (element.findtext(tag) or "").strip()
    return int(text) if text.isdecimal() and len(text) <= 20 else -1
