"""Takes played to a synth in another process, through JACK; and that nothing ever sounds on."""

from __future__ import annotations

import threading
from itertools import pairwise
from statistics import median

import mido
import pytest

from daw_bridge.core.errors import ClockMissing, LiveError, PortMissing
from daw_bridge.live.player import Timing
from daw_bridge.live.playing import LivePlayer
from daw_bridge.live.program import program_of
from daw_bridge.live.wire import Piece, Setup
from tests.live.clock_sender import clock_sender
from tests.live.receiver import PORT, Synth, synth
from tests.live.test_live_player import C, E, G, note, song

pytestmark = [pytest.mark.real]

START, CONTINUE, STOP = 250, 251, 252
NOTE_OFF = 0x80


def piece(*messages: tuple[float, mido.Message], bars: int = 4, bpm: float = 240, **wish: float) -> Piece:
    from daw_bridge.core.timing import TempoMap

    loop = bool(wish.pop("loop", False))
    return Piece(program_of(song(*messages, bars=bars), **wish), TempoMap.constant(bpm), loop)  # type: ignore[arg-type]


def eighths(bars: int) -> list[tuple[float, mido.Message]]:
    return [n for i in range(bars * 8) for n in note(i / 2, C + i % 12, 0.45)]


def test_a_piece_comes_through_in_order_and_in_time(jack: dict[str, str]) -> None:
    with synth(jack) as heard, LivePlayer(Setup(PORT, "", "none")) as player:
        timing = player.play(piece(*eighths(2), bars=2))
        heard.wait_for(lambda synth: len(synth.notes) == 16 and not synth.sounding)
    assert [key for _, key in heard.notes] == [C + i % 12 for i in range(16)]
    assert timing.notes == 16 and timing.clock is None
    between_s = heard.notes[-1][0] - heard.notes[0][0]
    assert between_s == pytest.approx(15 * 0.125, rel=0.25)  # how exactly is the bench's to say


def test_our_own_port_is_one_that_others_find(jack: dict[str, str]) -> None:
    from daw_bridge.live.ports import list_ports

    with LivePlayer(Setup(None, "Bass from the bridge", "none")):
        assert "DAW Bridge:Bass from the bridge" in list_ports().inputs


def test_a_port_that_is_not_there_is_said(jack: dict[str, str]) -> None:
    with pytest.raises(PortMissing, match="There is no MIDI output at all"):
        LivePlayer(Setup("IAC Driver Bus 1", "", "none")).__enter__()


def test_two_pieces_go_through_one_port(jack: dict[str, str]) -> None:
    with synth(jack) as heard, LivePlayer(Setup(PORT, "", "none")) as player:
        player.play(piece(*note(0, C), bars=1, bpm=999))
        player.play(piece(*note(0, G), bars=1, bpm=999))
        heard.wait_for(lambda synth: len(synth.notes) == 2 and not synth.sounding)
    assert [key for _, key in heard.notes] == [C, G]


def in_thread(player: LivePlayer, what: Piece) -> tuple[threading.Thread, list[LiveError]]:
    errors: list[LiveError] = []

    def play() -> None:
        try:
            player.play(what)
        except LiveError as error:
            errors.append(error)

    thread = threading.Thread(target=play)
    thread.start()
    return thread, errors


def test_a_player_that_is_killed_is_silenced_and_said(jack: dict[str, str]) -> None:
    with synth(jack) as heard, LivePlayer(Setup(PORT, "", "none")) as player:
        thread, errors = in_thread(player, piece(*note(0, C, 15.9), *note(0, E, 15.9), bpm=30))
        heard.wait_for(lambda synth: len(synth.sounding) == 2)
        player._process.kill()
        heard.wait_for(lambda synth: not synth.sounding)
        thread.join(60)
    assert "The process that plays was ended" in str(errors)


def test_an_unplugged_port_is_an_error(jack: dict[str, str]) -> None:
    with synth(jack) as heard, LivePlayer(Setup(PORT, "", "none")) as player:
        thread, errors = in_thread(player, piece(*note(0, C, 15.9), bpm=30))
        heard.wait_for(lambda synth: synth.sounding)
        heard.unplug()
        thread.join(60)
    assert isinstance(errors[0], PortMissing) and errors[0].what == "The MIDI port is gone."


def is_ready(synth: Synth) -> bool:
    """The player begins with silence."""
    return len(synth.received) >= 2


def test_a_clock_starts_it_a_stop_silences_it_and_continue_goes_on(jack: dict[str, str]) -> None:
    with (
        synth(jack) as heard,
        clock_sender("-", jack) as sender,
        LivePlayer(Setup(PORT, "", "clock", "sender")) as player,
    ):
        thread, errors = in_thread(
            player, piece(*note(0, C, 7.0), *note(8, E, 0.5), *note(10, G, 0.5), song_beat=0.0)
        )
        sender.tell("300")
        heard.wait_for(is_ready)
        sender.tell(f"send {START}")
        heard.wait_for(lambda synth: synth.sounding == {(0, C)})
        sender.tell(f"send {STOP}")
        heard.wait_for(lambda synth: not synth.sounding)
        assert [key for _, key in heard.notes] == [C]
        sender.tell("send 242 36 0")  # song position: 36 sixteenths are 9 beats
        sender.tell(f"send {CONTINUE}")
        heard.wait_for(lambda synth: len(synth.notes) == 2)
        thread.join(60)
        assert not errors
    assert [key for _, key in heard.notes] == [C, G]
    assert not heard.sounding


def test_a_clock_that_is_gone_silences_and_is_an_error(jack: dict[str, str]) -> None:
    with synth(jack) as heard, LivePlayer(Setup(PORT, "", "clock", None)) as player:
        with clock_sender("DAW Bridge:DAW Bridge", jack) as sender:
            thread, errors = in_thread(player, piece(*note(0, C, 15.9)))
            sender.tell("30")
            heard.wait_for(is_ready)
            sender.tell(f"send {START}")
            heard.wait_for(lambda synth: synth.sounding)
        thread.join(60)
        heard.wait_for(lambda synth: not synth.sounding)
    assert isinstance(errors[0], ClockMissing)


def test_a_change_of_the_clocks_tempo_is_followed_within_a_beat(jack: dict[str, str]) -> None:
    for tries_left in reversed(range(5)):
        with synth(jack) as heard:
            try:
                follows_a_change_of_tempo(jack, heard)
            except (AssertionError, ClockMissing):
                if not tries_left or not stood_still(heard):
                    raise
            else:
                return


def follows_a_change_of_tempo(jack: dict[str, str], heard: Synth) -> None:
    timings: list[Timing | ClockMissing] = []

    def play(player: LivePlayer) -> None:
        try:
            timings.append(player.play(piece(*eighths(8), bars=8, loop=True)))
        except ClockMissing as error:
            timings.append(error)

    with clock_sender("-", jack) as sender, LivePlayer(Setup(PORT, "", "clock", "sender")) as player:
        thread = threading.Thread(target=play, args=[player])
        thread.start()
        try:
            sender.tell("120")
            heard.wait_for(is_ready)
            sender.tell(f"send {START}")
            heard.wait_for(lambda synth: len(synth.notes) >= 12, 15.0)
            sender.tell("200")
            heard.wait_for(lambda synth: len(synth.notes) >= 12 + 2 + 17, 15.0)
        finally:
            player.stop()
            thread.join(60)
    timing = timings[0]
    if isinstance(timing, ClockMissing):
        raise timing
    steadiness = timing.clock
    assert steadiness is not None
    assert steadiness.tempo_bpm == pytest.approx(200, rel=0.1)
    assert steadiness.drift_bpm == pytest.approx(80, rel=0.25)
    assert 0 <= steadiness.jitter_ms < 10
    times_s = [time_s for time_s, _ in heard.notes]
    apart_s = [after - before for before, after in pairwise(times_s)]
    before_s, after_s = median(apart_s[3:11]), median(apart_s[14:30])
    assert before_s == pytest.approx(0.25, rel=0.1)
    assert after_s == pytest.approx(0.15, rel=0.1)


def stood_still(synth: Synth) -> bool:
    """Whether the machine did, for longer than any two of these notes are apart: that is no tempo."""
    times_s = [time_s for time_s, message in synth.received if message[0] & 0xE0 == NOTE_OFF]
    return any(after_s - before_s > 0.6 for before_s, after_s in pairwise(times_s))


def test_we_are_the_clock(jack: dict[str, str]) -> None:
    with synth(jack) as heard, LivePlayer(Setup(PORT, "", "none")) as player:
        player.play(piece(*note(0, C), bars=2, bpm=240, sends_clock=True))
        heard.wait_for(lambda synth: len(synth.ticks) == 192)
    kinds = [message[0] for _, message in heard.received if message[0] >= 0xF8]
    assert (kinds[0], kinds[-1]) == (START, STOP)
    assert heard.ticks[-1] - heard.ticks[0] == pytest.approx(191 * 0.25 / 24, rel=0.25)
