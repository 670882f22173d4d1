"""A hardware synth with a jack to be recorded from: `python -m tests.live.hardware DELAY_MS GAIN SOUNDS_S`.

A client of JACK, `hardware`: each note that comes in at `hardware:in` sounds at `hardware:out`, so many
milliseconds later, to the sample. It begins with its loudest swing, and dies away. The first one is told on
stdout.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tests.measure import Signal

PORT, DEVICE = "hardware:in", "hardware"
SOUNDS_S = 0.15


def main(delay_ms: float, gain: float, sounds_s: float) -> None:
    import jack

    client = jack.Client("hardware", no_start_server=True)
    heard, sounds = client.midi_inports.register("in"), client.outports.register("out")
    delay = round(delay_ms / 1000 * client.samplerate)
    time_s = np.arange(round(sounds_s * client.samplerate)) / client.samplerate
    dying = gain * np.exp(-5.0 * time_s / sounds_s)
    tones = [
        (dying * np.cos(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time_s)).astype(np.float32)
        for pitch in range(128)
    ]
    sounding: list[tuple[int, Signal]] = []
    now = 0
    struck = threading.Event()
    threading.Thread(target=lambda: struck.wait() and print("struck", flush=True), daemon=True).start()

    @client.set_process_callback  # type: ignore[untyped-decorator]
    def process(frames: int) -> None:
        nonlocal now
        for offset, message in heard.incoming_midi_events():
            status, pitch, velocity = bytes(message).ljust(3, b"\0")
            if status & 0xF0 == 0x90 and velocity:
                sounding.append((now + offset + delay, tones[pitch]))
                struck.set()
        block = np.zeros(frames, np.float32)
        for begins, tone in sounding:
            first = now - begins
            piece = tone[max(first, 0) : max(first + frames, 0)]
            begin = max(-first, 0)
            block[begin : begin + len(piece)] += piece
        sounds.get_array()[:] = block
        now += frames
        sounding[:] = [(begins, tone) for begins, tone in sounding if begins + len(tone) > now]

    with client:
        print("on", flush=True)
        sys.stdin.read()


@contextmanager
def hardware(
    environment: dict[str, str], *, delay_ms: float = 0.0, gain: float = 0.5, sounds_s: float = SOUNDS_S
) -> Iterator[subprocess.Popen[str]]:
    """The synth, switched on."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.live.hardware", *map(str, (delay_ms, gain, sounds_s))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == "on\n"
        yield process
        process.stdin.close()


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
