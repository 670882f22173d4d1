"""Ableton Link as a clock: its tempo and its bars, as a peer among peers."""

from __future__ import annotations

import math
import time
from typing import Any

from daw_bridge.core.errors import LinkMissing, LiveError
from daw_bridge.live.link_listener import LinkListener
from daw_bridge.live.listening import LISTEN_S, nobody
from daw_bridge.live.steadiness import Steadiness, SteadinessMeter
from daw_bridge.settings import ListenedTempo

NEXT_BAR_S = 0.1
"""A bar that begins sooner is too near to be met."""
_LOOK_S = 0.005
"""How old what is known of Link may be."""


class LinkClock:
    """Joins the session that is there, with its own tempo, so that nothing changes for the others.

    Made, it waits until it is one of them. Raises LinkMissing, LinkUnavailable.
    """

    def __init__(self) -> None:
        from link import Link

        with LinkListener() as listener:
            listener.history.wait_for_a_word(LISTEN_S)
            heard = listener.history.at(time.time())
        if heard is None:
            raise _nobody()
        self.moves, self.moved_to = 0, 0.0
        self._link = Link(heard.tempo_bpm)
        self._link.enabled = True
        self._zero_beat, self._quantum = 0.0, 4.0
        self._known: tuple[float, float, float] | None = None
        self._meter = SteadinessMeter()
        self._peers_s = time.perf_counter()
        until_s = time.perf_counter() + LISTEN_S
        while not self._link.numPeers():
            if time.perf_counter() > until_s:
                self.close()
                raise _nobody()
            time.sleep(0.02)

    def close(self) -> None:
        """Leave."""
        self._link.enabled = False

    def begin(self, bar_beats: float, song_beat: float | None) -> None:
        """On the next bar, which all peers count alike."""
        self._quantum, self._meter, self._known = bar_beats, SteadinessMeter(), None
        _, beat, _ = self._now()
        soonest = beat + NEXT_BAR_S * self.tempo_bpm() / 60.0
        self._zero_beat = math.ceil(soonest / bar_beats) * bar_beats

    def time_at(self, beat: float) -> float:
        """By the tempo that Link has now."""
        time_s, at_beat, bpm = self._now()
        return time_s + (beat + self._zero_beat - at_beat) * 60.0 / bpm

    def beat_at(self, time_s: float) -> float:
        """By the tempo that Link has now."""
        at_s, at_beat, bpm = self._now()
        return at_beat + (time_s - at_s) * bpm / 60.0 - self._zero_beat

    def check(self) -> None:
        """Without a peer for longer than Link takes to notice, nobody is there to play with."""
        now_s = time.perf_counter()
        if self._link.numPeers():
            self._peers_s = now_s
        elif now_s - self._peers_s > 1.0:
            raise LinkMissing(
                "The last peer has left Ableton Link.",
                advice="Switch Link on in the DAW, and play again; or play with --sync none.",
            )

    def tempo_bpm(self) -> float:
        """Link's."""
        return self._now()[2]

    def steadiness(self) -> Steadiness | None:
        """From one look to the next."""
        return self._meter.read()

    def _now(self) -> tuple[float, float, float]:
        """(seconds, beat there, BPM): Link counts microseconds on a clock of its own."""
        now_s = time.perf_counter()
        if self._known is None or now_s - self._known[0] > _LOOK_S:
            state: Any = self._link.captureAppSessionState()
            micros = self._link.clock().micros()
            beat = state.beatAtTime(micros, self._quantum)
            now = (time.perf_counter(), beat, state.tempo())
            if self._known is not None and self._known[2] == now[2]:
                at_s, at_beat, bpm = self._known
                self._meter.note((beat - at_beat) * 60.0 / bpm - (now[0] - at_s), bpm)
            self._known = now
        return self._known


def _nobody() -> LiveError:
    """Who plays names no tempo: the part has its own."""
    return nobody(ListenedTempo(listen="link"), "play with --sync none")
