"""A JACK server with its dummy driver: real MIDI ports, without hardware."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from supriya_midi.rtmidi_ext import RtMidiOut

_NUMBERS = itertools.count()
PERIOD_FRAMES, RATE_HZ = 64, 48_000


def is_there() -> bool:
    """Whether jackd is installed."""
    return shutil.which("jackd") is not None


@contextmanager
def awake() -> Iterator[None]:
    """A loop on each processor, that only takes what nobody else wants.

    A virtual machine gives back a processor that has nothing to do, and has it again milliseconds too late.
    """
    loop = ["setpriv", "--pdeathsig", "KILL", "chrt", "--idle", "0", "sh", "-c", "while :; do :; done"]
    loops = [subprocess.Popen(loop) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in loops:
            process.kill()
            process.wait()


@contextmanager
def running_jack(period_frames: int = PERIOD_FRAMES) -> Iterator[dict[str, str]]:
    """The environment in which programs find a server that belongs to this test alone."""
    name = f"daw-bridge-{os.getpid()}-{next(_NUMBERS)}"
    environment = {
        **os.environ,
        "JACK_DEFAULT_SERVER": name,
        "JACK_NO_START_SERVER": "1",
        "JACK_NO_AUDIO_RESERVATION": "1",
        "DAW_BRIDGE_MIDI": "jack",
    }
    server = subprocess.Popen(
        [
            *("setpriv", "--pdeathsig", "TERM"),  # it doesn't outlive its tests, however these end
            "jackd",
            "-n",
            name,
            "--realtime",
            "-P60",
            "--sync",  # else a client that is late for one period on a busy machine loses what comes in it
            "--timeout",
            "300",
            "-d",
            "dummy",
            "-r",
            str(RATE_HZ),
            "-p",
            str(period_frames),
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        subprocess.run(
            ["jack_wait", "-s", name, "-w", "-t", "20"], env=environment, check=True, capture_output=True
        )
        with awake():
            yield environment
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def jack_output(client: str) -> RtMidiOut:
    """The library itself, with JACK: for programs at the other end of a cable."""
    from daw_bridge.live.ports import load_jack

    load_jack()
    from supriya_midi.rtmidi_ext import RtMidiAPI, RtMidiOut

    return RtMidiOut(RtMidiAPI.UNIX_JACK, client)
