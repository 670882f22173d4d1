"""A short note on the way out and back: how long after it was sent is it heard? Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from daw_bridge.core.audio import Samples
from daw_bridge.live.program import Program
from daw_bridge.live.song import NOTE_OFF, NOTE_ON
from daw_bridge.live.sound_in import level, magnitudes

PINGS = 3
PING_S = 0.1
LISTEN_S = 1.0
"""So long after it was sent a ping is listened for, before the next is sent."""
EARLY_S = 0.03
"""JACK hands a note's sound on with the block in which it came, so it may be early by that block's length."""
QUIET_S = 0.25
"""So long before it was sent the input is listened to, for what is no ping."""
FAINTEST = 0.001
"""-60 dBFS: what is fainter is no ping."""
ABOVE_NOISE = 4.0
ONSET = 0.05
"""A note begins where it first reaches this share of its peak..."""
PEAK_S = 0.05
"""... within so much of its sound."""
WANDERS_S = 0.005


@dataclass(frozen=True)
class Latency:
    """From a note that is due to its first sound; `spread_s` from the earliest ping to the latest."""

    latency_s: float
    spread_s: float = 0.0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its user should know."""
        if self.spread_s <= WANDERS_S:
            return ()
        return (f"The latency wanders: its pings lay {1000 * self.spread_s:.0f} ms apart, and so may notes.",)


def latency_of(pings_s: Sequence[float]) -> Latency:
    """Of some pings; there is one at least."""
    return Latency(statistics.median(pings_s), max(pings_s) - min(pings_s))


def ping_program(program: Program) -> Program:
    """A ping as loud as may be, on the patch, the channel and the key of a program's first note; played in 60
    BPM. The program has a note."""
    status, pitch, _ = next(m for m in program.messages if m[0] & 0xF0 == NOTE_ON and m[2])
    channel = status & 0x0F
    messages = ((NOTE_ON | channel, pitch, 127), (NOTE_OFF | channel, pitch, 64))
    return Program(program.first, (0.0, PING_S), messages, 2 * PING_S, 4.0)


def onset_s(before: Samples, after: Samples, rate_hz: float) -> float | None:
    """When a note begins in `after`, in seconds; None when all of it is like `before`."""
    heard = magnitudes(after)
    threshold = max(FAINTEST, ABOVE_NOISE * level(before))
    loud = heard > threshold
    if not loud.any():
        return None
    first = int(np.argmax(loud))
    peak = float(heard[first : first + round(PEAK_S * rate_hz)].max())
    return int(np.argmax(heard > max(threshold, ONSET * peak))) / rate_hz
