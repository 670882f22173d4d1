"""A part in a loop on the plugin whose window is open, through the machine's audio device."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import mido

from daw_bridge.core.errors import PluginError
from daw_bridge.host.speaker import Speaker
from daw_bridge.host.worker.live import BLOCK_FRAMES, LivePlugin

CHUNK_FRAMES = 2 * BLOCK_FRAMES
"""What is played at a time: short enough to hear a knob turn."""

SHORTEST_S = 0.1
"""A loop is as long at least."""


class Audition:
    """Plays while it is open. A context manager; opening raises AudioDeviceMissing."""

    def __init__(self, live: LivePlugin, midi: Path) -> None:
        self._live = live
        self._loop = Loop(midi, live.rate_hz)
        self._speaker = Speaker(live.rate_hz)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._play, daemon=True)

    def __enter__(self) -> Self:
        self._speaker.__enter__()
        self._live.rate_hz = self._loop.rate_hz = self._speaker.rate_hz
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._speaker.__exit__(kind, error, trace)

    def _play(self) -> None:
        while not self._ended.is_set():
            sound = self._live.run(self._loop.next(CHUNK_FRAMES), CHUNK_FRAMES)
            self._speaker.write(sound)


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
        self._length_s = max(now_s, SHORTEST_S)
        self._position_s = 0.0
        self._following = 0

    def next(self, frames: int) -> list[tuple[bytes, float]]:
        """(MIDI bytes, seconds from the chunk's start) of the next `frames`."""
        start_s, end_s = self._position_s, self._position_s + frames / self.rate_hz
        found: list[tuple[bytes, float]] = []
        offset_s = 0.0
        while True:
            is_at_the_end = end_s - offset_s >= self._length_s
            while self._following < len(self._events):
                time_s, data = self._events[self._following]
                if time_s + offset_s >= end_s and not is_at_the_end:
                    break
                found.append((data, max(0.0, time_s + offset_s - start_s)))
                self._following += 1
            if not is_at_the_end:
                break
            offset_s += self._length_s
            self._following = 0
        self._position_s = end_s - offset_s
        return found
