"""Ableton's own Link in other processes, overheard. All of Link's tests are in this file: on one machine all
peers are in one session, so they take turns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from daw_bridge.core.errors import LinkMissing
from daw_bridge.deliver.take_file import load_take
from daw_bridge.flow.events import TakeDelivered
from daw_bridge.live.link_clock import LinkClock
from daw_bridge.live.link_listener import LinkListener
from daw_bridge.live.player import Player
from daw_bridge.live.program import program_of
from daw_bridge.service.serving import OpenSession
from daw_bridge.session.start import start_session
from daw_bridge.settings import ListenedTempo
from tests.fake_bridge import FakeBridge
from tests.flow.test_flow_pipeline import bounce_tone
from tests.live.link_peer import link_peer
from tests.live.test_live_player import note, song
from tests.sessions import Heard

PATIENCE_S = 60.0


def until(holds: Callable[[], bool]) -> None:
    """Looks again and again, for as long as a Link session may take to find itself."""
    pause = threading.Event()
    give_up_s = time.perf_counter() + PATIENCE_S
    while not holds():
        assert time.perf_counter() < give_up_s
        pause.wait(0.02)


def heard_now(listener: LinkListener) -> tuple[float, str, float] | None:
    heard = listener.history.at(time.time())
    return None if heard is None else (heard.tempo_bpm, heard.said_by, heard.age_s)


def test_the_tempo_and_its_changes_are_overheard() -> None:
    with LinkListener() as listener, link_peer(97) as peer:
        until(lambda: heard_now(listener) == (97.0, "Ableton Link, 97 BPM, 1 peer", 0.0))
        peer.ask("tempo 103.5")
        until(lambda: heard_now(listener) == (103.5, "Ableton Link, 103.5 BPM, 1 peer", 0.0))


def test_listening_does_not_touch_the_tempo_of_who_comes_later() -> None:
    """Were the listener a peer, whoever starts Link after it would take over its tempo."""
    with LinkListener() as listener, link_peer(133) as peer:
        until(lambda: heard_now(listener) == (133.0, "Ableton Link, 133 BPM, 1 peer", 0.0))
        tempo_bpm, others, _, _ = peer.ask("say")
        assert (tempo_bpm, others) == (133.0, 0)


def test_two_peers_in_two_processes_agree_and_both_are_counted() -> None:
    with LinkListener() as listener, link_peer(97) as one:
        until(lambda: heard_now(listener) is not None)
        until(lambda: one.ask("say")[2] > 2.0)  # of two that are as old to half a second, either may win
        with link_peer(120) as other:
            until(lambda: heard_now(listener) == (97.0, "Ableton Link, 97 BPM, 2 peers", 0.0))
            until(lambda: other.ask("say")[:2] == (97.0, 1))
            assert one.ask("say")[:2] == (97.0, 1)


def test_a_peer_that_is_killed_is_remembered_with_the_time_since() -> None:
    with LinkListener() as listener, link_peer(97) as peer:
        until(lambda: heard_now(listener) is not None)
        peer.kill()
        until(lambda: (heard := heard_now(listener)) is not None and heard[2] > 2.0)


def listening_session(folder: Path, tempo: str) -> Path:
    folder.mkdir()
    (folder / "bridge.yaml").write_text(f"settle: 0.05\ntempo: {tempo}\n")
    return folder


def test_watch_takes_the_tempo_that_held_when_the_bounce_was_written(tmp_path: Path) -> None:
    session = start_session(listening_session(tmp_path / "Song", "link 7/8"))
    told = Heard()
    with link_peer(97) as peer, FakeBridge(tmp_path / "state") as bridge:
        history = bridge.listeners.open(ListenedTempo(listen="link")).history
        with OpenSession(bridge, session, told):
            until(lambda: history.at(time.time()) is not None)
            bounce = bounce_tone(session.watched / ".bass.wav")
            bounced_s = bounce.stat().st_mtime
            peer.ask("tempo 140")  # the producer goes on while the bounce is still to be found
            until(lambda: (heard := history.at(time.time())) is not None and heard.tempo_bpm == 140.0)
            assert bounce.rename(session.watched / "bass.wav").stat().st_mtime == bounced_s
            take = told.wait(TakeDelivered).delivered.take
    assert (take.tempo.bpm, take.tempo.time_signature) == (97.0, "7/8")
    assert take.tempo.source == "Ableton Link, 97 BPM, 1 peer"
    assert take.warnings == ()


def test_watch_says_so_when_nobody_is_on_link(tmp_path: Path) -> None:
    session = start_session(listening_session(tmp_path / "Song", "link"))
    told = Heard()
    with FakeBridge(tmp_path / "state") as bridge, OpenSession(bridge, session, told):
        bounce_tone(session.watched / "bass.wav")
        delivered = told.wait(TakeDelivered).delivered
    take = load_take(delivered.file)
    assert take.tempo.source.startswith("no Ableton Link was heard: ")
    assert "No Ableton Link was heard when this was bounced: another tempo stands in." in take.warnings


def test_convert_waits_a_moment_and_says_that_nobody_is_there(tmp_path: Path) -> None:
    stem = bounce_tone(tmp_path / "bass.wav")
    with FakeBridge(tmp_path / "state") as bridge, pytest.raises(LinkMissing, match="Nobody is on Ableton"):
        bridge.convert(stem, deliver_to=tmp_path, tempo=ListenedTempo(listen="link"))
    with link_peer(88), FakeBridge(tmp_path / "state") as bridge:
        take = bridge.convert(stem, deliver_to=tmp_path, tempo=ListenedTempo(listen="link")).take
    assert (take.tempo.bpm, take.tempo.source) == (88.0, "Ableton Link, 88 BPM, 1 peer")


# -- playing along -----------------------------------------------------------------------------------


class Notes(list[float]):
    """When each note was sent."""

    def send(self, message: Sequence[int]) -> None:
        if message[0] & 0xF0 == 0x90:
            self.append(time.perf_counter())


def test_a_peer_that_plays_along_keeps_the_others_tempo_and_their_bars() -> None:
    """Every note that is sent on a beat is on the other process's beat, as that one counts it."""
    with link_peer(97) as peer:
        clock = LinkClock()
        try:
            clock.begin(4.0, None)
            first_s = clock.time_at(0.0)
            assert peer.ask("say")[0] == 97.0
            until(lambda: time.perf_counter() > first_s + 0.01)
            tempo_bpm, peers, beat, _ = peer.ask("say")
            elsewhere = clock.beat_at(time.perf_counter())
            assert (tempo_bpm, peers) == (97.0, 1)
            assert abs((beat - elsewhere + 2.0) % 4.0 - 2.0) < 0.2  # beat 0 began a bar there too
        finally:
            clock.close()


def test_playing_follows_a_change_of_tempo_within_a_beat() -> None:
    notes = Notes()
    with link_peer(120) as peer:
        clock = LinkClock()
        try:
            player = Player(notes.send, clock)
            program = program_of(song(*[n for i in range(64) for n in note(i / 2, 60, 0.4)], bars=8))
            thread = threading.Thread(target=player.play, args=[program])
            thread.start()
            until(lambda: len(notes) >= 8)
            before_s = (notes[7] - notes[1]) / 6
            peer.ask("tempo 200")
            changed = len(notes)
            until(lambda: len(notes) >= changed + 2 + 12)
            player.ended.set()
            thread.join(20)
            steadiness = clock.steadiness()
        finally:
            clock.close()
    assert steadiness is not None
    assert (steadiness.tempo_bpm, steadiness.drift_bpm) == (200.0, 80.0)
    assert 0.0 <= steadiness.jitter_ms < 5.0
    after_s = (notes[changed + 13] - notes[changed + 1]) / 12  # from a beat after the change on
    assert before_s == pytest.approx(0.25, rel=0.1)
    assert after_s == pytest.approx(0.15, rel=0.1)


def test_playing_ends_with_an_error_when_the_last_peer_is_killed() -> None:
    with link_peer(120) as peer:
        clock = LinkClock()
        try:
            until(lambda: peer.ask("say")[1] == 1)
            peer.kill()
            program = program_of(song(*note(0, 60, 999.0), bars=250))
            with pytest.raises(LinkMissing, match="The last peer has left"):
                Player(Notes().send, clock).play(program)
        finally:
            clock.close()


def test_there_is_nobody_to_play_with() -> None:
    with pytest.raises(LinkMissing, match="Nobody is on Ableton Link") as raised:
        LinkClock()
    assert raised.value.advice == "Switch Link on in the DAW, or play with --sync none."
