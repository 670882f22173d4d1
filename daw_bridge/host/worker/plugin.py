"""VST3 and AU instruments, hosted by pedalboard.

Loaded once and never rebuilt (`reset=True` would do that at every render); what a render leaves behind is
silenced, and the plugin prepared anew. Facts on pedalboard's ways are marked with its issue numbers.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import PluginOutputInvalid, PluginUnloadable
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
from daw_bridge.host.worker.loading import label_of, load_plugin, load_preset, load_state
from daw_bridge.host.worker.output import check_latency
from daw_bridge.host.worker.plugin_parameters import set_parameters

BLOCK_FRAMES = 512
MOVING_BLOCK_FRAMES = 64
"""A VST3 gets wheel and controllers as parameters, of which only the last value in a block may count."""

CHUNK_FRAMES = 64 * BLOCK_FRAMES
"""Rendered at a time: frames and times stay exact in pedalboard's 32-bit floats, and the host hears of us."""

KEY_SWITCH_S = 0.05
"""How long a key switch is held, and how long after that the part begins."""

WARM_UP_S = 2.0
"""How long a plugin may be silent on the part's own first note, while it loads its samples."""


class PluginInstrument:
    """One plugin, loaded."""

    def __init__(self, path: Path, plugin_name: str | None, label: str, report: Report) -> None:
        report(label, "loading")
        self.plugin = load_plugin(path, plugin_name, label)
        self.label = label_of(self.plugin)
        if not self.plugin.is_instrument:
            raise PluginUnloadable(
                "It is an effect: it takes sound, not notes.",
                where=self.label,
                advice="Name it under `effects:`, and an instrument under `instrument:`.",
            )
        self._report = report
        self._initial_state = bytes(self.plugin.raw_state)
        self._setup: InstrumentSetup | None = None
        self._warnings: list[str] = []
        self._warm = False
        self._channel = 1
        self._channels = 2
        self._prepared_frames = 8192
        self._rate_hz = 0

    def configure(self, setup: InstrumentSetup) -> list[str]:
        """State, then preset file, then parameters; nothing at all when the setup is the last one's."""
        if setup == self._setup:
            return self._warnings
        if self._setup is not None:
            self.plugin.raw_state = self._initial_state
        self._setup, self._warm = None, False
        self._report(self.label, "being set")
        warnings = [] if setup.state is None else load_state(self.plugin, Path(setup.state), self.label)
        if setup.vstpreset is not None:
            load_preset(self.plugin, Path(setup.vstpreset))
        self._warnings = warnings + set_parameters(self.plugin, setup.parameters, self.label)
        self._setup = setup
        return self._warnings

    def play(self, performance: Performance) -> Samples:
        """float32 [channels, frames and as much of the tail as sounds], latency taken off."""
        self._rate_hz, self._channel = performance.rate_hz, performance.channel
        self._begin(performance)
        if not self._warm and performance.part.notes:
            self._warm_up(performance)
            self._warm = True
        return self._play(performance)

    def settle(self) -> bool:
        """Notes off and pedals up, then silence until the tail is over; False when it does not end."""
        self._report(self.label, "falling silent")
        events = [MidiEvent(0, data) for data in silencing_messages(self._channel)]
        for _ in range(round(MAX_TAIL_S * self._rate_hz / CHUNK_FRAMES) + 1):
            if _peak(self._render(events, CHUNK_FRAMES)) <= SILENCE:
                return True
            events = []
        return False

    def latency_frames(self, performance: Performance) -> int:
        """What the plugin reports at the performance's rate. Raises PluginLatencyAbsurd."""
        self._rate_hz, self._channel = performance.rate_hz, performance.channel
        self._begin(performance)
        return check_latency(int(self.plugin.reported_latency_samples), self._rate_hz, self.label)

    def _begin(self, performance: Performance) -> None:
        """As after loading: oscillators and LFOs that run freely stand where they stood then."""
        # A larger block than ever makes pedalboard prepare the plugin again, which resets it.
        self._prepared_frames += 1
        self._report(self.label, "being prepared")
        self._render([], 1, block_frames=self._prepared_frames)
        for data in bend_range_messages(bend_range(performance.part.bends), performance.channel):
            self._render([MidiEvent(0, data)], BLOCK_FRAMES)
        if performance.key_switches:
            frames = round(KEY_SWITCH_S * performance.rate_hz)
            events = key_switch_events(performance.key_switches, frames, performance.channel)
            self._render(events, 2 * frames)

    def _warm_up(self, performance: Performance) -> None:
        """Play the first note until it sounds, then begin again. Some play nothing on pedalboard's C4."""
        note = performance.part.notes[0]
        frames = performance.rate_hz // 4
        status = performance.channel - 1
        events = [
            MidiEvent(0, bytes((0x90 | status, note.pitch, note.velocity))),
            MidiEvent(frames - 1, bytes((0x80 | status, note.pitch, 0))),
        ]
        deadline = time.monotonic() + WARM_UP_S
        self._report(self.label, "warming up")
        while _peak(self._render(events, frames)) <= SILENCE and time.monotonic() < deadline:
            self._report(self.label, "warming up")
            time.sleep(0.02)  # it may be loading in a thread of its own
        self.settle()
        self._begin(performance)

    def _play(self, performance: Performance) -> Samples:
        # Pedalboard does not take it off where MIDI comes in.
        latency = check_latency(int(self.plugin.reported_latency_samples), self._rate_hz, self.label)
        wanted = latency + performance.frames
        capacity = wanted + performance.tail_frames
        events = midi_events(performance.part, rate_hz=performance.rate_hz, channel=performance.channel)
        moves = performance.part.bends or performance.part.controllers
        block_frames = MOVING_BLOCK_FRAMES if moves else BLOCK_FRAMES
        last_event = events[-1].frame if events else 0
        sound = np.empty((self._channels, capacity), np.float32)
        position, following, silent = 0, 0, False
        while position < wanted or (position < capacity and not (silent and position > last_event)):
            self._report(self.label, "playing")
            end = min(position + CHUNK_FRAMES, capacity)
            chunk_events = []
            while following < len(events) and events[following].frame < end:
                event = events[following]
                chunk_events.append(MidiEvent(event.frame - position, event.data))
                following += 1
            chunk = self._render(chunk_events, end - position, block_frames=block_frames)
            sound[:, position:end] = chunk
            position, silent = end, _peak(chunk) <= SILENCE
        return sound[:, latency:position]

    def _render(self, events: list[MidiEvent], frames: int, *, block_frames: int = BLOCK_FRAMES) -> Samples:
        rate_hz = self._rate_hz
        # Half a frame inside, so that rounding down lands on the very frame.
        messages = [(event.data, (event.frame + 0.5) / rate_hz) for event in events]
        duration_s = (frames + 0.5) / rate_hz
        for _ in range(2):
            try:
                rendered: Samples = self.plugin(
                    messages, duration_s, rate_hz, self._channels, block_frames, False
                )
            except ValueError as cause:
                self._channels = _channels_offered(cause, self.label)
            else:
                return rendered
        raise _unplayable(self.label, f"It refuses the {self._channels} channels that it offers.")


def _peak(sound: Samples) -> float:
    return float(max(-sound.min(), sound.max())) if sound.size else 0.0


def _channels_offered(cause: ValueError, label: str) -> int:
    """Pedalboard asks an instrument for the very number of channels that it has, and says which in words."""
    offered = re.search(r"and (\d+) output channels", str(cause))
    if offered is None or int(offered[1]) == 0:
        raise _unplayable(label, str(cause)) from cause
    return int(offered[1])


def _unplayable(label: str, reason: str) -> PluginOutputInvalid:
    return PluginOutputInvalid(
        f"It can't be played: {reason}", where=label, advice="Choose its stereo version, or another plugin."
    )
