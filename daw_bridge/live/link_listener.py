"""Ableton Link, overheard: the tempo of whoever is on it, without joining them.

Who joins a Link session brings a tempo along, and whoever starts Link after that takes it over. A bridge that
watches for days would impose its own tempo on the song. So it says nothing, and only hears what peers tell
all the others four times a second.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import psutil

from daw_bridge.core.errors import LinkUnavailable
from daw_bridge.live.history import TempoHistory
from daw_bridge.live.link_messages import GROUP, LARGEST_BYTES, PORT, parse
from daw_bridge.live.peers import Peers

log = logging.getLogger(__name__)

NAME = "Ableton Link"
_LOOK_S = 0.25
_REJOIN_S = 10.0
"""Networks come and go; who left one has to be asked for again."""


class LinkListener:
    """Notes in `history` what Link's tempo is. A context manager; raises LinkUnavailable."""

    def __init__(self) -> None:
        self.history = TempoHistory()
        self._peers = Peers()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="Ableton Link", daemon=True)

    def __enter__(self) -> Self:
        self._socket = _open_socket()
        self._joined: set[str] = set()
        self._join()
        if not self._joined:
            self._socket.close()
            raise LinkUnavailable(
                "No network interface takes multicast, which Ableton Link is sent by.",
                advice="Name the tempo, such as 97, or connect a network.",
            )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def _join(self) -> None:
        addresses = set(_addresses())
        self._joined &= addresses
        for address in addresses - self._joined:
            membership = socket.inet_aton(GROUP) + socket.inet_aton(address)
            with contextlib.suppress(OSError):  # an interface without multicast, or one that just went
                self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
                self._joined.add(address)

    def _listen(self) -> None:
        next_join_s = time.perf_counter() + _REJOIN_S
        while not self._closing.is_set():
            try:
                message = parse(self._socket.recv(LARGEST_BYTES + 1))
            except TimeoutError:
                message = None
            except OSError as error:  # Windows reports what others' sockets met
                log.info("Ableton Link: %s", error)
                message = None
                self._closing.wait(_LOOK_S)
            now_s = time.perf_counter()
            if message is not None:
                self._peers.hear(message, now_s)
            if (tempo := self._peers.tempo(now_s)) is not None:
                self.history.note(time.time(), tempo.tempo_bpm, str(tempo))
            if now_s > next_join_s:
                next_join_s = now_s + _REJOIN_S
                self._join()


def _open_socket() -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "darwin":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind(("" if sys.platform == "win32" else GROUP, PORT))
    except OSError as cause:
        listening.close()
        raise LinkUnavailable(
            f"Ableton Link can't be heard: UDP port {PORT} does not open ({cause.strerror or cause}).",
            advice="End the program that keeps it to itself, or name the tempo, such as 97 "
            "(with `play`: --sync none).",
        ) from cause
    listening.settimeout(_LOOK_S)
    return listening


def _addresses() -> Iterator[str]:
    """Every interface's IPv4 address, the loopback's among them."""
    for addresses in psutil.net_if_addrs().values():
        yield from (each.address for each in addresses if each.family == socket.AF_INET)
