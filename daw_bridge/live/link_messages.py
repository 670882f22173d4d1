"""What Ableton Link's peers send one another: datagrams -> who is there, and in which tempo. Pure.

Every peer says four times a second, by multicast, that it is there: a header (`_asdp_v` and the version 1,
the kind of message, seconds for which it holds, a group, the peer's name of 8 bytes), then entries of a key,
a size and a value, all big-endian (Ableton/link, `discovery/v1/Messages.hpp` and `link/Timeline.hpp`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

GROUP, PORT = "224.76.78.75", 20808
LARGEST_BYTES = 512
"""Longer messages are not Link's."""

_HEADER = struct.Struct(">8sBBH8s")
_ENTRY = struct.Struct(">4sI")
_TIMELINE = struct.Struct(">qqq")
_MAGIC = b"_asdp_v\x01"
_MICROSECONDS = 60_000_000
_LOWEST_BPM, _HIGHEST_BPM = 10.0, 999.0


class Kind(Enum):
    """What a message is for."""

    ALIVE = 1
    RESPONSE = 2
    BYE = 3


@dataclass(frozen=True)
class LinkMessage:
    """`peer` says `kind`, which holds for `lifetime_s`; what it says of its session may be missing."""

    kind: Kind
    peer: bytes
    lifetime_s: int = 0
    session: bytes | None = None
    tempo_bpm: float | None = None


def parse(datagram: bytes) -> LinkMessage | None:
    """None for what is no message of Link, or a damaged one."""
    if not _HEADER.size <= len(datagram) <= LARGEST_BYTES:
        return None
    magic, kind, lifetime_s, group, peer = _HEADER.unpack_from(datagram)
    if magic != _MAGIC or group != 0 or kind not in (k.value for k in Kind):
        return None
    try:
        entries = dict(_entries(datagram[_HEADER.size :]))
    except ValueError:
        return None
    timeline = entries.get(b"tmln", b"")
    tempo_bpm = _tempo(timeline) if len(timeline) == _TIMELINE.size else None
    return LinkMessage(Kind(kind), peer, lifetime_s, entries.get(b"sess"), tempo_bpm)


def _entries(payload: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(key, value) in order; raises ValueError where one is cut short."""
    offset = 0
    while offset < len(payload):
        if offset + _ENTRY.size > len(payload):
            raise ValueError("an entry is cut short")
        key, size = _ENTRY.unpack_from(payload, offset)
        offset += _ENTRY.size
        if size > len(payload) - offset:
            raise ValueError("a value is cut short")
        yield key, payload[offset : offset + size]
        offset += size


def _tempo(timeline: bytes) -> float | None:
    """Link counts whole microseconds a beat; 618557 is what it makes of 97 BPM."""
    microseconds, _, _ = _TIMELINE.unpack(timeline)
    if not microseconds + 0.5 >= _MICROSECONDS / _HIGHEST_BPM or microseconds > _MICROSECONDS / _LOWEST_BPM:
        return None
    return plainest_bpm(microseconds)


def plainest_bpm(microseconds: int) -> float:
    """The tempo with the fewest decimals that is this many whole microseconds a beat."""
    exact = _MICROSECONDS / microseconds
    for decimals in range(6):
        bpm = round(exact, decimals)
        if round(_MICROSECONDS / bpm) == microseconds:
            return min(max(bpm, _LOWEST_BPM), _HIGHEST_BPM)
    return exact
