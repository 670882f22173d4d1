"""Listening for a tempo: to Ableton Link or to MIDI clock, as the settings want it."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager, ExitStack
from typing import Protocol, Self

from daw_bridge.core.errors import ClockMissing, LinkMissing, LiveError
from daw_bridge.live.history import HeardTempo, TempoHistory
from daw_bridge.settings import ListenedTempo

LISTEN_S = 3.0
"""Peers and clocks that are there have been heard after so long: the slowest clock ticks 8 times a second."""


class Listener(AbstractContextManager["Listener"], Protocol):
    """Hears tempi, from `with` to its end, and keeps them."""

    history: TempoHistory

    def __enter__(self) -> Self: ...


def listener(wanted: ListenedTempo) -> Listener:
    """Who hears it; entering raises LiveError when that can't be heard on this machine."""
    if wanted.listen == "link":
        from daw_bridge.live.link_listener import LinkListener

        return LinkListener()
    from daw_bridge.live.clock_listener import ClockListener

    return ClockListener(wanted.port)


def nobody(wanted: ListenedTempo, instead: str = "name the tempo, such as 97") -> LiveError:
    """What to say when nobody was heard, though it was waited for; `instead` is how to do without."""
    if wanted.listen == "link":
        return LinkMissing(
            f"Nobody is on Ableton Link (listened for {LISTEN_S:g} s).",
            advice=f"Switch Link on in the DAW, or {instead}.",
        )
    where = f'"{wanted.port}"' if wanted.port else 'its port "DAW Bridge"'
    return ClockMissing(
        f"No MIDI clock came in on {where} (listened for {LISTEN_S:g} s).",
        advice=f"Have the DAW send MIDI clock there, press play, or {instead}.",
    )


class Listeners:
    """One listener for each source, from when it is first wanted. May be used by many threads."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._lock = threading.Lock()
        self._listeners: dict[tuple[str, str | None], tuple[Listener, float]] = {}

    def open(self, wanted: ListenedTempo) -> Listener:
        """Begin to listen, unless that has begun. Raises LiveError."""
        with self._lock:
            key = (wanted.listen, wanted.port)
            if key not in self._listeners:
                self._listeners[key] = (self._open.enter_context(listener(wanted)), time.perf_counter())
            return self._listeners[key][0]

    def tempo_at(self, wanted: ListenedTempo, time_s: float | None = None) -> HeardTempo | None:
        """What held at that time (seconds since the epoch), or holds now. Who has only begun to listen waits
        LISTEN_S for a first word. Raises LiveError."""
        hearing = self.open(wanted)
        _, since_s = self._listeners[wanted.listen, wanted.port]
        left_s = since_s + LISTEN_S - time.perf_counter()
        hearing.history.wait_for_a_word(max(left_s, 0.0))
        return hearing.history.at(time.time() if time_s is None else time_s)

    def close(self) -> None:
        """Hear no more."""
        self._open.close()
