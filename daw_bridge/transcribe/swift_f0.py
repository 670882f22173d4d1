"""The pitch of one voice, frame by frame: swift-f0's ONNX model on our runtime.

Of the package swift-f0 (MIT) only the model file is used, found without importing the package. The
network was made for 16 kHz, but what it looks at are ratios: fed with a clip of another rate as if
it were 16 kHz, it answers with pitches and times scaled by that rate. So a clip of 22,050 Hz needs
no resampling: it gets finer frames, and on our validation stems pitches as good or better
(docs/decisions/0016-ensemble-by-figures.md). For basses, which would fall below the network's range,
every other sample is left out.
"""

from __future__ import annotations

import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from daw_bridge.core.audio import AudioClip, Samples
from daw_bridge.core.errors import EngineMissing
from daw_bridge.transcribe.onnx_model import OnnxModel

MODEL_RATE_HZ = 16_000
HOP_SAMPLES = 256
LOWEST_HZ, HIGHEST_HZ = 46.875, 2093.75
"""What the network hears, at its own rate."""

LEFT_FRAMES, RIGHT_FRAMES = 11, 10
"""What a frame says depends on so many frames before and after it, and on no more."""
BLOCK_FRAMES = 1875
"""So much is heard at a time, some 20 s, besides what is needed to each side."""

SILENT_PEAK = 1e-3
"""Frames that stay below this have no pitch: on silence the network answers at random."""

HALVING_TAPS = 63
_REINSTALL = "Install it again: uv sync --inexact."

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PitchTrack:
    """A voice's pitch, a frame every `hop_s` seconds, the first one at the clip's first sample.

    `key` is a MIDI key with fractions (69.5 is 50 cents above A at 440 Hz), `confidence` 0 to 1, with 0.5
    or more for a frame that has a pitch; both float64 [frames].
    """

    key: Doubles
    confidence: Doubles
    hop_s: float

    @property
    def times_s(self) -> Doubles:
        """When each frame is, in seconds: float64 [frames]."""
        return np.asarray(np.arange(len(self.key)) * self.hop_s)

    def frames(self, start_s: float, end_s: float) -> slice:
        """The frames from `start_s` up to, but not with, `end_s`."""
        first, stop = (int(np.ceil(round(time_s / self.hop_s, 6))) for time_s in (start_s, end_s))
        return slice(max(first, 0), max(stop, 0))


class PitchTracker:
    """Follows one voice. The model is loaded at the first clip and kept; safe to use from several threads."""

    def __init__(self) -> None:
        self._model = OnnxModel("swift-f0", find_model, mend=_REINSTALL)

    def prepare(self) -> None:
        """Begin to load the model; does not wait, and does not say what goes wrong."""
        self._model.prepare()

    def track(self, clip: AudioClip, *, lowest: int, highest: int) -> PitchTrack:
        """The pitch of `clip` (one channel), looked for between the MIDI keys `lowest` and `highest`.

        Raises ValueError for more than one channel; EngineMissing, EngineFailed.
        """
        if clip.channels != 1:
            raise ValueError(f"one channel wanted, not {clip.channels}")
        samples, rate_hz = clip.samples[0], float(clip.rate_hz)
        while _hz(lowest + 1) < LOWEST_HZ * rate_hz / MODEL_RATE_HZ:  # one key is not worth half the frames
            samples, rate_hz = _halved(samples), rate_hz / 2
        speed = rate_hz / MODEL_RATE_HZ
        limits = np.clip([_hz(lowest - 0.5) / speed, _hz(highest + 0.5) / speed], LOWEST_HZ, HIGHEST_HZ)
        count = len(samples) // HOP_SAMPLES
        heard = np.zeros((2, count))
        for start in range(0, count, BLOCK_FRAMES):
            stop = min(start + BLOCK_FRAMES, count)
            heard[:, start:stop] = self._heard(samples, start, stop, limits.astype(np.float32))
        frequency_hz, confidence = heard
        key = 69.0 + 12.0 * np.log2(np.maximum(frequency_hz * speed, 1.0) / 440.0)
        return PitchTrack(key, confidence, HOP_SAMPLES / rate_hz)

    def _heard(self, samples: Samples, start: int, stop: int, limits: Samples) -> Doubles:
        """Frequency (at the network's rate) and confidence of some frames: float64 [2, frames]."""
        sound = samples[start * HOP_SAMPLES : stop * HOP_SAMPLES].reshape(-1, HOP_SAMPLES)
        silent = np.abs(sound).max(axis=1) < SILENT_PEAK
        heard = np.zeros((2, stop - start))
        if silent.all():
            return heard
        first = max(start - LEFT_FRAMES, 0)
        near = samples[first * HOP_SAMPLES : (stop + RIGHT_FRAMES) * HOP_SAMPLES]
        answers = self._model.run(
            ["pitch", "confidence"], {"audio": near[None], "fmin": limits[0, ...], "fmax": limits[1, ...]}
        )
        heard[:] = [answer[0, start - first : stop - first] for answer in answers]
        heard[1, silent] = 0.0
        return heard


def find_model() -> Path:
    """The model file in the installed package swift-f0. Raises EngineMissing."""
    package = importlib.util.find_spec("swift_f0")
    model = Path(package.origin).parent / "model.onnx" if package and package.origin else None
    if model is None or not model.is_file():
        raise EngineMissing("The package swift-f0 is not installed.", where=model, advice=_REINSTALL)
    return model


def _hz(key: float) -> float:
    return float(440.0 * 2.0 ** ((key - 69.0) / 12.0))


def _halved(samples: Samples) -> Samples:
    """At half the rate: a half-band filter, then every other sample. A block at a time, in float32."""
    reach = HALVING_TAPS // 2
    padded = np.pad(samples, reach)
    halved = np.empty(-(-len(samples) // 2), np.float32)
    block = BLOCK_FRAMES * HOP_SAMPLES
    for start in range(0, len(halved), block):
        stop = min(start + block, len(halved))
        near = padded[2 * start : 2 * (stop - 1) + HALVING_TAPS]
        halved[start:stop] = np.convolve(near, _half_band(), mode="valid")[::2]
    return halved


@functools.cache
def _half_band() -> Samples:
    """A windowed sinc, -6 dB at a quarter of the rate."""
    at = np.arange(HALVING_TAPS) - HALVING_TAPS // 2
    taps = np.sinc(at / 2) * np.blackman(HALVING_TAPS)
    return np.asarray(taps / taps.sum(), np.float32)
