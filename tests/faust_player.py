"""A Faust instrument in this process, note by note: for measuring it without the host around it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.host.controls import MOD_WHEEL, sustained
from daw_bridge.host.naming import EMBEDDED_FOLDER
from daw_bridge.host.protocol import InstrumentSetup
from daw_bridge.host.worker.faust import NOTE_SLIDERS, FaustInstrument
from daw_bridge.host.worker.faust_program import Slider
from daw_bridge.host.worker.instrument import Performance
from tests.measure import Signal


class Key(NamedTuple):
    """A note for `FaustPlayer.play`."""

    pitch: int
    velocity: int = 100
    onset_s: float = 0.0
    duration_s: float = 1.0


class FaustPlayer:
    """One instrument, compiled for one rate."""

    def __init__(self, name: str, rate_hz: int = 44_100, folder: Path = EMBEDDED_FOLDER) -> None:
        self.name, self.rate_hz = name, rate_hz
        self._path = folder / f"{name}.dsp"
        self._instrument = FaustInstrument(self._path, name, rate_hz, lambda *_, **__: None)

    @property
    def sliders(self) -> dict[str, Slider]:
        """Those that a preset can set."""
        return {name: s for name, s in self._instrument.sliders.items() if name not in NOTE_SLIDERS}

    def play(
        self,
        *keys: Key,
        duration_s: float,
        settings: Mapping[str, float] = MappingProxyType({}),
        bends: tuple[Bend, ...] = (),
        controllers: tuple[Controller, ...] = (),
        mod: float = 0.0,
    ) -> Signal:
        """float32 [2, frames]. Settings left out are where they are at first; `mod` is 0 to 1."""
        if mod:
            controllers = (*controllers, Controller(0.0, MOD_WHEEL, round(127 * mod)))
        notes = tuple(Note(k.onset_s, k.pitch, k.onset_s + k.duration_s, k.velocity) for k in keys)
        part = sustained(Part(notes, duration_s, bends, controllers))
        self._instrument.configure(
            InstrumentSetup("faust", str(self._path), self.name, None, None, None, dict(settings))
        )
        frames = round(duration_s * self.rate_hz)
        return np.asarray(self._instrument.play(Performance(part, 1, self.rate_hz, frames, 0)))
