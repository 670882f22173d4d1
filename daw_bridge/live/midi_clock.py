"""MIDI clock as a clock: its beats, start, stop, continue and song position."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence

from daw_bridge.core.errors import ClockMissing
from daw_bridge.live.clock_recovery import TICKS_PER_BEAT, ClockFit, ClockRecovery
from daw_bridge.live.clocks import NEVER
from daw_bridge.live.ports import CLIENT, MidiInput
from daw_bridge.live.program import CONTINUE, POSITION, START, STOP, TICK
from daw_bridge.live.steadiness import Steadiness, SteadinessMeter

LOST_S = 1.5
"""Without a tick for so long a running clock is gone: the slowest ticks eight times a second."""
_POSITIONS_PER_BEAT = 4
"""Song position counts sixteenths."""


class MidiClock:
    """Follows the clock on `port` (None: a port of our own). Waits for its start; beats are the song's.

    `bpm` is the tempo until the clock has said its own. Raises PortMissing, PortsUnavailable.
    """

    def __init__(self, port: str | None, bpm: float) -> None:
        self.moves, self.moved_to = 0, 0.0
        self._recovery = ClockRecovery()
        self._lock = threading.Lock()
        self._is_running = False
        self._position = 0.0
        self._song_beat: float | None = None  # where the program begins; None until the clock has started
        self._last: tuple[float, float] | None = None
        self._bpm = bpm
        self._meter, self._ticks_lost = SteadinessMeter(), (0, 0)
        self._measured: ClockFit | None = None
        self._input = MidiInput(port, self._hear)
        self.name = self._input.name or CLIENT

    def close(self) -> None:
        """Follow no more."""
        self._input.close()

    def _hear(self, time_s: float, message: Sequence[int]) -> None:
        with self._lock:
            kind = message[0]
            if kind == TICK:
                self._recovery.tick(time_s)
                self._last = (time_s, self._recovery.beat)
            elif kind == POSITION:
                self._position = (message[1] | message[2] << 7) / _POSITIONS_PER_BEAT
            elif kind in (START, CONTINUE):
                self._run_from(0.0 if kind == START else self._position)
            elif kind == STOP:
                self._is_running = False
                self.moves += 1
                self._position = self._recovery.beat + 1 / TICKS_PER_BEAT

    def _run_from(self, beat: float) -> None:
        """The next tick is this beat of the song."""
        self._recovery.start(beat)
        if self._song_beat is None:
            self._song_beat = beat
        self._last = None
        self._is_running = True
        self.moved_to = beat - self._song_beat
        self.moves += 1

    def begin(self, bar_beats: float, song_beat: float | None) -> None:
        """At its place in the song; without one, where the clock starts, or on the next bar."""
        with self._lock:
            self._meter, self._ticks_lost = SteadinessMeter(), self._lost()
            self._song_beat = song_beat
            if song_beat is None and self._is_running and self._last is not None:
                self._song_beat = math.ceil((self._last[1] + 0.1) / bar_beats) * bar_beats

    def time_at(self, beat: float) -> float:
        """By the tempo that the clock has now."""
        with self._lock:
            if not self._is_running or self._last is None:
                return NEVER
            at_s, at_beat, bpm = self._now()
            return at_s + (beat + (self._song_beat or 0.0) - at_beat) * 60.0 / bpm

    def beat_at(self, time_s: float) -> float:
        """By the tempo that the clock has now."""
        with self._lock:
            at_s, at_beat, bpm = self._now()
            return at_beat + (time_s - at_s) * bpm / 60.0 - (self._song_beat or 0.0)

    def check(self) -> None:
        """A clock that runs and does not tick is gone."""
        with self._lock:
            is_lost = (
                self._is_running and self._last is not None and time.perf_counter() - self._last[0] > LOST_S
            )
        if is_lost:
            raise ClockMissing(
                "The MIDI clock stopped ticking without a word.",
                where=self.name,
                advice="See that the DAW runs and the cable is in, and play again.",
            )

    def tempo_bpm(self) -> float:
        """The clock's."""
        with self._lock:
            return self._now()[2]

    def steadiness(self) -> Steadiness | None:
        """By its ticks, while it ran."""
        with self._lock:
            dropped, doubled = (now - then for now, then in zip(self._lost(), self._ticks_lost, strict=True))
            return self._meter.read(dropped, doubled)

    def _lost(self) -> tuple[int, int]:
        return self._recovery.dropped, self._recovery.doubled

    def _now(self) -> tuple[float, float, float]:
        fit = self._recovery.fit
        if fit is not None:
            self._bpm = fit.tempo_bpm
            if fit is not self._measured and self._is_running:
                self._measured = fit
                self._meter.note(fit.jitter_s, fit.tempo_bpm)
            return fit.time_s, fit.beat, fit.tempo_bpm
        time_s, beat = self._last or (time.perf_counter(), self._position)
        return time_s, beat, self._bpm
