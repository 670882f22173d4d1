"""MIDI ports: which there are, messages in with the time at which they came, messages out.

RtMidi knows Core MIDI, ALSA, JACK and Windows' own; `DAW_BRIDGE_MIDI` (`jack`, `alsa`) chooses where there
are two. Only this module touches the library.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from daw_bridge.core.errors import PortMissing, PortsUnavailable

if TYPE_CHECKING:
    from supriya_midi.rtmidi_ext import RtMidiAPI, RtMidiIn, RtMidiOut

T = TypeVar("T")

CLIENT = "DAW Bridge"
"""What others see us as; our own port, where we open one, is called the same."""
API_VARIABLE = "DAW_BRIDGE_MIDI"
HAS_VIRTUAL_PORTS = sys.platform != "win32"

QUEUED = 4096
"""Messages that wait to be fetched at most: nobody sends so many while a program is held up."""
FETCH_S = 0.001
"""So often messages are fetched."""

Receive = Callable[[float, Sequence[int]], None]
"""Seconds by `time.perf_counter`, and a message's bytes; called from a thread of the input's own."""


@dataclass(frozen=True)
class PortNames:
    """The names of all ports: what we can hear from, and what we can play to."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def list_ports() -> PortNames:
    """Raises PortsUnavailable."""
    return PortNames(_names(_new_input()), _names(_new_output()))


class MidiInput:
    """Hands every message to `receive`. Without a name a port of our own, `own`, opens for others to play to.

    The driver's thread never waits for Python: messages are fetched from its queue, with its times. A
    context manager; raises PortMissing, PortsUnavailable.
    """

    def __init__(
        self, name: str | None, receive: Receive, *, own: str = CLIENT, client: str = CLIENT
    ) -> None:
        self._receive = receive
        self._driver_s: float | None = None
        self._ahead_s = float("inf")
        self._input = _new_input(client)
        # Whatever is left out takes the time since the message before it along, so all is taken.
        self._input.ignore_types(False, False, False)
        try:
            self.name = _open(self._input, name, "input", own)
        except BaseException:
            del self._input
            raise
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._fetch, name="MIDI in", daemon=True)
        self._thread.start()

    def _fetch(self) -> None:
        fetch, receive = self._input.get_message, self._receive
        while not self._closing.wait(FETCH_S):
            message, since_last_s = fetch()
            while message:
                receive(self._time(since_last_s), message)
                message, since_last_s = fetch()

    def _time(self, since_last_s: float) -> float:
        """The driver's clock, which Python's own delays don't touch, set by the promptest message."""
        now_s = time.perf_counter()
        self._driver_s = 0.0 if self._driver_s is None else self._driver_s + since_last_s
        ahead_s = now_s - self._driver_s
        # A driver whose clock runs otherwise than ours is followed: a millisecond a second at most.
        self._ahead_s = min(self._ahead_s + since_last_s * 0.001, ahead_s)
        return self._driver_s + self._ahead_s

    @property
    def is_there(self) -> bool:
        """Whether the port that is heard still exists; our own always does."""
        return self.name is None or self.name in _names(self._input)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """No message is handed on any more."""
        self._closing.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._input.close_port()
        del self._input


class MidiOutput:
    """Sends to the port of this name; without one, a port of our own, `own`, opens for others to listen to.

    A context manager; raises PortMissing, PortsUnavailable.
    """

    def __init__(self, name: str | None, own: str = CLIENT) -> None:
        self._output = _new_output()
        self._looking: RtMidiOut | None = None
        self.name = _open(self._output, name, "output", own)
        self.send: Callable[[Sequence[int]], None] = self._output.send_message

    def is_there(self) -> bool:
        """Whether the port that is played to still exists; our own always does. Another thread than the one
        that sends may ask."""
        if self._looking is None:
            self._looking = _new_output()
        return self.name is None or self.name in _names(self._looking)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._output.close_port()
        del self.send, self._output, self._looking


def find_port(wanted: str, names: Sequence[str], kind: str) -> int:
    """The port of this name, or the only one that has it in its name, in any case. Raises PortMissing."""
    found = indices_of(wanted, names)
    if len(found) == 1:
        return found[0]
    if not names:
        raise PortMissing(f"There is no MIDI {kind} at all.", where=wanted, advice=where_none_is(kind))
    listed = ", ".join(f'"{names[index]}"' for index in found or range(len(names)))
    what = f"Several MIDI {kind}s are called so" if found else f"There is no MIDI {kind} of this name"
    raise PortMissing(f"{what}; there are: {listed}.", where=wanted, advice="Name one of them.")


def where_none_is(kind: str) -> str:
    """What to do where there is no port of a kind, "input" or "output"."""
    if not HAS_VIRTUAL_PORTS:
        return "Plug one in, or make one with loopMIDI (tobias-erichsen.de)."
    if kind == "input":
        return f'Plug one in, or name none: a port of our own, "{CLIENT}", opens then.'
    return "Plug one in, or have `daw-bridge play` open a port of its own: --virtual NAME."


def indices_of(wanted: str, names: Sequence[str]) -> list[int]:
    """Where the name is; or else all that have it in them, in any case. An empty name is nobody's."""
    if wanted in names:
        return [names.index(wanted)]
    if not wanted.strip():
        return []
    return [index for index, name in enumerate(names) if wanted.casefold() in name.casefold()]


def _open(port: RtMidiIn | RtMidiOut, wanted: str | None, kind: str, own: str = CLIENT) -> str | None:
    """The full name of the port that was opened; None for our own."""
    if wanted is None:
        if not HAS_VIRTUAL_PORTS:
            raise PortMissing(
                "Windows has no MIDI ports that programs make themselves.",
                advice="Install loopMIDI (tobias-erichsen.de), make a port there, and name it.",
            )
        _try(lambda: port.open_virtual_port(own))
        return None
    names = _names(port)
    index = find_port(wanted, names, kind)
    _try(lambda: port.open_port(index, kind))
    return names[index]


def _names(port: RtMidiIn | RtMidiOut) -> tuple[str, ...]:
    with unprinted():
        return tuple(port.get_port_name(index) for index in range(port.get_port_count()))


def _new_input(client: str = CLIENT) -> RtMidiIn:
    load_jack()
    from supriya_midi.rtmidi_ext import RtMidiIn

    with unprinted():
        return _try(lambda: RtMidiIn(_api(), client, QUEUED))


def _new_output() -> RtMidiOut:
    load_jack()
    from supriya_midi.rtmidi_ext import RtMidiOut

    with unprinted():
        return _try(lambda: RtMidiOut(_api(), CLIENT))


@functools.cache
def load_jack() -> None:
    """The wheel's own libjack is too old for a server of today, so the system's goes before it, silently: it
    would print to the output that is for results."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # no JACK on this system
            jack = ctypes.CDLL("libjack.so.0", mode=ctypes.RTLD_GLOBAL)
            jack.jack_set_info_function(_HEARD_BY_NOBODY)
            jack.jack_set_error_function(_HEARD_BY_NOBODY)


_HEARD_BY_NOBODY = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda words: None)
"""Kept for as long as the process lives: JACK calls it."""


def _api() -> RtMidiAPI:
    from supriya_midi.rtmidi_ext import RtMidiAPI

    chosen = os.environ.get(API_VARIABLE, "").casefold()
    return {"jack": RtMidiAPI.UNIX_JACK, "alsa": RtMidiAPI.LINUX_ALSA}.get(chosen, RtMidiAPI.UNSPECIFIED)


@contextlib.contextmanager
def unprinted() -> Iterator[None]:
    """On Linux drivers print what is wrong, besides saying so to us, who say it in our words."""
    if sys.platform != "linux":
        yield
        return
    sys.stderr.flush()
    shown = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(shown, 2)
        os.close(shown)
        os.close(nowhere)


def _try(act: Callable[[], T]) -> T:
    try:
        return act()
    except RuntimeError as cause:
        raise PortsUnavailable(
            f"This system's MIDI does not answer ({str(cause).strip().rstrip('.')}).",
            advice="On Linux, see that ALSA's sequencer (modprobe snd-seq) or JACK runs; "
            f"{API_VARIABLE}=jack chooses JACK.",
        ) from cause
