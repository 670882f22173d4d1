"""The machine's audio inputs, by sounddevice (PortAudio: Core Audio, WASAPI, ASIO, ALSA, JACK), an extra.

Only this module touches it.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import AudioInputMissing, RecorderMissing
from daw_bridge.live.ports import indices_of, unprinted
from daw_bridge.live.sound_in import HeardSound, in_time

if TYPE_CHECKING:
    import sounddevice


GONE_S = 2.0
"""A device that has brought nothing for so long brings nothing more."""
ASKED, ASKED_AGAIN_S = 3, 0.5
"""How often PortAudio looks for inputs while it finds none at all: it looks only once by itself, and then a
JACK server that is held up has not answered, or an interface is not awake."""


@dataclass(frozen=True)
class InputDevice:
    """`name` says its system as well, where several have it: `Scarlett 2i2, Windows WASAPI`."""

    index: int
    name: str
    channels: int
    rate_hz: int


def list_inputs() -> tuple[InputDevice, ...]:
    """Every device that can be recorded from. Raises RecorderMissing."""
    found = _inputs()
    for _ in range(1, ASKED):
        if found:
            break
        time.sleep(ASKED_AGAIN_S)
        # sounddevice has no public way to look again; no stream is open where there is no input.
        _library()._terminate()
        _library()._initialize()
        found = _inputs()
    return found


def _inputs() -> tuple[InputDevice, ...]:
    library = _library()
    systems = [system["name"] for system in library.query_hostapis()]
    return tuple(
        InputDevice(
            device["index"],
            f"{device['name']}, {systems[device['hostapi']]}",
            device["max_input_channels"],
            round(device["default_samplerate"]),
        )
        for device in library.query_devices()
        if device["max_input_channels"]
    )


def find_input(wanted: str, devices: Sequence[InputDevice]) -> InputDevice:
    """The device of this name, or the only one that has it in its name, in any case. Raises
    AudioInputMissing."""
    found = indices_of(wanted, [device.name for device in devices])
    if len(found) == 1:
        return devices[found[0]]
    if not devices:
        raise AudioInputMissing(
            "There is no audio input at all.",
            where=wanted,
            advice="Connect one; `daw-bridge ports` lists it then.",
        )
    listed = ", ".join(f'"{devices[i].name}"' for i in found or range(len(devices)))
    what = "Several audio inputs are called so" if found else "There is no audio input of this name"
    raise AudioInputMissing(f"{what}; there are: {listed}.", where=wanted, advice="Name one of them.")


class AudioInput:
    """Records `inputs` of a device (numbered from 1) from `with` to its end; without, its first two.

    `rate_hz` is what the device runs at: the wanted one, or its own. A context manager; entering raises
    RecorderMissing, AudioInputMissing.
    """

    def __init__(self, wanted: str, inputs: Sequence[int], rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._wanted, self._inputs = wanted, inputs
        self._blocks: list[Samples] = []
        self._came_s: list[float] = []

    def __enter__(self) -> Self:
        library = _library()
        device = find_input(self._wanted, list_inputs())
        self.name = device.name
        inputs = self._inputs or range(1, min(device.channels, 2) + 1)
        if max(inputs) > device.channels:
            raise AudioInputMissing(
                f"It has {device.channels} input{'' if device.channels == 1 else 's'}, and no {max(inputs)}.",
                where=device.name,
                advice="Name others with --inputs.",
            )
        self._chosen = [number - 1 for number in inputs]
        how: dict[str, Any] = {"device": device.index, "channels": max(inputs), "dtype": "float32"}
        try:
            with unprinted():
                library.check_input_settings(samplerate=self.rate_hz, **how)
        except library.PortAudioError:
            self.rate_hz = device.rate_hz
        try:
            with unprinted():
                self._stream: sounddevice.InputStream = library.InputStream(
                    samplerate=self.rate_hz, latency="high", callback=self._hear, **how
                )
                self._stream.start()
        except library.PortAudioError as cause:
            raise AudioInputMissing(
                f"It does not open ({cause}).", where=device.name, advice="Free it, and try again."
            ) from cause
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # PortAudio waits for minutes for a JACK server that has died, and would again when Python ends.
        closing = threading.Thread(target=self._stream.close, daemon=True)
        closing.start()
        closing.join(GONE_S)
        if closing.is_alive():
            atexit.unregister(_library()._exit_handler)

    def _hear(self, block: Any, frames: int, at: Any, status: Any) -> None:
        self._came_s.append(time.perf_counter())
        self._blocks.append(np.ascontiguousarray(block[:, self._chosen].T))

    def heard(self) -> HeardSound:
        """All until now. Raises AudioInputMissing when nothing has come at all."""
        blocks = self._blocks[:]
        if not blocks:
            raise AudioInputMissing(
                "It is open, and no sound comes.", where=self.name, advice="See its cable."
            )
        return in_time(blocks, self._came_s[: len(blocks)], self.rate_hz)

    def check(self) -> None:
        """Raises AudioInputMissing when sound came, and comes no more."""
        if self._came_s and time.perf_counter() - self._came_s[-1] > GONE_S:
            raise AudioInputMissing(
                "The audio input is gone.", where=self.name, advice="Plug it in, and record again."
            )

    def latest(self, seconds: float) -> Samples:
        """The end of what was heard until now."""
        frames, found = 0, []
        for block in reversed(self._blocks[:]):
            found.append(block)
            frames += block.shape[1]
            if frames >= seconds * self.rate_hz:
                break
        return np.concatenate(found[::-1], axis=1) if found else np.zeros((1, 0), np.float32)


def _library() -> Any:
    try:
        import sounddevice
    except ImportError as cause:
        raise RecorderMissing(
            "Hardware is recorded by sounddevice, which is not installed.",
            advice="Install it with `uv sync --inexact --extra hardware` in DAW Bridge's folder.",
        ) from cause
    except OSError as cause:
        raise RecorderMissing(
            f"Hardware is recorded by PortAudio, which is not installed ({cause}).",
            advice="On Debian and Ubuntu: apt install libportaudio2",
        ) from cause
    return sounddevice
