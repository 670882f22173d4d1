"""The machine's audio device."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import numpy as np

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import AudioDeviceMissing

USUAL_RATE_HZ = 44_100
CHUNK_S = 0.1
"""What is handed over at a time: Ctrl-C is heard in between."""


class Speaker:
    """The default output device, in stereo, while it is open. A context manager.

    Opening raises AudioDeviceMissing.
    """

    def __init__(self, rate_hz: int = USUAL_RATE_HZ) -> None:
        """`rate_hz` is asked for; the device may run at another, which is then `rate_hz`."""
        self.rate_hz = rate_hz
        self.name = ""

    def __enter__(self) -> Self:
        from pedalboard.io import AudioStream

        device = AudioStream.default_output_device_name
        if not device:
            raise AudioDeviceMissing("there is no audio device.", advice="Connect one, and try again.")
        try:
            self._stream: Any = AudioStream(
                output_device_name=device, sample_rate=self.rate_hz, num_output_channels=2
            )
            self._stream.__enter__()
        except (ValueError, RuntimeError, OSError) as cause:
            raise AudioDeviceMissing(
                f"the audio device {device} does not open: {cause}", advice="Free it, and try again."
            ) from cause
        self.name = device
        self.rate_hz = round(self._stream.sample_rate)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.__exit__(None, None, None)

    def write(self, sound: Samples) -> None:
        """Play float32 [channels, frames] at `rate_hz`; returns when nearly all of it is out."""
        self._stream.write(in_two_channels(sound), float(self.rate_hz))

    def play(self, sound: Samples) -> Iterator[float]:
        """The same in chunks: yields how many seconds have been played."""
        chunk = round(CHUNK_S * self.rate_hz)
        for start in range(0, sound.shape[1], chunk):
            self.write(sound[:, start : start + chunk])
            yield min(start + chunk, sound.shape[1]) / self.rate_hz


def in_two_channels(sound: Samples) -> Samples:
    """The first two channels, or one on both sides."""
    return np.ascontiguousarray(sound[:2] if sound.shape[0] > 1 else np.repeat(sound, 2, axis=0))
