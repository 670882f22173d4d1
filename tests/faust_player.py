"""A Faust instrument in this process, note by note: for measuring it without the host around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import dawdreamer
import numpy as np

from daw_bridge.host.host import EMBEDDED_FOLDER
from tests.measure import Signal

BLOCK_FRAMES = 64


class Key(NamedTuple):
    """A note for `FaustPlayer.play`."""

    pitch: int
    velocity: int = 100
    onset_s: float = 0.0
    duration_s: float = 1.0


class FaustPlayer:
    """One embedded instrument, compiled for one rate."""

    def __init__(self, name: str, rate_hz: int = 44_100, folder: Path = EMBEDDED_FOLDER) -> None:
        self.name, self.rate_hz = name, rate_hz
        self._engine = dawdreamer.RenderEngine(rate_hz, BLOCK_FRAMES)
        self._processor = self._engine.make_faust_processor(name)
        self._processor.faust_libraries_path = str(folder)
        self._processor.num_voices = 32
        assert self._processor.set_dsp(str(folder / f"{name}.dsp"))
        assert self._processor.compile()
        self._engine.load_graph([(self._processor, [])])
        self.sliders: dict[str, dict[str, Any]] = {
            slider["label"]: slider for slider in self._processor.get_parameters_description()
        }

    def play(self, *keys: Key, duration_s: float, **settings: float | Signal) -> Signal:
        """float32 [2, frames]. Settings left out are where they are at first; an array moves one."""
        for name, slider in self.sliders.items():
            value = settings.get(name, slider["value"])
            if isinstance(value, np.ndarray):
                self._processor.set_automation(slider["name"], value.astype(np.float32))
            else:
                self._processor.set_parameter(slider["name"], float(value))
        assert settings.keys() <= self.sliders.keys()
        self._processor.clear_midi()
        for key in keys:
            onset_s = (round(key.onset_s * self.rate_hz) + 0.5) / self.rate_hz
            self._processor.add_midi_note(key.pitch, key.velocity, onset_s, key.duration_s)
        self._engine.render(duration_s)
        sound: Signal = self._engine.get_audio().copy()
        return sound
