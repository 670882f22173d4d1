"""A DX7 with random patches (dexed-py), note by note."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ

ALGORITHMS = 32
RELEASE_S = 0.8
HARMONIC_COARSE = (1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14)


def play(
    rng: np.random.Generator, performance: Performance, algorithm: int, manner: str, length_s: float
) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz; `manner` is pluck, sustained or slow (its envelope). Bends are not played."""
    from dexed import DexedSynth

    synth = DexedSynth(sample_rate=PLAY_RATE_HZ)
    synth.load_patch(random_patch(rng, algorithm, manner))

    @functools.cache
    def struck(pitch: int, velocity: int, hundredths: int) -> npt.NDArray[np.float32]:
        held_s = hundredths / 100
        sound: npt.NDArray[np.float32] = synth.render(pitch, velocity, held_s, held_s + RELEASE_S)
        fade = round(0.02 * PLAY_RATE_HZ)
        sound = np.array(sound, np.float32)
        sound[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        return sound

    mono = np.zeros(round((length_s + 60) * PLAY_RATE_HZ), np.float32)
    for note in performance.notes:
        # Velocities in steps of 8 and lengths in hundredths: notes that are alike are made once.
        sound = struck(note.pitch, min(note.velocity // 8 * 8 + 4, 127), max(round(note.duration_s * 100), 3))
        start = round(note.onset_s * PLAY_RATE_HZ)
        mono[start : start + len(sound)] += sound[: len(mono) - start]
    return mono[: round(length_s * PLAY_RATE_HZ)]


def random_patch(rng: np.random.Generator, algorithm: int, manner: str) -> Any:
    """A patch whose pitch is the key's: the carriers stand in whole ratios to it, one of them at 1."""
    from dexed import Patch, get_carriers

    patch = Patch(name="RANDOM")
    patch.algorithm = algorithm
    patch.feedback = int(rng.integers(0, 8))
    carriers = set(get_carriers(algorithm))
    first = min(carriers)
    for index in range(6):
        operator = patch.op[index]
        carrier = index in carriers
        if carrier:
            coarse = 1 if index == first else int(rng.choice([1, 1, 1, 2, 2, 3, 4]))
            level = int(rng.integers(90, 100)) if index == first else int(rng.integers(60, 96))
        else:
            coarse = int(rng.choice(HARMONIC_COARSE)) if rng.random() < 0.85 else 0
            level = int(rng.integers(30, 88))
        operator.frequency_coarse = coarse
        operator.frequency_fine = 0 if carrier or rng.random() < 0.8 else int(rng.integers(0, 99))
        operator.detune = int(rng.integers(5, 10))
        operator.output_level = level
        operator.velocity_sensitivity = int(rng.integers(1, 6))
        operator.rate_scaling = int(rng.integers(0, 4))
        operator.envelope.rates, operator.envelope.levels = _envelope(rng, manner, carrier=carrier)
    return patch


def _envelope(rng: np.random.Generator, manner: str, *, carrier: bool) -> tuple[list[int], list[int]]:
    """Rates and levels of attack, decay, sustain and release, 0 to 99."""
    draw = rng.integers
    if manner == "pluck":
        rates = [int(draw(90, 100)), int(draw(40, 75)), int(draw(20, 45)), int(draw(50, 80))]
        levels = [99, int(draw(70, 95)), 0 if carrier else int(draw(0, 60)), 0]
    elif manner == "slow":
        rates = [int(draw(40, 60)), int(draw(30, 60)), int(draw(20, 50)), int(draw(40, 60))]
        levels = [99, int(draw(85, 99)), int(draw(80, 99)), 0]
    else:
        rates = [int(draw(70, 100)), int(draw(30, 70)), int(draw(20, 50)), int(draw(50, 85))]
        levels = [99, int(draw(80, 99)), int(draw(70, 97)), 0]
    return rates, levels
