"""The process that plays: `python -m daw_bridge.live.player_process`, told what by lines on its input.

It has its own Python, so nothing that is drawn, heard or written elsewhere keeps it waiting. It holds the
port; when its input ends, because the bridge ended or was killed, it silences what sounds and ends as well.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from dataclasses import asdict
from typing import IO

from daw_bridge.core.errors import InternalError, LiveError, PortMissing
from daw_bridge.live.clocks import Clock, Internal
from daw_bridge.live.player import Player
from daw_bridge.live.ports import MidiOutput
from daw_bridge.live.wire import Piece, Setup, error_as_data, line, of_line, piece_of

TELL_S = 0.1
LOOK_FOR_PORT_S = 1.0


class _Telling:
    """Says what happens on the output, from any thread; nobody may be there to hear it."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._lock = threading.Lock()

    def __call__(self, kind: str, content: object = None) -> None:
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._out.write(line(kind, content))
            self._out.flush()


def main() -> None:
    """Play until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the bridge's to hear, which then ends our input
    tell = _Telling(sys.stdout)
    try:
        _serve(tell)
    except LiveError as error:
        tell("error", error_as_data(error))
    except Exception as cause:
        tell("error", error_as_data(InternalError.of(cause)))
        raise


def _serve(tell: _Telling) -> None:
    kind, content = of_line(sys.stdin.readline() or line("end"))
    if kind == "end":
        return
    setup = Setup(**content)
    with contextlib.ExitStack() as open_:
        clock = _clock(setup, open_)  # first: JACK numbers clients of one name, and its port is to be found
        output = open_.enter_context(MidiOutput(setup.port, setup.own))
        pieces: queue.Queue[Piece | None] = queue.Queue()
        players: list[Player] = []
        ended = threading.Event()
        threading.Thread(target=_read, args=[pieces, players, ended], daemon=True).start()
        tell("ready", {"port": output.name, "clock": getattr(clock, "name", None)})
        while (piece := pieces.get()) is not None:
            loop_beats = piece.program.length_beats if piece.loop else None
            player = Player(output.send, clock or Internal(piece.tempo, loop_beats))
            players[:] = [player]
            if ended.is_set():
                return
            _play(player, piece, output, tell)


def _play(player: Player, piece: Piece, output: MidiOutput, tell: _Telling) -> None:
    done = threading.Event()
    telling = threading.Thread(target=_tell, args=[player, output, tell, done])
    telling.start()
    try:
        timing = player.play(piece.program, loop=piece.loop)
    finally:
        done.set()
        telling.join()
    tell("played", asdict(timing))


def _clock(setup: Setup, open_: contextlib.ExitStack) -> Clock | None:
    """None for our own, which each piece has its tempo for."""
    if setup.sync == "link":
        from daw_bridge.live.link_clock import LinkClock

        link = LinkClock()
        open_.callback(link.close)
        return link
    if setup.sync == "clock":
        from daw_bridge.live.midi_clock import MidiClock

        clock = MidiClock(setup.clock_in, setup.tempo_bpm)
        open_.callback(clock.close)
        return clock
    return None


def _read(pieces: queue.Queue[Piece | None], players: list[Player], ended: threading.Event) -> None:
    """What we are told; at its end, everything ends."""
    for text in sys.stdin:
        kind, content = of_line(text)
        if kind == "play":
            pieces.put(piece_of(content))
        elif kind == "stop":
            for player in players:
                player.ended.set()
    ended.set()
    for player in players:
        player.ended.set()
    pieces.put(None)


def _tell(player: Player, output: MidiOutput, tell: _Telling, done: threading.Event) -> None:
    """Where the player is, and whether its port is."""
    look_s = time.perf_counter() + LOOK_FOR_PORT_S
    while not done.wait(TELL_S):
        beat = player.beat
        tell("at", {"beat": None if beat != beat else beat, "bpm": player.tempo_bpm()})
        if time.perf_counter() > look_s:
            look_s = time.perf_counter() + LOOK_FOR_PORT_S
            if not output.is_there():
                player.failure = PortMissing(
                    "The MIDI port is gone.", where=output.name, advice="Plug it in, and play again."
                )


if __name__ == "__main__":
    try:
        main()
    finally:
        os._exit(0)  # the thread that reads our input need not have ended, and nobody waits for it
