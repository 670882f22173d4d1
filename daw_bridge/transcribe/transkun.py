"""The engine `transkun`: piano, as well as anybody hears it; needs the extra `piano` (torch).

Yan and Duan, "Scoring Time Intervals Using Non-Hierarchical Transformer for Automatic Piano
Transcription", ISMIR 2024. The package (MIT) brings its weights. Of what it asks for it uses torch
alone to transcribe, so the rest is left out (docs/decisions/0008-dependencies.md) and stood in for
while it is imported: torchaudio's filterbank is in the weights, the others serve its training.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import math
import sys
import threading
import types
import warnings
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import BridgeError, EngineFailed, EngineMissing
from daw_bridge.core.notes import Note, Part
from daw_bridge.transcribe.engine import Progress, no_progress
from daw_bridge.transcribe.profiles import Profile, find_profile

RATE_HZ = 44_100
WEIGHTS, CONFIGURATION = Path("pretrained", "2.0.pt"), Path("pretrained", "2.0.conf")
STAND_INS = ("mir_eval", "pretty_midi", "torchaudio")

PEDAL = -64
"""What the network calls the sustain pedal, among its keys."""

SHORTEST_S = 0.01

CONFIDENCE = 0.92
"""Of every note: the network does not say, and so many are right
(docs/decisions/0016-ensemble-by-figures.md)."""

DECODING = 1
"""Count up when what is made of its answers changes, so that parts cached before are made anew."""

_INSTALL = (
    "Install it with `uv sync --inexact --extra piano` in DAW Bridge's folder, or choose another engine."
)


class Transkun:
    """For piano alone. The model is loaded at the first clip and kept. One clip is heard at a time."""

    name = "transkun"
    rate_hz = RATE_HZ

    def __init__(self) -> None:
        self._model: Any = None
        self._one_at_a_time = threading.RLock()

    @property
    def version(self) -> str:
        """The package's version and the number of our decoding, such as `2.0.1+1`. Raises EngineMissing."""
        try:
            return f"{version('transkun')}+{DECODING}"
        except PackageNotFoundError as cause:
            raise EngineMissing("The package transkun is not installed.", advice=_INSTALL) from cause

    def prepare(self) -> None:
        """As `Engine.prepare`."""

        def load() -> None:
            with contextlib.suppress(BridgeError):  # `transcribe` meets it again, and says so
                self._load()

        threading.Thread(target=load, name="load transkun").start()

    def transcribe(
        self, clip: AudioClip, *, profile: str = "piano", on_progress: Progress = no_progress
    ) -> Part:
        """As `Engine.transcribe`. Notes last as long as key or pedal hold them."""
        kind = find_profile(profile)
        if clip.rate_hz != RATE_HZ or clip.channels != 1:
            raise ValueError(f"one channel at {RATE_HZ} Hz wanted, not {clip.channels} at {clip.rate_hz} Hz")
        if clip.peak == 0.0:
            return Part((), clip.duration_s)
        with self._one_at_a_time:
            events = self._hear(self._load(), clip, on_progress)
        return Part(tuple(notes_of(events, clip.duration_s, kind)), clip.duration_s)

    def _hear(self, model: Any, clip: AudioClip, on_progress: Progress) -> list[Event]:
        import torch

        step_s, segment_s = model.segmentHopSizeInSecond, model.segmentSizeInSecond
        segments = math.ceil((clip.duration_s + 2 * (segment_s - step_s)) / step_s)
        heard = 0

        def tell(*_: object) -> None:
            nonlocal heard
            heard += 1
            on_progress(min(heard / segments, 1.0))

        hook = model.backbone.register_forward_hook(tell)
        try:
            with torch.inference_mode(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # torch's, about checkpoints that nobody trains with here
                events: list[Event] = model.transcribe(torch.from_numpy(clip.samples.T))
        except RuntimeError as cause:
            raise EngineFailed(
                f"transkun stopped with an error ({cause}).",
                advice="Free some memory and bounce again; report it if it happens again.",
            ) from cause
        finally:
            hook.remove()
        return events

    def _load(self) -> Any:
        with self._one_at_a_time:
            if self._model is None:
                self._model = _open_model(find_package())
            return self._model


class Event(Protocol):
    """What transkun answers with: a key, or a pedal, held from `start` to `end` (seconds)."""

    start: float
    end: float
    pitch: int
    velocity: int


def installed() -> bool:
    """Whether the extra `piano` is here; imports nothing."""
    return all(importlib.util.find_spec(name) is not None for name in ("transkun", "torch"))


def find_package() -> Path:
    """The folder of the installed package transkun. Raises EngineMissing."""
    package = importlib.util.find_spec("transkun")
    if not installed() or package is None or package.origin is None:
        raise EngineMissing("The packages transkun and torch are not installed.", advice=_INSTALL)
    folder = Path(package.origin).parent
    if not (folder / WEIGHTS).is_file():
        raise EngineMissing("transkun's weights are missing.", where=folder / WEIGHTS, advice=_INSTALL)
    return folder


def notes_of(events: Iterable[Event], duration_s: float, profile: Profile) -> Iterator[Note]:
    """The notes in a clip of `duration_s`: one whose key is let go while the pedal is down lasts until the
    pedal comes up or the key is struck again."""
    events = sorted(events, key=lambda event: event.start)
    pedals = [event for event in events if event.pitch == PEDAL]
    next_onset_s: dict[int, float] = {}
    for event in reversed(events):
        if not profile.lowest <= event.pitch <= profile.highest or event.start > duration_s - SHORTEST_S:
            continue
        latest_s = min(next_onset_s.get(event.pitch, duration_s), duration_s)
        held_s = max((pedal.end for pedal in pedals if pedal.start <= event.end < pedal.end), default=0.0)
        onset_s = max(float(event.start), 0.0)
        offset_s = max(min(max(event.end, held_s), latest_s), onset_s + SHORTEST_S)
        next_onset_s[event.pitch] = onset_s
        yield Note(onset_s, event.pitch, offset_s, min(max(event.velocity, 1), 127), CONFIDENCE)


def _open_model(folder: Path) -> Any:
    try:
        with _stand_ins():
            import torch
            from transkun import ModelTransformer

            values = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))["Model"]["config"]
            configuration = ModelTransformer.Config()
            vars(configuration).update(values)
            model = ModelTransformer.TransKun(configuration)
        weights = torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True)["state_dict"]
        model.load_state_dict(weights)
    except (ImportError, OSError, RuntimeError, KeyError) as cause:
        raise EngineMissing(f"transkun can't be loaded ({cause}).", where=folder, advice=_INSTALL) from cause
    return model.eval()


@contextlib.contextmanager
def _stand_ins() -> Iterator[None]:
    """Empty modules under the names that transkun imports and does not need to transcribe."""
    before = {name: sys.modules.get(name) for name in STAND_INS}
    for name in STAND_INS:
        sys.modules[name] = types.ModuleType(name)
    filterbank = types.SimpleNamespace(melscale_fbanks=_room_for_filterbank)
    sys.modules["torchaudio"].functional = filterbank  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def _room_for_filterbank(*, n_freqs: int, n_mels: int, **_: object) -> Any:
    """Not a number anywhere: the weights hold the filterbank, and are loaded in its place."""
    import torch

    return torch.full((n_freqs, n_mels), math.nan)
