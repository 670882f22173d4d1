"""The basic-pitch engine: its ONNX model on onnxruntime, with decoding of our own.

Of the package basic-pitch only the model file is used (Apache-2.0). Importing the package would ask
for TensorFlow and librosa, so the file is found without that.
"""

from __future__ import annotations

import importlib.util
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import EngineMissing
from daw_bridge.core.notes import Part
from daw_bridge.transcribe.basic_pitch import posteriors
from daw_bridge.transcribe.basic_pitch.decoding import decode
from daw_bridge.transcribe.basic_pitch.posteriors import (
    KEPT_FRAMES,
    KEYS,
    MARGIN_FRAMES,
    RATE_HZ,
    Floats,
    Posteriors,
)
from daw_bridge.transcribe.engine import Progress, no_progress
from daw_bridge.transcribe.onnx_model import OnnxModel
from daw_bridge.transcribe.profiles import find_profile

MODEL = Path("saved_models", "icassp_2022", "nmp.onnx")
INPUT = "serving_default_input_2:0"
NOTE, ONSET = "StatefulPartitionedCall:1", "StatefulPartitionedCall:2"
BATCH = 4
"""Windows a run. Measured on two cores: 12.6 ms a window alone, 11.1 in fours, no less in more."""

DECODING = 1
"""Count up when decoding changes, so that parts cached before are made anew."""

_REINSTALL = "Install it again: uv sync --inexact (or: pip install --no-deps basic-pitch==0.4.0)."


class BasicPitch:
    """Polyphonic, for any pitched instrument. The model is loaded at the first clip and kept.

    Safe to use from several threads.
    """

    name = "basic-pitch"
    rate_hz = RATE_HZ

    def __init__(self) -> None:
        self._model = OnnxModel(self.name, find_model, mend=_REINSTALL)
        self._silence: list[Floats] | None = None

    @property
    def version(self) -> str:
        """The model's version and our decoding's, such as `0.4.0+1`. Raises EngineMissing."""
        try:
            return f"{version('basic-pitch')}+{DECODING}"
        except PackageNotFoundError as cause:
            raise EngineMissing("The package basic-pitch is not installed.", advice=_REINSTALL) from cause

    def prepare(self) -> None:
        """As `Engine.prepare`."""
        self._model.prepare()

    def transcribe(
        self, clip: AudioClip, *, profile: str = "auto", on_progress: Progress = no_progress
    ) -> Part:
        """As `Engine.transcribe`."""
        kind = find_profile(profile)
        heard = self.posteriors(clip, on_progress=on_progress)
        return decode(heard, clip, kind)

    def posteriors(self, clip: AudioClip, *, on_progress: Progress = no_progress) -> Posteriors:
        """Run the network over the clip (one channel at 22,050 Hz). Errors as `Engine.transcribe`."""
        if clip.rate_hz != RATE_HZ or clip.channels != 1:
            raise ValueError(f"one channel at {RATE_HZ} Hz wanted, not {clip.channels} at {clip.rate_hz} Hz")
        samples = clip.samples[0]
        count = posteriors.window_count(len(samples))
        note, onset = (np.empty((KEYS, count * KEPT_FRAMES), np.float32) for _ in range(2))
        done = 0
        for block in posteriors.windows(samples, BATCH):
            start, stop = done * KEPT_FRAMES, (done + len(block)) * KEPT_FRAMES
            note[:, start:stop], onset[:, start:stop] = map(_stitched, self._hear(block))
            done += len(block)
            on_progress(done / count)
        frames = posteriors.frame_count(len(samples))
        return Posteriors(note[:, :frames], onset[:, :frames])

    def _hear(self, block: Floats) -> list[Floats]:
        """Run the windows that hold sound: digital silence, common in stems, has one known answer.

        Silence in a batch would not get the same answer as alone: the network scales each window by its
        range, and there is nothing but rounding in it.
        """
        sounding = block.any(axis=(1, 2))
        if sounding.all():
            return self._run(block)
        if self._silence is None:
            self._silence = self._run(np.zeros_like(block[:1]))
        answers = [np.repeat(silence, len(block), axis=0) for silence in self._silence]
        if sounding.any():
            for answer, heard in zip(answers, self._run(block[sounding]), strict=True):
                answer[sounding] = heard
        return answers

    def _run(self, block: Floats) -> list[Floats]:
        return self._model.run([NOTE, ONSET], {INPUT: block})


def find_model() -> Path:
    """The model file in the installed package basic-pitch. Raises EngineMissing."""
    package = importlib.util.find_spec("basic_pitch")
    if package is None or package.origin is None:
        raise EngineMissing("The package basic-pitch is not installed.", advice=_REINSTALL)
    model = Path(package.origin).parent / MODEL
    if not model.is_file():
        raise EngineMissing("basic-pitch's model is missing.", where=model, advice=_REINSTALL)
    return model


def _stitched(answer: Floats) -> Floats:
    """[windows, 172, keys] -> [keys, windows * 142]."""
    kept = answer[:, MARGIN_FRAMES:-MARGIN_FRAMES]
    return kept.reshape(-1, kept.shape[-1]).T
