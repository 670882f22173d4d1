"""What a worker expects of an instrument, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from daw_bridge.core.audio import Samples
from daw_bridge.core.notes import Part
from daw_bridge.host.protocol import InstrumentSetup

SILENCE = 3.2e-5
"""-90 dBFS as an amplitude: what is below is silence."""

MAX_TAIL_S = 10.0
"""How long an instrument or effect may sound on after the part, when the preset gives no time."""


class Report(Protocol):
    """Tells the host what is being done, before doing it."""

    def __call__(self, plugin: str, activity: str, allowance_s: float = 0.0) -> None:
        """`plugin` is `activity` ("loading"); it may take `allowance_s` more than the time limit."""


class PathReport(Protocol):
    """The same, with the file of the plugin that does it."""

    def __call__(
        self,
        plugin: str,
        activity: str,
        allowance_s: float = 0.0,
        path: str | None = None,
        plugin_name: str | None = None,
    ) -> None:
        """`plugin`, of the file `path`, is `activity`."""


@dataclass(frozen=True)
class Performance:
    """A part to be played: its notes fitted, on `channel` 1 to 16, `frames` long and a tail after that."""

    part: Part
    channel: int
    rate_hz: int
    frames: int
    tail_frames: int
    tempo: tuple[tuple[float, float], ...] = ((0.0, 120.0),)
    """Beat and BPM of each change; beat 0 is where the part begins."""
    key_switches: tuple[int, ...] = ()
    """Pressed and let go before the part begins."""


class Instrument(Protocol):
    """An instrument that is loaded, and stays so."""

    label: str

    def configure(self, setup: InstrumentSetup) -> list[str]:
        """Set it as the preset says; returns warnings. Raises ParameterInvalid."""

    def play(self, performance: Performance) -> Samples:
        """float32 [channels, frames and what of the tail sounds]."""

    def settle(self) -> bool:
        """Called after the sound is handed over: be silent. False if it will not be, and must be reloaded."""
