"""Stems on disk -> features and targets, in batches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from daw_bridge.training import stems
from daw_bridge.training.stems import Stem
from daw_bridge.training.targets import targets
from daw_bridge.transcribe.bridge.features import (
    BINS,
    BINS_A_SEMITONE,
    FLOOR_DB,
    LONG_HIGHEST_HZ,
    Floats,
    bin_frequency_hz,
    features,
    to_bytes,
)

LARGEST_SHIFT = 5
"""Crops are moved by so many semitones at most."""


BLED = 0.2
"""So many crops have something else in them that is not to be heard, as stems have that were separated from a
record or bounced with the drums in the room."""
BLEED_DB = (-36.0, -16.0)
"""How loud that is, beside the stem."""


def prepare(folder: Path, number: int) -> Path:
    """The features of one stem, computed unless they are there: uint8 [4, frames, 309] as .npy."""
    return _prepared(folder / "stems" / f"{number:05d}.flac", features_path(folder, number))


def prepared_drums(folder: Path) -> list[Path]:
    """The features of the drum clips that `drums` made for training, computed unless they are there."""
    return [
        _prepared(label.with_suffix(".flac"), folder / "features" / f"drums-{label.stem}.npy")
        for label in sorted((folder / "drums").glob("*.json"))
        if json.loads(label.read_text())["split"] == "train"
    ]


def _prepared(sound: Path, path: Path) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        heard = to_bytes(features(stems.read_flac(sound)))
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            np.save(file, heard)
        partial.rename(path)
    return path


def features_path(folder: Path, number: int) -> Path:
    """Where a stem's features lie."""
    return folder / "features" / f"{number:05d}.npy"


def ready(folder: Path, split: str) -> list[Stem]:
    """The stems of a split whose features are there."""
    return [s for s in stems.load(folder / "stems", split) if features_path(folder, s.number).exists()]


def repeated(some: Iterable[Stem], times: Mapping[str, int]) -> list[Stem]:
    """The stems of these families so many times."""
    return [stem for stem in some for _ in range(times.get(stem.family, 1))]


@dataclass(frozen=True)
class Batches:
    """Random crops of stems: the batch of a step is always the same for the same stems."""

    folder: Path
    stems: Sequence[Stem]
    clips: int
    frames: int
    seed: int
    drums: Sequence[Path] = ()
    """Features of what else may bleed into a stem, besides other stems."""

    def batch(self, step: int) -> tuple[Floats, Floats]:
        """Features [clips, 4, frames, 309] and targets [clips, 4, 2 × frames, 88]."""
        rng = np.random.default_rng([self.seed, step])
        chosen = [self.stems[int(i)] for i in rng.integers(0, len(self.stems), self.clips)]
        crops = [self._crop(rng, stem) for stem in chosen]
        return np.stack([heard for heard, _ in crops]), np.stack([wanted for _, wanted in crops])

    def _crop(self, rng: np.random.Generator, stem: Stem) -> tuple[Floats, Floats]:
        first, heard = self._heard(rng, features_path(self.folder, stem.number))
        shift = int(rng.integers(-LARGEST_SHIFT, LARGEST_SHIFT + 1)) if rng.random() < 0.6 else 0
        heard = recoloured(rng, shifted(heard, shift))
        if rng.random() < BLED:
            heard = bled(heard, self._heard(rng, self._beside(rng))[1], float(rng.uniform(*BLEED_DB)))
        return heard, targets(stem.notes, heard.shape[1], first_frame=first, transpose=shift)

    def _heard(self, rng: np.random.Generator, path: Path) -> tuple[int, Floats]:
        """A crop of those features, and its first frame."""
        kept = np.load(path, mmap_mode="r")
        first = int(rng.integers(0, max(kept.shape[1] - self.frames, 0) + 1))
        return first, np.asarray(kept[:, first : first + self.frames], np.float32) / 255.0

    def _beside(self, rng: np.random.Generator) -> Path:
        if self.drums and rng.random() < 0.5:
            return self.drums[int(rng.integers(len(self.drums)))]
        return features_path(self.folder, self.stems[int(rng.integers(len(self.stems)))].number)


def bled(heard: Floats, beside: Floats, level_db: float) -> Floats:
    """The spectra of both at once, `beside` so much louder (or softer, below 0) than the stem.

    Powers are added, as those of two sounds that know nothing of one another are on average. Levels are those
    of the shortest windows, which hear all there is. What is silent stays it.
    """
    power, other = (10.0 ** (FLOOR_DB / 10 * (some.astype(np.float64) - 1.0)) for some in (heard, beside))
    power[heard <= 0.0], other[beside <= 0.0] = 0.0, 0.0
    level, other_level = (some[2:].mean() for some in (power, other))
    if level == 0.0 or other_level == 0.0:
        return heard
    mixed = power + other * (level / other_level * 10.0 ** (level_db / 10))
    floored = np.log10(np.maximum(mixed, 10.0 ** (-FLOOR_DB / 10)))
    return np.asarray(np.clip(1.0 + 10.0 / FLOOR_DB * floored, 0.0, 1.0), np.float32)


def shifted(heard: Floats, semitones: int) -> Floats:
    """The spectra moved up or down; what comes in from outside is silent."""
    bins = semitones * BINS_A_SEMITONE
    moved = np.zeros_like(heard)
    moved[..., max(bins, 0) : BINS + min(bins, 0)] = heard[..., max(-bins, 0) : BINS - max(bins, 0)]
    moved[0][:, bin_frequency_hz() > LONG_HIGHEST_HZ] = 0.0
    return moved


def recoloured(rng: np.random.Generator, heard: Floats) -> Floats:
    """Another gain, and another equaliser on two stems of three."""
    change_db = np.full(BINS, rng.uniform(-24.0, 3.0))
    if rng.random() < 0.67:
        octave = np.arange(BINS) / (12 * BINS_A_SEMITONE)
        for waves in (0.06, 0.15, 0.3):
            phase = rng.uniform(0, 2 * np.pi)
            change_db += rng.normal(0, 3.0) * np.cos(2 * np.pi * waves * octave + phase)
    silent = heard <= 0.0
    changed = np.clip(heard + (change_db / FLOOR_DB).astype(np.float32), 0.0, 1.0)
    changed[silent] = 0.0
    return changed
