"""What is sent, in which order, and that nothing sounds on: with clocks of our own making."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Sequence

import mido
import pytest

from daw_bridge.core.errors import LinkMissing, PortMissing
from daw_bridge.core.timing import TempoMap
from daw_bridge.live.clocks import NEVER, Internal
from daw_bridge.live.player import Player, timing_of
from daw_bridge.live.program import Patch, Program, program_of
from daw_bridge.live.song import Song, read_song

C, E, G = 60, 64, 67


def song(*messages: tuple[float, mido.Message | mido.MetaMessage], bars: int = 4, meter: str = "4/4") -> Song:
    """Messages at beats, in a file of so many bars."""
    numerator, denominator = (int(number) for number in meter.split("/"))
    file = mido.MidiFile(type=1, ticks_per_beat=960)
    head = mido.MidiTrack([mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)])
    head.append(mido.MetaMessage("set_tempo", tempo=round(60_000_000 / 240)))
    notes, tick = mido.MidiTrack(), 0
    end = (bars * numerator * 4 / denominator, mido.MetaMessage("end_of_track"))
    for beat, message in [*sorted(messages, key=lambda each: each[0]), end]:
        notes.append(message.copy(time=round(beat * 960) - tick))
        tick = round(beat * 960)
    file.tracks += [head, notes]
    buffer = io.BytesIO()
    file.save(file=buffer)
    return read_song(buffer.getvalue())


def note(beat: float, pitch: int, beats: float = 1.0) -> list[tuple[float, mido.Message]]:
    return [
        (beat, mido.Message("note_on", note=pitch, velocity=100)),
        (beat + beats, mido.Message("note_off", note=pitch)),
    ]


def notes_of(program: Program) -> list[tuple[float, int]]:
    return [(b, m[1]) for b, m in zip(program.beats, program.messages, strict=True) if m[0] & 0xF0 == 0x90]


def is_balanced(messages: Sequence[Sequence[int]]) -> bool:
    """Whether every note that begins ends."""
    held: dict[tuple[int, int], int] = {}
    for status, *data in messages:
        if status & 0xF0 == 0x90 and data[1]:
            held[status & 15, data[0]] = held.get((status & 15, data[0]), 0) + 1
        elif status & 0xF0 in (0x80, 0x90):
            held[status & 15, data[0]] = held.get((status & 15, data[0]), 0) - 1
    return not any(held.values())


def test_bars_are_cut_out_and_what_is_held_at_their_end_ends_there() -> None:
    whole = song(*note(3.0, C, 2.0), *note(4.0, E), *note(11.0, G, 4.0), meter="4/4")
    cut = program_of(whole, from_bar=2, to_bar=3)
    assert notes_of(cut) == [(0.0, E), (7.0, G)]
    assert (cut.length_beats, cut.bar_beats, cut.song_beat) == (8.0, 4.0, None)
    assert program_of(whole, from_bar=2, song_beat=64.0).song_beat == 68.0
    assert (cut.beats[-1], cut.messages[-1]) == (8.0, (0x80, G, 64))
    assert is_balanced(cut.messages)


def test_bars_are_those_of_the_meter() -> None:
    assert program_of(song(*note(3.5, C), meter="7/8"), from_bar=2).bar_beats == 3.5


def test_a_channel_takes_everything() -> None:
    program = program_of(song(*note(0, C)), channel=10)
    assert program.channels == {9}


def test_a_patch_is_chosen_before_and_controllers_stand_as_they_would() -> None:
    moved = [(0.5, mido.Message("control_change", control=1, value=20))]
    moved.append((1.0, mido.Message("control_change", control=1, value=70)))
    program = program_of(
        song(*moved, *note(4, C)), from_bar=2, patch=Patch(program=5, bank=130, controllers=((74, 64),))
    )
    assert program.first == ((0xB0, 0, 1), (0xB0, 32, 1), (0xC0, 4), (0xB0, 74, 64), (0xB0, 1, 70))


def test_our_clock_ticks_24_times_a_beat() -> None:
    program = program_of(song(*note(0, C), bars=2), sends_clock=True)
    ticks = [beat for beat, m in zip(program.beats, program.messages, strict=True) if m == (0xF8,)]
    assert ticks == [n / 24 for n in range(192)]


class Sent(list[tuple[float, list[int]]]):
    """Takes what the player sends; `gate` opens when so many notes have begun."""

    def __init__(self, notes: int = 10**9) -> None:
        self.gate = threading.Event()
        self._left = notes

    def send(self, message: Sequence[int]) -> None:
        self.append((time.perf_counter(), list(message)))
        if message[0] & 0xF0 == 0x90:
            self._left -= 1
            if self._left <= 0:
                self.gate.set()

    @property
    def notes(self) -> list[int]:
        return [message[1] for _, message in self if message[0] & 0xF0 == 0x90]

    @property
    def messages(self) -> list[list[int]]:
        return [message for _, message in self]


def test_every_note_is_played_in_its_place_and_all_ends() -> None:
    sent = Sent()
    program = program_of(song(*(n for i in range(8) for n in note(i / 2, C + i, 0.5)), bars=1))
    timing = Player(sent.send, Internal(TempoMap.constant(240))).play(program)
    assert sent.notes == list(range(C, C + 8))
    assert is_balanced(sent.messages)
    assert timing.notes == 8 and timing.left_out == 0
    times_s = [at_s for at_s, message in sent if message[0] & 0xF0 == 0x90]
    assert times_s == sorted(times_s) and times_s[-1] - times_s[0] > 7 * 0.125 - 0.1
    assert sent.messages[-2:] == [[0xB0, 64, 0], [0xB0, 123, 0]]


def test_a_loop_goes_on_until_it_is_ended_and_nothing_sounds_on() -> None:
    sent = Sent(notes=6)
    program = program_of(song(*note(0, C, 3.9), *note(1, E, 0.2), bars=1))
    player = Player(sent.send, Internal(TempoMap.constant(999)))
    thread = threading.Thread(target=player.play, args=[program], kwargs={"loop": True})
    thread.start()
    assert sent.gate.wait(20)
    player.ended.set()
    thread.join(20)
    assert sent.notes[:6] == [C, E, C, E, C, E]
    assert is_balanced(sent.messages)


class Stepped(Internal):
    """A clock that a test starts, stops and moves."""

    def __init__(self, bpm: float) -> None:
        super().__init__(TempoMap.constant(bpm))
        self.stands = False
        self.error: LinkMissing | None = None

    def time_at(self, beat: float) -> float:
        return NEVER if self.stands else super().time_at(beat)

    def move(self, beat: float) -> None:
        self._zero_s = time.perf_counter() - self._tempo.time_at(beat)
        self.moved_to = beat
        self.moves += 1

    def check(self) -> None:
        if self.error is not None:
            raise self.error


def playing(player: Player, program: Program) -> threading.Thread:
    thread = threading.Thread(target=player.play, args=[program])
    thread.start()
    return thread


def test_a_clock_that_stops_silences_and_one_that_moves_plays_from_there() -> None:
    sent = Sent(notes=1)
    clock = Stepped(120)
    program = program_of(song(*note(0, C, 15.0), *note(12.5, G, 0.1), bars=4))
    player = Player(sent.send, clock)
    thread = playing(player, program)
    assert sent.gate.wait(20)
    clock.stands = True
    clock.moves += 1
    sent.gate.clear()
    while not is_balanced(sent.messages):
        pass
    assert sent.notes == [C]
    sent.gate.clear()
    clock.move(12.0)
    clock.stands = False
    thread.join(20)
    assert sent.notes == [C, G]
    assert is_balanced(sent.messages)


@pytest.mark.parametrize("how", ["the peer is gone", "the port is unplugged"])
def test_what_goes_wrong_is_raised_and_nothing_sounds_on(how: str) -> None:
    sent = Sent(notes=1)
    clock = Stepped(60)
    player = Player(sent.send, clock)
    error = LinkMissing("Gone.", advice="Come back.")
    raised: list[Exception] = []

    def play() -> None:
        try:
            player.play(program_of(song(*note(0, C, 15.0))))
        except (LinkMissing, PortMissing) as caught:
            raised.append(caught)

    thread = threading.Thread(target=play)
    thread.start()
    assert sent.gate.wait(20)
    if how == "the peer is gone":
        clock.error = error
    else:
        player.failure = error
    thread.join(20)
    assert raised == [error]
    assert is_balanced(sent.messages)


def test_timing_is_told_in_milliseconds() -> None:
    timing = timing_of([0.001] * 99 + [0.010])
    assert (timing.median_ms, timing.p99_ms, timing.most_ms) == pytest.approx((1.0, 10.0, 10.0))
    assert timing.drift_ms == pytest.approx(0.9)
    assert timing_of([]).notes == 0
