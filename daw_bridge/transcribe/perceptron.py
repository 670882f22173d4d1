"""A network of two small layers, in numpy alone: what hears drums and judges kinds needs no runtime."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Perceptron:
    """Inputs, standardised -> a hidden layer that is cut off at 0 -> outputs, before any squashing.

    `mean` and `scale` [inputs], `hidden` [inputs, units], `hidden_bias` [units],
    `output` [units, outputs], `output_bias` [outputs]. `thresholds` [outputs]: how probable an output
    must be to be believed, learned on other data than the weights.
    """

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats
    thresholds: Floats

    def __call__(self, inputs: Floats) -> Floats:
        """Inputs [rows, inputs] -> logits [rows, outputs]."""
        units = np.maximum((inputs - self.mean) / self.scale @ self.hidden + self.hidden_bias, 0.0)
        return np.asarray(units @ self.output + self.output_bias, np.float32)

    def save(self, path: Path, **about: str) -> None:
        """Write an .npz with half-precision weights, and `about` it as text."""
        precise = ("mean", "scale", "thresholds")
        arrays: dict[str, Any] = {key: np.array(text) for key, text in about.items()}
        for name, value in vars(self).items():
            arrays[name] = value if name in precise else value.astype(np.float16)
        np.savez_compressed(path, **arrays)


@functools.cache
def load_perceptron(path: Path) -> Perceptron:
    """The network in that file, read once. Raises OSError when it isn't there."""
    with np.load(path, allow_pickle=False) as kept:
        return Perceptron(**{name: kept[name].astype(np.float32) for name in Perceptron.__annotations__})


def sigmoid(logits: Floats) -> Floats:
    """Each logit as a probability of its own."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0))), np.float32)


def softmax(logits: Floats) -> Floats:
    """Each row's logits as probabilities that add up to 1."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)
