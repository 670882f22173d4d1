"""The engine `bridge`: our own network, block by block."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import EngineMissing
from daw_bridge.core.notes import Part
from daw_bridge.transcribe.bends import FREE, STRICT, bends
from daw_bridge.transcribe.bridge.decoding import Thresholds, decode
from daw_bridge.transcribe.bridge.features import FRAME_SAMPLES, RATE_HZ, features, frame_count
from daw_bridge.transcribe.bridge.features import REACH_FRAMES as SPECTRUM_REACH_FRAMES
from daw_bridge.transcribe.bridge.maps import INPUT, KEYS, MAPS, OUTPUT, REACH_FRAMES, STEPS_A_FRAME, Floats
from daw_bridge.transcribe.engine import Progress, no_progress
from daw_bridge.transcribe.onnx_model import OnnxModel
from daw_bridge.transcribe.profiles import Profile, find_profile
from daw_bridge.transcribe.swift_f0 import PitchTracker
from daw_bridge.transcribe.tuning import tuning_cents
from daw_bridge.transcribe.velocities import with_velocities
from daw_bridge.transcribe.voice import corrected, with_slides

BLOCK_FRAMES = 1320
"""At most so much is heard at a time, 30 s and the silence before them, besides what the network needs to
each side. Measured on two minutes: half as much takes a fifth more processor time, and half the memory
(100 MB)."""

SIDE_BY_SIDE = 2
"""So many blocks of a long clip are heard at a time, each on its share of the cores: spectra are computed on
one core, and a network on one core waits for no other. On two cores two minutes take a sixth less time."""

LEAD_FRAMES = 12
"""So much silence is heard before the clip, 0.28 s: in training no note began without any, and bounces begin
on the beat."""
LEAD_S = LEAD_FRAMES * FRAME_SAMPLES / RATE_HZ

CUT_S = 0.03
"""What seems to begin so shortly before the clip's end is the sound that is cut off there."""

QUIET_PEAK, MOST_GAIN = 10 ** (-18 / 20), 100.0
"""A clip that peaks below -18 dBFS is heard as if it did there, but no more than 40 dB louder: in training
peaks were -36 to 3 dBFS. (Raised to -12 or to -24, validation stems score the same.)"""

MODEL, ORGAN = "model.onnx", "organ.onnx"
"""The network for all, and the one for the profile `organ`: the same, trained on with organs, so that it
hears a 16' stop as a stop, where the other hears keys an octave lower."""

DECODING = 10
"""Count up when what is heard or how it is decoded changes, so that parts cached before are made anew."""

_REINSTALL = "Install DAW Bridge again: uv sync --inexact."


class Bridge:
    """Polyphonic, for any pitched instrument; one voice's notes are checked against swift-f0's pitch, and
    bend with it. The models are loaded at the first clip and kept.

    Safe to use from several threads.
    """

    name = "bridge"
    rate_hz = RATE_HZ

    def __init__(self, model: Path | None = None) -> None:
        """`model`: another file than those that are installed, to compare them."""
        self._network, self._organ = (
            _Network(partial(find_model, name) if model is None else lambda: model) for name in (MODEL, ORGAN)
        )
        self._tracker = PitchTracker()

    @property
    def version(self) -> str:
        """Hashes of the model files, and the number of our decoding: `1f0c2a9b-6a4be012+2`. Raises
        EngineMissing."""
        hashes = (_fingerprint(network.find()) for network in (self._network, self._organ))
        return f"{'-'.join(hashes)}+{DECODING}"

    def prepare(self) -> None:
        """As `Engine.prepare`."""
        self._network.alone.prepare()
        self._tracker.prepare()

    def transcribe(
        self, clip: AudioClip, *, profile: str = "auto", on_progress: Progress = no_progress
    ) -> Part:
        """As `Engine.transcribe`."""
        kind = find_profile(profile)
        if clip.rate_hz != RATE_HZ or clip.channels != 1:
            raise ValueError(f"one channel at {RATE_HZ} Hz wanted, not {clip.channels} at {clip.rate_hz} Hz")
        tuning = tuning_cents(clip)
        maps = self.maps(
            clip.samples[0], on_progress, profile=profile, lead_frames=LEAD_FRAMES, tuning_cents=tuning
        )
        heard = decode(maps, self._network_for(profile).thresholds(), kind)
        within = [
            replace(note, onset_s=onset_s, offset_s=min(note.offset_s - LEAD_S, clip.duration_s))
            for note in heard
            if note.offset_s > LEAD_S
            and (onset_s := max(note.onset_s - LEAD_S, 0.0)) < clip.duration_s - CUT_S
        ]
        notes = with_velocities(within, clip)
        part = Part(notes, clip.duration_s, tuning_cents=tuning)
        return self._followed(part, clip, kind) if kind.one_voice else part

    def _followed(self, part: Part, clip: AudioClip, kind: Profile) -> Part:
        """One voice's part: notes that its pitch bears out, where they slide to, and its bends."""
        found = self._tracker.track(clip, lowest=kind.lowest, highest=kind.highest)
        track = replace(found, key=found.key - part.tuning_cents / 100.0)
        sung = with_slides(corrected(part.notes, track), track, clip.duration_s)
        bent = bends(sung, track, FREE if kind.name == "vocal" else STRICT)
        return replace(part, notes=tuple(sung), bends=bent)

    def maps(
        self,
        samples: Floats,
        on_progress: Progress = no_progress,
        *,
        profile: str = "auto",
        lead_frames: int = 0,
        tuning_cents: float = 0.0,
    ) -> Iterator[Floats]:
        """The maps of one channel at 22,050 Hz, block by block, from the network for `profile`: float32
        [4, steps, 88] each; they begin with those of `lead_frames` of silence. Keys are tuned so far above
        A 440."""
        frames = lead_frames + frame_count(len(samples)) if len(samples) else 0
        blocks = -(-frames // BLOCK_FRAMES)
        edges = [frames * block // blocks for block in range(blocks + 1)] if frames else []
        network = self._network_for(profile)
        model = network.alone if blocks < 2 else network.side_by_side
        spectra_of = partial(features, gain=_gain(samples) if frames else 1.0, tuning_cents=tuning_cents)
        hear = partial(self._heard, model, spectra_of, samples, lead_frames)
        if blocks == 1:  # another thread would only cost its start
            yield hear(0, frames)
            on_progress(1.0)
            return
        waiting, begun = deque(pairwise(edges)), deque[Future[Floats]]()
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="hear") as pool:
            for _, stop in pairwise(edges):
                while waiting and len(begun) < SIDE_BY_SIDE:
                    begun.append(pool.submit(hear, *waiting.popleft()))
                yield begun.popleft().result()
                on_progress(stop / frames)

    def _network_for(self, profile: str) -> _Network:
        return self._organ if profile == "organ" else self._network

    def _heard(
        self,
        model: OnnxModel,
        spectra_of: Callable[[Floats, int, int], Floats],
        samples: Floats,
        lead_frames: int,
        start: int,
        stop: int,
    ) -> Floats:
        """The maps of some frames: digital silence, common in stems, holds nothing."""
        reach = REACH_FRAMES + SPECTRUM_REACH_FRAMES
        if start < lead_frames + reach:
            silence = np.zeros(lead_frames * FRAME_SAMPLES, np.float32)
            samples = np.concatenate((silence, samples[: (stop + reach) * FRAME_SAMPLES]))
        else:
            start, stop = start - lead_frames, stop - lead_frames
        near = samples[
            max(start - SPECTRUM_REACH_FRAMES, 0) * FRAME_SAMPLES : (stop + SPECTRUM_REACH_FRAMES)
            * FRAME_SAMPLES
        ]
        if not near.any():
            return np.zeros((len(MAPS), (stop - start) * STEPS_A_FRAME, KEYS), np.float32)
        first = max(start - REACH_FRAMES, 0)
        spectra = spectra_of(samples, first, stop + REACH_FRAMES)
        (maps,) = model.run([OUTPUT], {INPUT: spectra[None]})
        return maps[0, :, (start - first) * STEPS_A_FRAME : (stop - first) * STEPS_A_FRAME]


def _gain(samples: Floats) -> float:
    """How many times as loud a clip is heard."""
    peak = float(max(-samples.min(), samples.max()))
    return min(max(QUIET_PEAK / max(peak, 1e-9), 1.0), MOST_GAIN)


class _Network:
    """A model file, opened for a clip that is heard at once on all cores, and for blocks that are heard side
    by side on their share of them. Opened at the first use."""

    def __init__(self, find: Callable[[], Path]) -> None:
        share = max((os.cpu_count() or 1) // SIDE_BY_SIDE, 1)
        self.find = find
        self.alone = OnnxModel(Bridge.name, find, mend=_REINSTALL)
        self.side_by_side = OnnxModel(Bridge.name, find, mend=_REINSTALL, threads=share)

    def thresholds(self) -> Thresholds:
        """What was learned about how its maps are read. Raises EngineMissing."""
        return Thresholds.from_dict(json.loads(self.alone.metadata()["thresholds"]))


def find_model(name: str = MODEL) -> Path:
    """The model file of that name beside this one. Raises EngineMissing."""
    model = Path(str(files("daw_bridge.transcribe.bridge").joinpath(name)))
    if not model.is_file():
        raise EngineMissing("The engine's model is missing.", where=model, advice=_REINSTALL)
    return model


@functools.cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
