"""FL Studio projects (`.flp`): a header, then events, each a number of one byte and a value of 1, 2, 4 or n.

Events and the playlist's records are as the readers PyFLP and DawVert have found them out. A tempo that is
automated lies in automation clips, and is not read.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.timing import TempoMap
from daw_bridge.session.readers.info import Clip, SessionInfo, named_path
from daw_bridge.session.readers.source import guarded, invalid, read_large

MOST_EVENTS = 4_000_000
MOST_CLIPS = 200_000

_NUMERATOR, _DENOMINATOR = 17, 18
_MARKER, _MARKER_NUMERATOR, _MARKER_DENOMINATOR = 148, 33, 34
_TEMPO, _COARSE_TEMPO, _FINE_TEMPO = 156, 66, 93
_VERSION, _CHANNEL, _SAMPLE, _ARRANGEMENT, _PLAYLIST = 199, 64, 196, 99, 233
_WANTED = frozenset((17, 18, 33, 34, 64, 66, 93, 99, 148, 156, 196, 199, 233))

_METER_MARKER = 8
"""The kind, above the 24 bits of its place, of a marker that changes the meter."""
_PATTERN_BASE = 20_480
"""Playlist items up to this number play channels, the others patterns; it stands in each record."""
_RECORD_SIZES = range(32, 129, 4)
"""32 bytes up to version 20, 60 from 21 on; only the first 28 are used here."""

Event = tuple[int, bytes]


class FlStudio:
    """Reads tempo and meter, markers that change the meter, and where audio clips lie in the playlist."""

    daw = "FL Studio"
    patterns = ("*.flp",)

    @guarded
    def read(self, file: Path) -> SessionInfo:
        """See `Reader`. Of several arrangements the first is read."""
        content = read_large(file)
        if content[:4] != b"FLhd" or len(content) < 22:
            raise invalid(file, "It is no FL Studio project.")
        header_bytes, _, _, ticks_per_beat = struct.unpack_from("<IhHH", content, 4)
        start = 16 + header_bytes
        if content[start - 8 : start - 4] != b"FLdt" or ticks_per_beat == 0:
            raise invalid(file, "It is no FL Studio project.")
        end = start + int.from_bytes(content[start - 4 : start], "little")
        if end > len(content):
            raise invalid(file, "It ends in the middle: its header promises more.")
        events = [event for event in _events(file, content[:end], start) if event[0] in _WANTED]
        first_arrangement, arrangements = _first_arrangement(events)
        signature, notes = _signature(events)
        if arrangements > 1:
            notes = (*notes, f"{arrangements} arrangements: the first is read")
        version = _value(events, _VERSION, b"").rstrip(b"\0").decode("ascii", "replace")
        return SessionInfo(
            file,
            f"{self.daw} {version}".strip(),
            Grid(
                TempoMap.constant(_tempo_bpm(file, events)),
                _meters(signature, first_arrangement, ticks_per_beat),
            ),
            clips=tuple(_clips(events, first_arrangement, ticks_per_beat)),
            notes=("if its tempo is automated, that is not read", *notes),
        )


def _events(file: Path, content: bytes, position: int) -> Iterator[Event]:
    """(number, value); the number says how long the value is. Raises IndexError where a length is cut."""
    for _ in range(MOST_EVENTS):
        if position >= len(content):
            return
        number = content[position]
        position += 1
        if number < 192:
            length = (1, 2, 4)[number >> 6]
        else:
            length, position = _variable_length(content, position)
        if position + length > len(content):
            raise invalid(file, "It ends in the middle of an event.")
        yield number, content[position : position + length]
        position += length
    raise invalid(file, f"It holds more than {MOST_EVENTS:,} events.")


def _variable_length(content: bytes, position: int) -> tuple[int, int]:
    """Seven bits a byte, the lowest first -> the number, and what follows it."""
    length = 0
    for at in range(position, position + 5):
        length |= (content[at] & 0x7F) << 7 * (at - position)
        if content[at] < 0x80:
            return length, at + 1
    raise ValueError(f"no length at byte {position:,}")


def _first_arrangement(events: Sequence[Event]) -> tuple[Sequence[Event], int]:
    """The events of the first arrangement, and how many there are. Markers before it are of patterns."""
    starts = [index for index, (number, _) in enumerate(events) if number == _ARRANGEMENT]
    first, following = (*starts, len(events), len(events))[:2]
    return events[first if starts else 0 : following], len(starts)


def _value(events: Sequence[Event], wanted: int, default: bytes) -> bytes:
    return next((value for number, value in events if number == wanted), default)


def _whole(events: Sequence[Event], wanted: int, default: int) -> int:
    return int.from_bytes(_value(events, wanted, default.to_bytes(4, "little")), "little")


def _tempo_bpm(file: Path, events: Sequence[Event]) -> float:
    """In thousandths of BPM; up to version 3 in whole BPM, with thousandths apart."""
    thousandths = _whole(events, _TEMPO, 0)
    thousandths = thousandths or _whole(events, _COARSE_TEMPO, 0) * 1000 + _whole(events, _FINE_TEMPO, 0)
    if thousandths == 0:
        raise invalid(file, "It names no tempo.")
    return thousandths / 1000


def _signature(events: Sequence[Event]) -> tuple[TimeSignature, tuple[str, ...]]:
    """Up to version 12 the two may be beats a bar and steps a beat, which make no meter."""
    numerator, denominator = _whole(events, _NUMERATOR, 4), _whole(events, _DENOMINATOR, 4)
    try:
        return TimeSignature(numerator, denominator), ()
    except ValueError:
        return TimeSignature(), (f"its {numerator} by {denominator} is no meter: 4/4 is taken",)


def _meters(initial: TimeSignature, events: Sequence[Event], ticks_per_beat: int) -> Meters:
    signatures = {0.0: initial}
    beat, numerator = -1.0, 4
    for number, value in events:
        whole = int.from_bytes(value[:4], "little")
        if number == _MARKER:
            beat = (whole & 0xFFFFFF) / ticks_per_beat if whole >> 24 == _METER_MARKER else -1.0
        elif number == _MARKER_NUMERATOR:
            numerator = whole
        elif number == _MARKER_DENOMINATOR and beat >= 0.0:
            signatures[beat] = TimeSignature(numerator, whole)
    return Meters(tuple(MeterChange(beat, signatures[beat]) for beat in sorted(signatures)))


def _clips(events: Sequence[Event], arrangement: Sequence[Event], ticks_per_beat: int) -> Iterator[Clip]:
    samples: dict[int, Path] = {}
    channel = 0
    for number, value in events:
        if number == _CHANNEL:
            channel = int.from_bytes(value, "little")
        elif number == _SAMPLE:
            samples[channel] = named_path(_text(value))
    for tick, item, offset_ms in _playlist(_value(arrangement, _PLAYLIST, b"")):
        if item in samples:
            yield Clip(samples[item], tick / ticks_per_beat, max(offset_ms, 0.0) / 1000)


def _playlist(content: bytes) -> Iterator[tuple[int, int, float]]:
    """(tick, item, where its file begins to play in milliseconds, -1 at its start) of each record."""
    base = _PATTERN_BASE.to_bytes(2, "little")
    sizes = (size for size in _RECORD_SIZES if len(content) % size == 0)
    records = (range(0, len(content), size) for size in sizes)
    for at in next((r for r in records if all(content[at + 4 : at + 6] == base for at in r)), ())[
        :MOST_CLIPS
    ]:
        tick, _, item, offset_ms = struct.unpack_from("<IHH16xf", content, at)
        if item <= _PATTERN_BASE and math.isfinite(offset_ms):
            yield tick, item, offset_ms


def _text(value: bytes) -> str:
    """UTF-16 since version 11.5, with a zero at its end."""
    is_wide = value[1::2].count(0) > len(value) // 4
    return value.decode("utf-16-le" if is_wide else "latin-1", "replace").rstrip("\0")
