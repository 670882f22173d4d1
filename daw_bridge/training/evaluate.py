"""Our network against basic-pitch on the same stems, family by family."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note
from daw_bridge.training import dataset, stems
from daw_bridge.training.scoring import Score, score
from daw_bridge.training.stems import Stem
from daw_bridge.transcribe.bridge.decoding import Thresholds, decode
from daw_bridge.transcribe.bridge.features import RATE_HZ, features
from daw_bridge.transcribe.bridge.maps import Floats

Transcriber = Callable[[Stem], Sequence[Note]]

CHOICES: dict[str, tuple[Any, ...]] = {
    "onset": (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5),
    "sounding": (0.25, 0.35, 0.45, 0.55, 0.65),
    "offset": (0.2, 0.3, 0.4, 0.5, 0.7),
    "gap_steps": (2, 4, 8, 16),
}
"""The thresholds that are tried."""


def by_family(some: Iterable[Stem], transcribe: Transcriber) -> dict[str, Score]:
    """The score of each family."""
    scores: dict[str, Score] = defaultdict(Score)
    for stem in some:
        scores[stem.family] += score(stem.notes, transcribe(stem))
    return dict(scores)


def mean_f1(scores: dict[str, Score]) -> tuple[float, float]:
    """The mean over families: by onset, and with offset."""
    rows = [(s.f1, s.f1_with_offset) for s in scores.values()]
    onset, offset = np.mean(rows, axis=0)
    return float(onset), float(offset)


def chosen_thresholds(kept: Sequence[tuple[Stem, Floats]]) -> Thresholds:
    """The thresholds with the best mean over families of both scores together, found one at a time, twice."""
    maps = {stem.number: heard for stem, heard in kept}

    def merit(thresholds: Thresholds) -> float:
        return sum(mean_f1(by_family((s for s, _ in kept), lambda s: decode(maps[s.number], thresholds))))

    best = Thresholds()
    for name in [*CHOICES, *CHOICES]:
        best = max((replace(best, **{name: value}) for value in CHOICES[name]), key=merit)
    return best


def maps_of(folder: Path, model: Path, some: Iterable[Stem]) -> Iterator[tuple[Stem, Floats]]:
    """What an exported model says about each stem: float16 [4, steps, 88]."""
    session = _session(model)
    for stem in some:
        heard = np.load(dataset.features_path(folder, stem.number)).astype(np.float32) / 255.0
        (maps,) = session.run(None, {session.get_inputs()[0].name: heard[None]})
        yield stem, maps[0].astype(np.float16).astype(np.float32)


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
        samples = stems.read_flac(folder / "stems" / f"{stem.name}.flac")
        return engine.transcribe(AudioClip(samples[None], RATE_HZ)).notes

    return transcribe


def speed(folder: Path, model: Path, stem: Stem, rounds: int = 9) -> tuple[float, float]:
    """Processor seconds for the stem's maps, spectra included: ours, and basic-pitch's.

    Medians of some rounds in turns. Processor time, not the clock: other work may share the cores.
    """
    from daw_bridge.transcribe.basic_pitch.engine import BasicPitch

    samples = stems.read_flac(folder / "stems" / f"{stem.name}.flac")
    clip, engine, session = AudioClip(samples[None], RATE_HZ), BasicPitch(), _session(model)
    ours, theirs = [], []
    for _ in range(rounds):
        begun = time.process_time()
        session.run(None, {session.get_inputs()[0].name: features(samples)[None]})
        between = time.process_time()
        engine.posteriors(clip)
        ours.append(between - begun)
        theirs.append(time.process_time() - between)
    return float(np.median(ours[1:])), float(np.median(theirs[1:]))


def table(ours: dict[str, Score], theirs: dict[str, Score]) -> str:
    """Markdown: a row a family, and the means."""
    lines = [
        "| family | stems' notes | ours: onset F1 | with offsets | basic-pitch: onset F1 | with offsets |",
        "|---|---|---|---|---|---|",
    ]
    for family in sorted(ours):
        a, b = ours[family], theirs[family]
        cells = (a.f1, a.f1_with_offset, b.f1, b.f1_with_offset)
        lines.append(f"| {family} | {a.true} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    a_mean, b_mean = mean_f1(ours), mean_f1(theirs)
    lines.append(
        f"| **mean** | | **{a_mean[0]:.2f}** | **{a_mean[1]:.2f}** | {b_mean[0]:.2f} | {b_mean[1]:.2f} |"
    )
    errors_ms = 1000 * np.abs([e for s in ours.values() for e in s.onset_errors_s] or [0.0])
    rival_ms = 1000 * np.abs([e for s in theirs.values() for e in s.onset_errors_s] or [0.0])
    lines.append("")
    lines.append(
        f"Onset error, median and 95th percentile: ours {np.median(errors_ms):.1f} and "
        f"{np.percentile(errors_ms, 95):.1f} ms, basic-pitch {np.median(rival_ms):.1f} and "
        f"{np.percentile(rival_ms, 95):.1f} ms."
    )
    lines.append(f"Of our notes at a confidence of {_calibration(ours.values())} are right.")
    right = sum(s.right for s in ours.values())
    lines.append(
        f"Velocity error: {sum(s.velocity_error for s in ours.values()) / max(right, 1):.0f} of 127."
    )
    return "\n".join(lines)


def _calibration(scores: Iterable[Score]) -> str:
    """Confidences in steps of a fifth, and how many of the notes there are right."""
    judged = np.array([pair for score in scores for pair in score.judged]).reshape(-1, 2)
    said = []
    for low in (0.2, 0.4, 0.6, 0.8):
        some = judged[(judged[:, 0] >= low) & (judged[:, 0] < low + 0.2 + 1e-9 * (low > 0.7))]
        if len(some):
            said.append(f"{some[:, 0].mean():.2f}, {100 * some[:, 1].mean():.0f} %")
    return "; ".join(said)
