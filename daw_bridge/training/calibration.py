"""How the maps are best read, learned on validation stems: a confidence for each strike, then thresholds.
The model file keeps what was learned."""

from __future__ import annotations

import functools
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from daw_bridge.training.scoring import Score, mean_f1, score
from daw_bridge.training.stems import Stem
from daw_bridge.transcribe.bridge.decoding import Thresholds, notes
from daw_bridge.transcribe.bridge.finds import Finds, find
from daw_bridge.transcribe.profiles import find_profile

CHOICES: dict[str, tuple[Any, ...]] = {
    "confidence": (0.3, 0.35, 0.4, 0.45, 0.5),
    "sounding": (0.15, 0.2, 0.25, 0.35, 0.45),
    "offset": (0.3, 0.4, 0.5, 0.6, 0.7),
    "gap_steps": (2, 4, 8, 12, 16),
    "octave_margin": (0.12, 0.16, 0.2, 0.25, 1.0),
}
"""The thresholds that are tried."""

ROUNDS = 2

LEEWAY = 0.005
"""So much of the two F1's sum may be lost for fewer notes that are missed."""
RIDGE = 1.0

Doubles = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Halves = npt.NDArray[np.float16]
"""Maps, kept small."""


def learned(kept: Sequence[tuple[Stem, Halves]]) -> Thresholds:
    """The weights of the evidence, then the thresholds with the best mean over families of onset F1 and
    F1 with offsets together, found one at a time, twice; then the lowest confidence that is hardly worse: a
    note too many can be deleted, one that is missing has to be heard again."""

    @functools.cache
    def found(sounding: float, offset: float) -> list[Finds]:
        return [find([maps.astype(np.float32)], sounding=sounding, offset=offset) for _, maps in kept]

    stems = [stem for stem, _ in kept]

    def merit(thresholds: Thresholds) -> float:
        scores: dict[str, Score] = defaultdict(Score)
        for stem, finds in zip(stems, found(thresholds.sounding, thresholds.offset), strict=True):
            scores[stem.family] += score(stem.notes, notes(finds, thresholds, find_profile("auto")))
        return sum(mean_f1(scores))

    best = Thresholds()
    best = replace(best, weights=weights(stems, found(best.sounding, best.offset)))
    for name in [*CHOICES] * ROUNDS:
        best = max((replace(best, **{name: value}) for value in CHOICES[name]), key=merit)
    least = merit(best) - LEEWAY
    lower = (replace(best, confidence=value) for value in CHOICES["confidence"] if value < best.confidence)
    return next((thresholds for thresholds in lower if merit(thresholds) >= least), best)


def weights(stems: Sequence[Stem], finds: Sequence[Finds]) -> tuple[float, ...]:
    """A bias and a weight for each kind of evidence: by these a strike is a note. Families weigh alike."""
    strikes: Counter[str] = Counter()
    for stem, found in zip(stems, finds, strict=True):
        strikes[stem.family] += len(found.key)
    if not strikes.total():
        return Thresholds().weights  # of a network that has hardly begun to learn
    evidence, right, weight = [], [], []
    for stem, found in zip(stems, finds, strict=True):
        struck = notes(found, Thresholds(confidence=0.0), find_profile("auto"))
        evidence.append(found.evidence[np.lexsort((found.key, np.maximum(found.step, 0.0)))])
        right += [is_right for _, is_right in score(stem.notes, struck).judged]
        weight.append(np.full(len(struck), 1.0 / max(strikes[stem.family], 1)))
    return logistic(np.concatenate(evidence), np.array(right), np.concatenate(weight))


def logistic(evidence: Doubles, right: Bools, weight: Doubles) -> tuple[float, ...]:
    """Logistic regression by Newton's method, with a little ridge: a bias, then a weight a column."""
    rows = np.column_stack((np.ones(len(evidence)), evidence))
    weight = weight * len(weight) / weight.sum()
    ridge = np.full(rows.shape[1], RIDGE)
    ridge[0] = 1e-6
    found = np.zeros(rows.shape[1])
    for _ in range(50):
        likely = 1.0 / (1.0 + np.exp(-rows @ found))
        slope = rows.T @ (weight * (right - likely)) - ridge * found
        bend = (rows * (weight * likely * (1.0 - likely))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        found += step
        if np.abs(step).max() < 1e-8:
            break
    return tuple(round(float(value), 4) for value in found)


def kept_thresholds(path: Path) -> Thresholds:
    """The thresholds in an ONNX file."""
    import onnx

    kept = {entry.key: entry.value for entry in onnx.load(str(path)).metadata_props}
    return Thresholds.from_dict(json.loads(kept["thresholds"]))


def keep_thresholds(path: Path, thresholds: Thresholds) -> None:
    """Put other thresholds into an ONNX file."""
    import onnx

    model = onnx.load(str(path))
    kept = {entry.key: entry.value for entry in model.metadata_props}
    onnx.helper.set_model_props(model, kept | {"thresholds": json.dumps(thresholds.to_dict())})
    partial = path.with_suffix(".partial")
    onnx.save(model, str(partial))
    partial.rename(path)
