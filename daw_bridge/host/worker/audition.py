"""A part in a loop on the plugin whose window is open, through the machine's audio device."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import mido
import numpy as np
from pedalboard.io import AudioStream

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import PluginError
from daw_bridge.host.worker.live import BLOCK_FRAMES, LivePlugin

CHUNK_FRAMES = 2 * BLOCK_FRAMES
"""What is played at a time: short enough to hear a knob turn."""


class Audition:
    """Plays while it is open. A context manager; opening raises PluginError without an audio device."""

    def __init__(self, live: LivePlugin, midi: Path) -> None:
        self._live = live
        self._loop = Loop(midi, live.rate_hz)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._play, daemon=True)

    def __enter__(self) -> Self:
        device = AudioStream.default_output_device_name
        if not device:
            raise PluginError("there is no audio device.", advice="Connect one, and try again.")
        try:
            self._stream: Any = AudioStream(
                output_device_name=device, sample_rate=self._live.rate_hz, num_output_channels=2
            )
            self._stream.__enter__()
        except (ValueError, RuntimeError, OSError) as cause:
            raise PluginError(
                f"the audio device {device} does not open: {cause}", advice="Free it."
            ) from cause
        self._live.rate_hz = round(self._stream.sample_rate)
        self._loop.rate_hz = self._live.rate_hz
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._stream.__exit__(None, None, None)

    def _play(self) -> None:
        while not self._ended.is_set():
            sound = self._live.run(self._loop.next(CHUNK_FRAMES), CHUNK_FRAMES)
            self._stream.write(in_two_channels(sound), float(self._live.rate_hz))


class Loop:
    """A MIDI file from beginning to end, again and again, in chunks."""

    def __init__(self, midi: Path, rate_hz: int) -> None:
        """Raises PluginError when the file is not MIDI or holds nothing to play."""
        try:
            messages = list(mido.MidiFile(midi))
        except (OSError, EOFError, ValueError, KeyError) as cause:
            raise PluginError(
                f"{midi.name} is no MIDI file that can be read: {cause}.", advice="Make the take again."
            ) from cause
        self.rate_hz = rate_hz
        self._events: list[tuple[float, bytes]] = []
        now_s = 0.0
        for message in messages:
            now_s += message.time
            if not message.is_meta and message.type != "sysex":
                self._events.append((now_s, bytes(message.bytes())))
        if not self._events:
            raise PluginError(f"{midi.name} holds no notes.", advice="Take another take.")
        self._length_s = max(now_s, self._events[-1][0] + 0.001)
        self._position_s = 0.0
        self._following = 0

    def next(self, frames: int) -> list[tuple[bytes, float]]:
        """(MIDI bytes, seconds from the chunk's start) of the next `frames`."""
        start_s, end_s = self._position_s, self._position_s + frames / self.rate_hz
        found: list[tuple[bytes, float]] = []
        offset_s = 0.0
        while True:
            while self._following < len(self._events):
                time_s, data = self._events[self._following]
                if time_s + offset_s >= end_s:
                    break
                found.append((data, max(0.0, time_s + offset_s - start_s)))
                self._following += 1
            if end_s - offset_s < self._length_s:
                break
            offset_s += self._length_s
            self._following = 0
        self._position_s = end_s - offset_s
        return found


def in_two_channels(sound: Samples) -> Samples:
    """The first two channels, or one on both sides."""
    return np.ascontiguousarray(sound[:2] if sound.shape[0] > 1 else np.repeat(sound, 2, axis=0))
