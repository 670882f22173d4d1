"""Our network against basic-pitch on the same stems, family by family."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note
from daw_bridge.training import dataset, stems
from daw_bridge.training.calibration import Halves
from daw_bridge.training.scoring import Score, mean_f1, score
from daw_bridge.training.stems import Stem
from daw_bridge.transcribe.bridge.decoding import Thresholds, decode
from daw_bridge.transcribe.bridge.features import RATE_HZ, features
from daw_bridge.transcribe.bridge.maps import INPUT, OUTPUT
from daw_bridge.transcribe.velocities import with_velocities

Transcriber = Callable[[Stem], Sequence[Note]]


def by_family(some: Iterable[Stem], transcribe: Transcriber) -> dict[str, Score]:
    """The score of each family."""
    scores: dict[str, Score] = defaultdict(Score)
    for stem in some:
        scores[stem.family] += score(stem.notes, transcribe(stem))
    return dict(scores)


def maps_of(model: Path, folder: Path, some: Iterable[Stem]) -> Iterator[Halves]:
    """What an exported model says about each stem: float16 [4, steps, 88]."""
    session = _session(model)
    for stem in some:
        heard = np.load(dataset.features_path(folder, stem.number)).astype(np.float32) / 255.0
        (maps,) = session.run([OUTPUT], {INPUT: heard[None]})
        yield maps[0].astype(np.float16)


def ours(folder: Path, kept: Mapping[int, Halves], thresholds: Thresholds) -> Transcriber:
    """The notes in maps that were kept by the stems' numbers, as the engine hears them in profile "auto"."""

    def transcribe(stem: Stem) -> Sequence[Note]:
        return with_velocities(
            decode([kept[stem.number].astype(np.float32)], thresholds), sound(folder, stem)
        )

    return transcribe


def sound(folder: Path, stem: Stem) -> AudioClip:
    """The stem's audio."""
    return AudioClip(stems.read_flac(folder / "stems" / f"{stem.name}.flac")[None], RATE_HZ)


def _session(model: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def basic_pitch(folder: Path) -> Transcriber:
    """basic-pitch's model with our decoding of it, profile "auto"."""
    from daw_bridge.transcribe.basic_pitch.engine import BasicPitch

    engine = BasicPitch()

    def transcribe(stem: Stem) -> Sequence[Note]:
        return engine.transcribe(sound(folder, stem)).notes

    return transcribe


def speed(folder: Path, model: Path, stem: Stem, rounds: int = 9) -> tuple[float, float]:
    """Processor seconds for the stem's maps, spectra included: ours, and basic-pitch's.

    Medians of some rounds in turns. Processor time, not the clock: other work may share the cores.
    """
    from daw_bridge.transcribe.basic_pitch.engine import BasicPitch

    clip, engine, session = sound(folder, stem), BasicPitch(), _session(model)
    mine, theirs = [], []
    for _ in range(rounds):
        begun = time.process_time()
        session.run([OUTPUT], {INPUT: features(clip.samples[0])[None]})
        between = time.process_time()
        engine.posteriors(clip)
        mine.append(between - begun)
        theirs.append(time.process_time() - between)
    return float(np.median(mine[1:])), float(np.median(theirs[1:]))


def table(by_model: dict[str, dict[str, Score]]) -> str:
    """Markdown of each model's scores by family: a row a family, and the means. The first model is "ours"
    in what is said below the table."""
    models = list(by_model.values())
    lines = [
        "| family | stems' notes |" + "".join(f" {name}: onset F1 | with offsets |" for name in by_model),
        "|---|---|" + "---|---|" * len(models),
    ]
    for family in sorted(models[0]):
        scores = [of[family] for of in models]
        cells = "".join(f" {s.f1:.2f} | {s.f1_with_offset:.2f} |" for s in scores)
        lines.append(f"| {family} | {scores[0].true} |{cells}")
    means = "".join(f" **{onset:.2f}** | **{whole:.2f}** |" for onset, whole in map(mean_f1, models))
    lines.append(f"| **mean** | |{means}")
    lines.append("")
    lines.append(
        "Onset error, median and 95th percentile: "
        + ", ".join(f"{name} {_onset_errors(of)}" for name, of in by_model.items())
        + "."
    )
    lines.append(f"Of our notes at a confidence of {_calibration(models[0].values())} are right.")
    right = sum(s.right for s in models[0].values())
    lines.append(
        f"Velocity error: {sum(s.velocity_error for s in models[0].values()) / max(right, 1):.0f} of 127."
    )
    return "\n".join(lines)


def _onset_errors(scores: dict[str, Score]) -> str:
    errors_ms = 1000 * np.abs([e for s in scores.values() for e in s.onset_errors_s] or [0.0])
    return f"{np.median(errors_ms):.1f} and {np.percentile(errors_ms, 95):.1f} ms"


def _calibration(scores: Iterable[Score]) -> str:
    """Confidences in steps of a tenth, and how many of the notes there are right."""
    judged = np.array([pair for score in scores for pair in score.judged]).reshape(-1, 2)
    said = []
    for low in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        some = judged[(judged[:, 0] >= low) & (judged[:, 0] < low + 0.1 + 1e-9 * (low > 0.85))]
        if len(some):
            said.append(f"{some[:, 0].mean():.2f}, {100 * some[:, 1].mean():.0f} %")
    return "; ".join(said)
