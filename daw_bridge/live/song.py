"""A MIDI file's content -> what is to be sent, in beats. Pure.

Beats are quarter notes from the file's beginning, which is a bar line; so a tempo that changes while the song
plays changes nothing here.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import mido

from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.timing import HIGHEST_BPM, LOWEST_BPM, TempoChange, TempoMap

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM, WHEEL = 0x80, 0x90, 0xB0, 0xC0, 0xE0
CHANNEL_MESSAGES = range(0x80, 0xF0)


@dataclass(frozen=True)
class SongEvent:
    """`message` are a MIDI message's bytes, sent at `beat`."""

    beat: float
    message: tuple[int, ...]

    @property
    def kind(self) -> int:
        """The message's kind, without its channel: NOTE_ON is one with a velocity."""
        kind = self.message[0] & 0xF0
        return NOTE_OFF if kind == NOTE_ON and self.message[2] == 0 else kind

    @property
    def channel(self) -> int:
        """0 to 15."""
        return self.message[0] & 0x0F


@dataclass(frozen=True)
class Song:
    """Events by beat (on one beat, in the file's order), until `end_beat`."""

    events: tuple[SongEvent, ...]
    end_beat: float
    meters: Meters
    tempo: TempoMap

    @property
    def bars(self) -> int:
        """How many bars the song has begun when it ends."""
        return self.meters.bar_at(max(self.end_beat - 1e-3, 0.0))


def read_song(content: bytes) -> Song:
    """Read a Standard MIDI File that has been read before, so that it is known to be one."""
    file = mido.MidiFile(file=io.BytesIO(content), clip=True)
    events: list[SongEvent] = []
    tempi: dict[float, float] = {}
    meters: dict[float, TimeSignature] = {}
    end_beat = 0.0
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            beat = tick / file.ticks_per_beat
            if message.type == "set_tempo":
                tempi[beat] = min(max(60_000_000 / message.tempo, LOWEST_BPM), HIGHEST_BPM)
            elif message.type == "time_signature":
                meters[beat] = TimeSignature(message.numerator, message.denominator)
            elif not message.is_meta and message.bytes()[0] in CHANNEL_MESSAGES:
                events.append(SongEvent(beat, tuple(message.bytes())))
        end_beat = max(end_beat, tick / file.ticks_per_beat)
    tempi.setdefault(0.0, 120.0)
    meters.setdefault(0.0, TimeSignature())
    return Song(
        tuple(sorted(events, key=lambda event: event.beat)),
        end_beat,
        Meters(tuple(MeterChange(beat, meters[beat]) for beat in sorted(meters))),
        TempoMap(tuple(TempoChange(beat, tempi[beat]) for beat in sorted(tempi))),
    )
