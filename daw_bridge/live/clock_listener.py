"""MIDI clock, heard on a port: its tempo, for as long as somebody ticks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from daw_bridge.core.errors import LiveError
from daw_bridge.live.clock_recovery import ClockRecovery
from daw_bridge.live.history import TempoHistory
from daw_bridge.live.ports import CLIENT, MidiInput
from daw_bridge.live.program import TICK

log = logging.getLogger(__name__)

_LOOK_S = 0.25
_SILENT_S = 1.0
"""Without a tick for so long, nothing is said."""
_LOOK_FOR_PORT_S = 2.0


class ClockListener:
    """Notes in `history` what the clock's tempo is. A context manager; raises PortMissing, PortsUnavailable.

    `port` is an input's name or a part of it; None is a port of our own, called "DAW Bridge". A port that is
    unplugged is heard again when it comes back.
    """

    def __init__(self, port: str | None = None) -> None:
        self.history = TempoHistory()
        self._wanted = port
        self._recovery = ClockRecovery()
        self._lock = threading.Lock()
        self._last_tick_s = float("-inf")
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._look, name="MIDI clock", daemon=True)
        self._input: MidiInput | None = None

    def __enter__(self) -> Self:
        self._input = MidiInput(self._wanted, self._hear)
        self.name = f"MIDI clock on {self._input.name or CLIENT}"
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()
        if self._input is not None:
            self._input.close()

    def _hear(self, time_s: float, message: Sequence[int]) -> None:
        if message[0] == TICK:
            with self._lock:
                self._recovery.tick(time_s)
                self._last_tick_s = time_s

    def _look(self) -> None:
        next_port_s = time.perf_counter() + _LOOK_FOR_PORT_S
        while not self._closing.wait(_LOOK_S):
            now_s = time.perf_counter()
            with self._lock:
                fit = self._recovery.fit if now_s - self._last_tick_s < _SILENT_S else None
            if fit is not None:
                bpm = fit.plain_bpm
                self.history.note(time.time(), bpm, f"{self.name}, {bpm:g} BPM")
            if now_s > next_port_s:
                next_port_s = now_s + _LOOK_FOR_PORT_S
                self._keep_port()

    def _keep_port(self) -> None:
        try:
            if self._input is not None and not self._input.is_there:
                log.warning("%s: the port is gone; waiting for it", self.name)
                self._input.close()
                self._input = None
            if self._input is None:
                self._input = MidiInput(self._wanted, self._hear)
                log.warning("%s: the port is back", self.name)
        except LiveError as error:
            log.info("%s", error)
