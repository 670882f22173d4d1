"""A song -> what the player sends: the bars that are wanted, on one channel, a patch chosen before. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from daw_bridge.core.meters import Meters
from daw_bridge.live.clock_recovery import TICKS_PER_BEAT
from daw_bridge.live.song import CONTROL, NOTE_OFF, NOTE_ON, PROGRAM, WHEEL, Song, SongEvent

TICK, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
SUSTAIN, ALL_NOTES_OFF, BANK = 64, 123, 0
BANK_LOW = 32


@dataclass(frozen=True)
class Patch:
    """What a hardware synth is told before anything is played: bank, program, controllers."""

    program: int | None = None
    """1 to 128, as front panels count."""
    bank: int | None = None
    """1 to 16384."""
    controllers: tuple[tuple[int, int], ...] = ()

    def messages(self, channel: int) -> list[tuple[int, ...]]:
        """In the order in which a synth wants them."""
        made: list[tuple[int, ...]] = []
        if self.bank is not None:
            high, low = divmod(self.bank - 1, 128)
            made += [(CONTROL | channel, BANK, high), (CONTROL | channel, BANK_LOW, low)]
        if self.program is not None:
            made.append((PROGRAM | channel, self.program - 1))
        return made + [(CONTROL | channel, number, value) for number, value in self.controllers]


@dataclass(frozen=True)
class Program:
    """`beats` rise; `messages[i]` is sent at `beats[i]`, counted from where the program begins.

    `first` is sent before, `length_beats` is after how much it may begin again.
    """

    first: tuple[tuple[int, ...], ...]
    beats: tuple[float, ...]
    messages: tuple[tuple[int, ...], ...]
    length_beats: float
    bar_beats: float
    """The first bar's length, on whose multiples it begins."""
    song_beat: float | None = None
    """Where in the session it begins, from bar 1 on, if that is known."""

    @property
    def sends_clock(self) -> bool:
        """Whether others follow it."""
        return (TICK,) in self.messages

    @property
    def channels(self) -> frozenset[int]:
        """On which notes are played."""
        return frozenset(m[0] & 0x0F for m in self.messages if m[0] & 0xF0 == NOTE_ON)


def program_of(
    song: Song,
    *,
    from_bar: int = 1,
    to_bar: int | None = None,
    channel: int | None = None,
    patch: Patch | None = None,
    sends_clock: bool = False,
    song_beat: float | None = None,
) -> Program:
    """From the beginning of `from_bar` to the end of `to_bar`, counted from the song's first bar.

    Notes that are held at the beginning are left out, those that are held at the end end there; controllers
    and the wheel stand as they would. `channel` is 1 to 16; `song_beat` is where the song begins in the
    session.
    """
    begin = song.meters.start_of(from_bar)
    end = song.end_beat if to_bar is None else min(song.meters.start_of(to_bar + 1), song.end_beat)
    events = song.events if channel is None else tuple(_on(event, channel - 1) for event in song.events)
    patched = events[0].channel if events else 0
    first = [*(patch.messages(patched) if patch else []), *_state_before(events, begin)]
    played = [(event.beat - begin, event.message) for event in _cut(events, begin, end)]
    if sends_clock:
        ticks = round((end - begin) * TICKS_PER_BEAT)
        clock: list[tuple[float, tuple[int, ...]]] = [(n / TICKS_PER_BEAT, (TICK,)) for n in range(ticks)]
        played = sorted([(0.0, (START,)), *clock, *played], key=lambda each: each[0])
    return Program(
        tuple(first),
        tuple(beat for beat, _ in played),
        tuple(message for _, message in played),
        end - begin,
        _bar_length(song.meters, from_bar),
        None if song_beat is None else song_beat + begin,
    )


def _bar_length(meters: Meters, bar: int) -> float:
    return meters.time_signature_at(meters.start_of(bar)).beats_per_bar


def _on(event: SongEvent, channel: int) -> SongEvent:
    status, *data = event.message
    return SongEvent(event.beat, (status & 0xF0 | channel, *data))


def _state_before(events: Sequence[SongEvent], begin: float) -> list[tuple[int, ...]]:
    """The last of each controller, program and wheel position; of parameters (RPN) all, in their order."""
    before = list(itertools.takewhile(lambda e: e.beat < begin, events))
    kept: dict[tuple[int, ...], tuple[int, ...]] = {}
    made: list[tuple[int, ...]] = []
    for event in before:
        if event.kind == CONTROL and event.message[1] in (6, 38, 98, 99, 100, 101):
            made.append(event.message)
        elif event.kind == CONTROL:
            kept[event.message[:2]] = event.message
        elif event.kind in (PROGRAM, WHEEL):
            kept[event.message[:1]] = event.message
    return made + list(kept.values())


def _cut(events: Sequence[SongEvent], begin: float, end: float) -> list[SongEvent]:
    held: dict[tuple[int, int], int] = {}
    made: list[SongEvent] = []
    for event in events:
        is_inside = begin <= event.beat < end
        if event.kind == NOTE_ON:
            if is_inside:
                key = (event.channel, event.message[1])
                held[key] = held.get(key, 0) + 1
                made.append(event)
        elif event.kind == NOTE_OFF:
            key = (event.channel, event.message[1])
            if held.get(key, 0) and event.beat <= end:
                held[key] -= 1
                made.append(event)
        elif is_inside:
            made.append(event)
    for (channel, pitch), count in held.items():
        made += [SongEvent(end, (NOTE_OFF | channel, pitch, 64))] * count
    return made


def silencing(channels: Sequence[int]) -> list[tuple[int, ...]]:
    """What ends every note on these channels, those that a pedal holds as well."""
    return [
        message
        for channel in channels
        for message in ((CONTROL | channel, SUSTAIN, 0), (CONTROL | channel, ALL_NOTES_OFF, 0))
    ]
