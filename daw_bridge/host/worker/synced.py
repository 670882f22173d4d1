"""Plugins that are to hear the session's tempo: pedalboard sets them, DawDreamer plays them.

Pedalboard gives a plugin no playhead (#295); DawDreamer gives it one that starts at beat 0 where the part
begins. Both are JUCE inside and read one another's state, so that presets mean the same in both.
"""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import dawdreamer
import mido
import numpy as np

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import PluginUnloadable
from daw_bridge.core.wheel import bend_range
from daw_bridge.host.events import (
    MidiEvent,
    bend_range_messages,
    key_switch_events,
    midi_events,
    silencing_messages,
)
from daw_bridge.host.protocol import InstrumentSetup
from daw_bridge.host.worker.instrument import MAX_TAIL_S, SILENCE, Performance, Report
from daw_bridge.host.worker.loading import names_in
from daw_bridge.host.worker.plugin import KEY_SWITCH_S, PluginInstrument

BLOCK_FRAMES = 64
"""A plugin hears of a new tempo at the next block: 1.5 ms late at most."""

TICKS_PER_BEAT = 960
"""How finely DawDreamer is told the tempo."""

_MICROSECONDS = 1_000_000


class SyncedPlugin:
    """One plugin, loaded in both hosts, for one sample rate."""

    def __init__(self, path: Path, plugin_name: str | None, label: str, rate_hz: int, report: Report) -> None:
        self._report = report
        self._settings = PluginInstrument(path, plugin_name, label, report)
        self.label = self._settings.label
        if plugin_name is not None and len(names_in(path, self.label)) > 1:
            raise PluginUnloadable(
                f"{path.name} holds several plugins, of which only the first can hear the session's tempo.",
                where=self.label,
                advice="Take `tempo_synced` or `plugin_name` out of the preset.",
            )
        report(self.label, "loading for the session's tempo")
        self._rate_hz = rate_hz
        self._channel = 1
        self._engine = dawdreamer.RenderEngine(rate_hz, BLOCK_FRAMES)
        try:
            self._processor = self._engine.make_plugin_processor("instrument", str(path))
        except RuntimeError as cause:
            raise PluginUnloadable(
                f"It does not load in the host that knows the tempo: {cause}",
                where=f"{self.label} ({path})",
                advice="Take `tempo_synced` out of the preset.",
            ) from cause
        self._engine.load_graph([(self._processor, [])])
        self._setup: InstrumentSetup | None = None
        self._warnings: list[str] = []

    def configure(self, setup: InstrumentSetup) -> list[str]:
        """Set as pedalboard sets it, then handed over as state, and compared."""
        if setup != self._setup:
            self._setup = None
            warnings = self._settings.configure(setup)
            self._warnings = [*warnings, *self._hand_over()]
            self._setup = setup
        return self._warnings

    def play(self, performance: Performance) -> Samples:
        """float32 [channels, frames + tail_frames], latency taken off."""
        self._channel = performance.channel
        self._report(self.label, "being prepared")
        self._engine.set_bpm(performance.tempo[0][1])
        self._render(*self._pre_roll(performance))

        frames = performance.frames + performance.tail_frames
        # DawDreamer hears of a new latency some time later; pedalboard knows it now.
        latency = self._settings.latency_frames(performance)
        self._report(self.label, "playing", allowance_s=2 * frames / self._rate_hz)
        _set_tempo(self._engine, performance.tempo, (frames + latency) / self._rate_hz)
        events = midi_events(performance.part, rate_hz=self._rate_hz, channel=performance.channel)
        return self._render(events, frames + latency)[:, latency:]

    def settle(self) -> bool:
        """Notes off and pedals up, then silence until the tail is over; False when it does not end."""
        self._report(self.label, "falling silent", allowance_s=MAX_TAIL_S)
        self._engine.set_bpm(120.0)
        events = [MidiEvent(0, data) for data in silencing_messages(self._channel)]
        for _ in range(round(MAX_TAIL_S)):
            last = self._render(events, self._rate_hz)[:, -self._rate_hz // 2 :]
            if float(np.abs(last).max()) <= SILENCE:
                return True
            events = []
        return False

    def _pre_roll(self, performance: Performance) -> tuple[list[MidiEvent], int]:
        """The bend range, a block for each message, then the key switches."""
        messages = bend_range_messages(bend_range(performance.part.bends), performance.channel)
        events = [MidiEvent(index * BLOCK_FRAMES, data) for index, data in enumerate(messages)]
        start, held = len(events) * BLOCK_FRAMES, round(KEY_SWITCH_S * self._rate_hz)
        switches = key_switch_events(performance.key_switches, held, performance.channel)
        events += [MidiEvent(start + event.frame, event.data) for event in switches]
        return events, start + 2 * held

    def _hand_over(self) -> list[str]:
        """Pedalboard's state to DawDreamer; what does not come over is set parameter by parameter."""
        self._report(self.label, "being set for the session's tempo")
        plugin = self._settings.plugin
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "state")
            file.write_bytes(plugin.raw_state)
            self._processor.load_state(str(file))
        warnings = []
        theirs = {about["name"]: about["index"] for about in self._processor.get_parameters_description()}
        for parameter in plugin.parameters.values():
            index = theirs.get(parameter.name)
            if index is None or self._shows(index, parameter):
                continue
            self._processor.set_parameter(index, parameter.raw_value)
            if not self._shows(index, parameter):
                warnings.append(
                    f"{self.label} ignored {parameter.name}: {parameter.string_value} under the session's "
                    f"tempo; it stays at {self._processor.get_parameter_text(index)}."
                )
        return warnings

    def _shows(self, index: int, parameter: Any) -> bool:
        return bool(
            abs(self._processor.get_parameter(index) - parameter.raw_value) < 1e-3
            or self._processor.get_parameter_text(index) == parameter.string_value
        )

    def _render(self, events: list[MidiEvent], frames: int) -> Samples:
        self._processor.clear_midi()
        if events:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "part.mid")
                _write_midi(events, self._rate_hz, file)
                self._processor.load_midi(str(file), clear_previous=True, beats=False, all_events=True)
        self._engine.render((frames + 0.5) / self._rate_hz)
        sound: Samples = self._engine.get_audio()[:, :frames]
        return sound


def _write_midi(events: list[MidiEvent], rate_hz: int, file: Path) -> None:
    """An SMF in which one tick is one frame, so that nothing is rounded."""
    division, beat_us = rate_hz, _MICROSECONDS
    while division > 0x7FFF:
        division, beat_us = division // 2, beat_us // 2
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=beat_us)])
    before = 0
    for event in events:
        track.append(mido.Message.from_bytes(event.data, time=event.frame - before))
        before = event.frame
    mido.MidiFile(type=0, ticks_per_beat=division, tracks=[track]).save(file)


def _set_tempo(engine: Any, tempo: tuple[tuple[float, float], ...], duration_s: float) -> None:
    """One tempo, or a curve over the beats up to the end."""
    if len(tempo) == 1:
        engine.set_bpm(tempo[0][1])
        return
    curve = [
        np.full(round((end - start) * TICKS_PER_BEAT), bpm, np.float32)
        for (start, bpm), (end, _) in pairwise(tempo)
    ]
    last_bpm = tempo[-1][1]
    curve.append(np.full(round(duration_s * last_bpm / 60.0 + 1.0) * TICKS_PER_BEAT, last_bpm, np.float32))
    engine.set_bpm(np.concatenate(curve), ppqn=TICKS_PER_BEAT)
