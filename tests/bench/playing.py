"""How far from their time notes arrive at another process: `uv run python -m tests.bench.playing [NOTES]`.

JACK's dummy driver, a receiver in a process of its own, a part of sixteenths at 140 BPM. What is measured is
when each note came to the receiver, by its driver's word, less when it was due, on the system's monotonic
clock; JACK's period (32 frames at 48 kHz, 0.7 ms) is part of it. The machine has to be idle; its load before
is told, and how many notes JACK lost by coming too late itself (an xrun). Loops that take what nobody else
wants keep the processors awake (`tests/live/jack.py`): a virtual one comes back milliseconds late.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from daw_bridge.core.timing import TempoMap
from daw_bridge.live.clocks import Internal
from daw_bridge.live.player import Player, timing_of
from daw_bridge.live.ports import MidiOutput
from daw_bridge.live.program import program_of
from tests.live.jack import RATE_HZ, running_jack
from tests.live.receiver import PORT, synth
from tests.live.test_live_player import note, song

BPM = 140.0
PERIOD_FRAMES = 32


def main(notes: int) -> None:
    load, processors = os.getloadavg()[0], os.cpu_count()
    with running_jack(PERIOD_FRAMES) as environment:
        os.environ.update(environment)
        with synth(environment) as heard, MidiOutput(PORT) as output:
            messages = [n for i in range(notes) for n in note(i / 4, 36 + i % 48, 0.2)]
            clock = Internal(TempoMap.constant(BPM))
            seen = Player(output.send, clock).play(program_of(song(*messages, bars=-(-notes // 16))))
            heard.wait_for(lambda synth: synth.notes and synth.received[-1][1] == (0xB0, 123, 0))
            keys = [36 + i % 48 for i in range(notes)]
            arrived = timing_of(list(_late(heard.notes, keys, clock)))
    print(f"load {load:.1f} before, on {processors} processors, period {PERIOD_FRAMES} of {RATE_HZ} Hz")
    print(f"sent:    {seen}")
    print(f"arrived: {arrived}; {notes - arrived.notes} lost")


def _late(heard: list[tuple[float, int]], keys: list[int], clock: Internal) -> Iterator[float]:
    """Seconds by which each note that arrived is late; one that is missing is passed over."""
    expected = iter(enumerate(keys))
    for at_s, key in heard:
        index = next(index for index, wanted in expected if wanted == key)
        yield at_s - clock.time_at(index / 4)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
