"""MIDI clock from another process, through JACK's ports."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from daw_bridge.core.errors import ClockMissing, PortMissing
from daw_bridge.flow.events import TakeDelivered
from daw_bridge.live.clock_listener import ClockListener
from daw_bridge.live.ports import list_ports
from daw_bridge.service.serving import OpenSession
from daw_bridge.session.start import start_session
from daw_bridge.settings import ListenedTempo
from tests.fake_bridge import FakeBridge
from tests.flow.test_flow_pipeline import bounce_tone
from tests.live.clock_sender import clock_sender
from tests.sessions import Heard

pytestmark = [pytest.mark.real]

PATIENCE_S = 60.0
OURS = "DAW Bridge:DAW Bridge"


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    give_up_s = time.perf_counter() + PATIENCE_S
    while not holds():
        assert time.perf_counter() < give_up_s
        pause.wait(0.02)


def tempo_now(listener: ClockListener) -> float | None:
    heard = listener.history.at(time.time())
    return None if heard is None or heard.age_s else heard.tempo_bpm


def test_ports_are_listed(jack: dict[str, str]) -> None:
    with clock_sender("-", jack):
        assert "sender:clock" in list_ports().inputs


def test_the_clock_of_a_named_port_and_its_changes(jack: dict[str, str]) -> None:
    with clock_sender("-", jack) as sender, ClockListener("CLOCK") as listener:
        sender.tell("97")
        until(lambda: (bpm := tempo_now(listener)) is not None and abs(bpm - 97) < 0.5)
        sender.tell("140")
        until(lambda: (bpm := tempo_now(listener)) is not None and abs(bpm - 140) < 0.7)
        heard = listener.history.at(time.time())
        assert heard is not None and heard.said_by.startswith("MIDI clock on sender:clock, 1")


def test_a_port_of_our_own_takes_the_clock(jack: dict[str, str]) -> None:
    with ClockListener() as listener, clock_sender(OURS, jack) as sender:
        sender.tell("97")
        until(lambda: (bpm := tempo_now(listener)) is not None and abs(bpm - 97) < 0.5)


def test_a_port_that_goes_and_comes_back_is_heard_again(jack: dict[str, str]) -> None:
    with clock_sender("-", jack) as sender:
        listener = ClockListener("sender")
        with listener:
            sender.tell("97")
            until(lambda: tempo_now(listener) is not None)
            sender.tell("stop")
            until(lambda: tempo_now(listener) is None)
            with clock_sender("-", jack):
                pass  # another of its kind comes and goes: nothing changes
            sender.tell("120")
            until(lambda: (bpm := tempo_now(listener)) is not None and abs(bpm - 120) < 0.6)


def test_an_unplugged_port_is_waited_for(jack: dict[str, str]) -> None:
    with clock_sender("-", jack) as sender:
        listener = ClockListener("sender").__enter__()
        sender.tell("97")
        until(lambda: tempo_now(listener) is not None)
    until(lambda: tempo_now(listener) is None)
    with clock_sender("-", jack) as sender:
        sender.tell("131")
        until(lambda: (bpm := tempo_now(listener)) is not None and abs(bpm - 131) < 0.7)
    listener.__exit__(None, None, None)


def test_a_port_that_is_not_there_is_said_with_those_that_are(jack: dict[str, str]) -> None:
    with clock_sender("-", jack), pytest.raises(PortMissing, match=r'there are: .*"sender:clock"'):
        ClockListener("IAC Driver Bus 1").__enter__()


def test_watch_takes_the_clocks_last_tempo_when_it_has_stopped_for_the_bounce(
    jack: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "Song"
    folder.mkdir()
    (folder / "bridge.yaml").write_text('settle: 0.05\ntempo: {listen: clock, port: "sender"}\n')
    session = start_session(folder)
    told = Heard()
    with clock_sender("-", jack) as sender, FakeBridge(tmp_path / "state") as bridge:
        sender.tell("97")
        with OpenSession(bridge, session, told):
            history = bridge.listeners.open(ListenedTempo(listen="clock", port="sender")).history
            until(lambda: (heard := history.at(time.time())) is not None and heard.tempo_bpm == 97.0)
            sender.tell("stop")
            until(lambda: (heard := history.at(time.time())) is not None and heard.age_s > 0)
            bounce_tone(session.watched / "bass.wav")
            take = told.wait(TakeDelivered).delivered.take
    assert abs(take.tempo.bpm - 97) < 0.3
    assert take.tempo.source.startswith("MIDI clock on sender:clock, 9")
    assert take.tempo.source.endswith(" s before the bounce")


def test_convert_says_that_no_clock_comes(jack: dict[str, str], tmp_path: Path) -> None:
    stem = bounce_tone(tmp_path / "bass.wav")
    with FakeBridge(tmp_path / "state") as bridge, pytest.raises(ClockMissing, match="No MIDI clock came in"):
        bridge.convert(stem, deliver_to=tmp_path, tempo=ListenedTempo(listen="clock"))
