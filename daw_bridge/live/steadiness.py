"""How steady a clock is that is followed. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

SETTLED = 24
"""After so many looks (a beat of a MIDI clock) its tempo is known well enough to tell a drift from."""


@dataclass(frozen=True)
class Steadiness:
    """`jitter_ms` is the usual distance (RMS) of its beats from where its tempo has them, `drift_bpm` by how
    much that tempo grew while it was followed. `dropped` and `doubled` are ticks of a MIDI clock."""

    tempo_bpm: float
    jitter_ms: float
    drift_bpm: float
    dropped: int = 0
    doubled: int = 0

    def __str__(self) -> str:
        ticks = "".join(
            f", {count} tick{'' if count == 1 else 's'} {what}"
            for count, what in ((self.dropped, "dropped"), (self.doubled, "doubled"))
            if count
        )
        return (
            f"clock {self.tempo_bpm:.2f} BPM, jitter {self.jitter_ms:.1f} ms, "
            f"drift {self.drift_bpm:+.2f} BPM{ticks}"
        )


class SteadinessMeter:
    """Notes at each look how far the clock is off, and its tempo."""

    def __init__(self) -> None:
        self._looks, self._squares = 0, 0.0
        self._first_bpm, self._bpm = 0.0, 0.0

    def note(self, off_s: float, tempo_bpm: float) -> None:
        """Seconds from where the tempo has its beat, and that tempo."""
        self._looks += 1
        self._squares += off_s * off_s
        self._bpm = tempo_bpm
        if self._looks <= SETTLED:
            self._first_bpm = tempo_bpm

    def read(self, dropped: int = 0, doubled: int = 0) -> Steadiness | None:
        """None when nothing was noted."""
        if not self._looks:
            return None
        jitter_s = math.sqrt(self._squares / self._looks)
        return Steadiness(self._bpm, 1000 * jitter_s, self._bpm - self._first_bpm, dropped, doubled)
