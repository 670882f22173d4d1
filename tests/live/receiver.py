"""A synth, in a process of its own: `python -m tests.live.receiver`. Its JACK port is `synth:in`.

Every message that comes in is a line on its output: seconds on the monotonic clock, and bytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PORT = "synth:in"
CLOCK_MESSAGES = range(0xF8, 0x100)


def main() -> None:
    from tests.live.jack import jack_input

    synth = jack_input("synth")
    synth.ignore_types(False, False, False)

    def hear(message: Sequence[int], since_s: float, data: object) -> None:
        text = " ".join([repr(time.monotonic()), *map(str, message)])
        os.write(1, (text + "\n").encode())

    synth.set_callback(hear)
    synth.open_virtual_port("in")
    os.write(1, b"on\n")
    sys.stdin.read()
    synth.cancel_callback()


class Synth:
    """The receiver, seen from the test: what came in, and what sounds."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.received: list[tuple[float, tuple[int, ...]]] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            time_s, *message = text.split()
            with self._changed:
                self.received.append((float(time_s), tuple(int(byte) for byte in message)))
                self._changed.notify_all()

    def wait_for(self, holds: object, patience_s: float = 60.0) -> None:
        """Until `holds(self)`; raises AssertionError when that takes too long."""
        assert callable(holds)
        with self._changed:
            assert self._changed.wait_for(lambda: bool(holds(self)), patience_s), self.received[-20:]

    @property
    def notes(self) -> list[tuple[float, int]]:
        """(time, key) of each that began."""
        return [(t, m[1]) for t, m in self.received if m[0] & 0xF0 == 0x90 and m[2]]

    @property
    def sounding(self) -> set[tuple[int, int]]:
        """(channel, key) of those that sound, as a synth has it: all notes off ends them."""
        held: set[tuple[int, int]] = set()
        for _, (status, *data) in self.received:
            kind, channel = status & 0xF0, status & 15
            if kind == 0x90 and data[1]:
                held.add((channel, data[0]))
            elif kind in (0x80, 0x90):
                held.discard((channel, data[0]))
            elif kind == 0xB0 and data[0] == 123:
                held = {note for note in held if note[0] != channel}
        return held

    @property
    def ticks(self) -> list[float]:
        """When each tick of a MIDI clock came."""
        return [t for t, m in self.received if m == (0xF8,)]

    def end(self) -> None:
        """Once the process has ended."""
        self._thread.join()

    def unplug(self) -> None:
        """The port is gone."""
        self._process.kill()
        self._process.wait()


@contextmanager
def synth(environment: dict[str, str]) -> Iterator[Synth]:
    """A synth that listens."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.live.receiver"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == "on\n"
        listening = Synth(process)
        try:
            yield listening
        finally:
            process.stdin.close()
            process.wait()
            listening.end()  # what is being read can't be closed


if __name__ == "__main__":
    main()
