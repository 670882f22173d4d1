"""Somebody who sends MIDI clock, in a process of its own: `python -m tests.live.clock_sender PORT`.

PORT is the input that it plays to, or `-` for an output of its own, `sender:clock`. Each line on its input is
a tempo to send until the next one comes; `stop` ends the ticks; `send 250` sends those bytes.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.live.jack import jack_output

TICK = [0xF8]


def main(port: str) -> None:
    out = jack_output("sender")
    if port == "-":
        out.open_virtual_port("clock")
    else:
        names = [out.get_port_name(index) for index in range(out.get_port_count())]
        out.open_port(names.index(port), "clock")
    print("on", flush=True)
    words: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read, args=[words]).start()
    word = "stop"
    due_s = time.perf_counter()
    while word != "end":
        try:
            timeout_s = None if word == "stop" else max(due_s - time.perf_counter(), 0.0)
            said = words.get(timeout=timeout_s)
            if said.startswith("send "):
                out.send_message([int(byte) for byte in said.split()[1:]])
            else:
                word, due_s = said, time.perf_counter()
            continue
        except queue.Empty:
            pass
        out.send_message(TICK)
        due_s += 60.0 / (float(word) * 24)


def _read(words: queue.Queue[str]) -> None:
    for line in sys.stdin:
        words.put(line.strip())
    words.put("end")


class Sender:
    """The sender, seen from the test."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def tell(self, word: str) -> None:
        """A tempo, or `stop`."""
        assert self._process.stdin is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()


@contextmanager
def clock_sender(port: str, environment: dict[str, str]) -> Iterator[Sender]:
    """Sends nothing yet."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.live.clock_sender", port],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == "on\n"
        yield Sender(process)
        process.stdin.close()


if __name__ == "__main__":
    main(sys.argv[1])
