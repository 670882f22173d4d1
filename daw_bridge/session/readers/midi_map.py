"""Standard MIDI Files (SMF 1.0, RP-001) as tempo maps, which every DAW can export.

Read by a walk over the events of our own: it is bounded, needs no notes, and a hostile file has no package
to surprise.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.timing import TempoChange, TempoMap
from daw_bridge.session.readers.info import SessionInfo
from daw_bridge.session.readers.source import guarded, invalid, read_small

MOST_EVENTS = 1_000_000
"""In one file, notes and all; a song has some ten thousand."""

_SET_TEMPO, _TIME_SIGNATURE = 0x51, 0x58
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
"""By a channel message's upper four bits."""


class MidiTempoMap:
    """`.mid`: its tempos and time signatures. Which bar of the session it begins on, it can't say: bar 1."""

    daw = "tempo map"
    patterns = ("*.mid", "*.midi", "*.smf")

    @guarded
    def read(self, file: Path) -> SessionInfo:
        """See `Reader`; a file that counts in SMPTE frames instead of beats is refused."""
        content = read_small(file)
        if content[:4] != b"MThd" or len(content) < 14:
            raise invalid(file, "It is no MIDI file.")
        header_bytes, form, _, division = struct.unpack_from(">IHHH", content, 4)
        if form > 1:
            raise invalid(file, "It holds patterns without an order (format 2); export it as format 0 or 1.")
        if not 0 < division < 0x8000:
            raise invalid(file, "It counts in SMPTE frames; export it with ticks a quarter note.")

        tempos: dict[int, float] = {}
        signatures: dict[int, TimeSignature] = {}
        for tick, kind, data in _meta_events(file, content, 8 + header_bytes):
            if kind == _SET_TEMPO and len(data) == 3:
                tempos[tick] = plainest_tempo(int.from_bytes(data, "big"))
            elif kind == _TIME_SIGNATURE and len(data) >= 2:
                signatures[tick] = TimeSignature(data[0], 1 << min(data[1], 8))
        notes = () if tempos else ("it names no tempo, so it plays at 120 BPM, as the format has it",)
        tempos.setdefault(0, 120.0)  # RP-001: until something else is said
        signatures.setdefault(0, TimeSignature())
        return SessionInfo(
            file,
            self.daw,
            Grid(
                TempoMap(tuple(TempoChange(tick / division, tempos[tick]) for tick in sorted(tempos))),
                Meters(tuple(MeterChange(tick / division, signatures[tick]) for tick in sorted(signatures))),
            ),
            notes=notes,
        )


def plainest_tempo(beat_us: int) -> float:
    """The tempo in BPM of the fewest decimals, three at most, that is written as these microseconds a beat.

    97 BPM is written as 618,557 us, by programs that cut instead of rounding as 618,556, and neither is 97 on
    the way back.
    """
    exact_bpm = 60_000_000 / beat_us
    candidates = [bpm for bpm in (round(exact_bpm, decimals) for decimals in range(4)) if bpm > 0]
    written = (bpm for write in (round, int) for bpm in candidates if write(60_000_000 / bpm) == beat_us)
    return next(written, exact_bpm)


def _meta_events(file: Path, content: bytes, position: int) -> Iterator[tuple[int, int, bytes]]:
    """(tick, kind, data) of every meta event, track after track."""
    events_left = MOST_EVENTS
    while position + 8 <= len(content):
        name, length = struct.unpack_from(">4sI", content, position)
        position += 8
        if name == b"MTrk":
            if position + length > len(content):
                raise invalid(file, "It ends in the middle of a track.")
            for event in _track_events(content, position, position + length):
                events_left -= 1
                if events_left < 0:
                    raise invalid(file, f"It holds more than {MOST_EVENTS:,} events.")
                if event is not None:
                    yield event
        position += length


def _track_events(content: bytes, position: int, end: int) -> Iterator[tuple[int, int, bytes] | None]:
    """The track's meta events, and None for any other. IndexError or ValueError where it is damaged."""
    tick, status = 0, 0
    while position < end:
        delta, position = _variable_length(content, position)
        tick += delta
        if content[position] >= 0x80:
            status = content[position]
            position += 1
        if status == 0xFF:
            kind = content[position]
            length, position = _variable_length(content, position + 1)
            yield tick, kind, content[position : position + length]
            position += length
        elif status in (0xF0, 0xF7):
            length, position = _variable_length(content, position)
            position += length
            yield None
        elif status >> 4 in _DATA_BYTES:
            position += _DATA_BYTES[status >> 4]
            yield None
        else:
            raise ValueError(f"no MIDI event at byte {position:,}")


def _variable_length(content: bytes, position: int) -> tuple[int, int]:
    """Seven bits a byte, four bytes at most -> the number, and what follows it."""
    number = 0
    for at in range(position, position + 4):
        number = number << 7 | content[at] & 0x7F
        if content[at] < 0x80:
            return number, at + 1
    raise ValueError(f"no number at byte {position:,}")
