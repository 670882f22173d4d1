"""Stems on disk -> features and targets, in batches."""

from __future__ import annotations

from collections.abc import Sequence
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


def prepare(folder: Path, number: int) -> Path:
    """The features of one stem, computed unless they are there: uint8 [4, frames, 309] as .npy."""
    path = features_path(folder, number)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        heard = to_bytes(features(stems.read_flac(folder / "stems" / f"{number:05d}.flac")))
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


@dataclass(frozen=True)
class Batches:
    """Random crops of stems: the batch of a step is always the same for the same stems."""

    folder: Path
    stems: Sequence[Stem]
    clips: int
    frames: int
    seed: int

    def batch(self, step: int) -> tuple[Floats, Floats]:
        """Features [clips, 4, frames, 309] and targets [clips, 4, 2 × frames, 88]."""
        rng = np.random.default_rng([self.seed, step])
        chosen = [self.stems[int(i)] for i in rng.integers(0, len(self.stems), self.clips)]
        crops = [self._crop(rng, stem) for stem in chosen]
        return np.stack([heard for heard, _ in crops]), np.stack([wanted for _, wanted in crops])

    def _crop(self, rng: np.random.Generator, stem: Stem) -> tuple[Floats, Floats]:
        kept = np.load(features_path(self.folder, stem.number), mmap_mode="r")
        first = int(rng.integers(0, max(kept.shape[1] - self.frames, 0) + 1))
        heard = np.asarray(kept[:, first : first + self.frames], np.float32) / 255.0
        shift = int(rng.integers(-LARGEST_SHIFT, LARGEST_SHIFT + 1)) if rng.random() < 0.6 else 0
        heard = recoloured(rng, shifted(heard, shift))
        return heard, targets(stem.notes, heard.shape[1], first_frame=first, transpose=shift)


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
