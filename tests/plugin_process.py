"""The worker's own plugin class without a worker, in a process of its own.

Never in pytest's: JUCE plugins share process-wide state with whatever else was loaded (pedalboard's
devices, displays), and a plugin loaded among such leftovers has taken pytest down with it.
"""

from __future__ import annotations

import functools
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from daw_bridge.core.audio import Samples
from daw_bridge.host.events import MidiEvent

if TYPE_CHECKING:
    from daw_bridge.host.worker.plugin import PluginInstrument

TIMEOUT_S = 60.0

Message = tuple[float, bytes]
"""A MIDI message and its time in seconds."""


class PluginProcess:
    """Plays one plugin message by message, and reads its state."""

    def __init__(self, executor: ProcessPoolExecutor, bundle: Path) -> None:
        self._executor, self._bundle = executor, bundle

    def play(self, messages: list[Message], *, frames: int, rate_hz: int) -> Samples:
        """The patch as loaded, `frames` long: float32 [channels, frames]; it is silent afterwards."""
        return self._executor.submit(_play, self._bundle, messages, frames, rate_hz).result(TIMEOUT_S)

    def state(self, values: dict[str, object]) -> bytes:
        """The raw state of a new instance with these parameters."""
        return self._executor.submit(_state, self._bundle, values).result(TIMEOUT_S)


@contextmanager
def plugin_process(bundle: Path) -> Iterator[PluginProcess]:
    """A process for the plugin in `bundle`."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        yield PluginProcess(executor, bundle)


@functools.cache
def _instrument(bundle: Path) -> PluginInstrument:
    from daw_bridge.host.worker.plugin import PluginInstrument

    return PluginInstrument(bundle, None, bundle.stem, lambda plugin, activity, allowance_s=0.0: None)


def _play(bundle: Path, messages: list[Message], frames: int, rate_hz: int) -> Samples:
    from daw_bridge.core.notes import Part
    from daw_bridge.host.protocol import InstrumentSetup
    from daw_bridge.host.worker.instrument import Performance

    instrument = _instrument(bundle)
    instrument.configure(InstrumentSetup("plugin", str(bundle), bundle.stem, None, None, None, {}))
    instrument.play(Performance(Part((), 0.1), 1, rate_hz, rate_hz // 10, 0))
    events = [MidiEvent(round(time_s * rate_hz), data) for time_s, data in messages]
    sound: Samples = instrument._render(events, frames, block_frames=64)
    assert instrument.settle()
    return sound


def _state(bundle: Path, values: dict[str, object]) -> bytes:
    import pedalboard

    return bytes(pedalboard.VST3Plugin(str(bundle), parameter_values=values).raw_state)
