"""Teaches the small networks of `daw_bridge.transcribe.perceptron`: Adam, in numpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from daw_bridge.transcribe.perceptron import Floats, Perceptron, sigmoid, softmax

Report = Callable[[int, float], None]


def learn(
    inputs: Floats,
    targets: Floats,
    *,
    units: int,
    exclusive: bool,
    passes: int = 40,
    batch: int = 256,
    rate: float = 2e-3,
    decay: float = 1e-4,
    noise: float = 0.05,
    seed: int = 1,
) -> Perceptron:
    """A network for `inputs` [rows, inputs] and `targets` [rows, outputs], 0 to 1.

    `exclusive`: one output a row is meant (softmax), else each for itself (sigmoid). The learning rate
    falls to 0 along a cosine; `noise` is added to the inputs, in their standard deviations.
    """
    rng = np.random.default_rng(seed)
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-3
    rows = ((inputs - mean) / scale).astype(np.float32)
    sizes = rows.shape[1], units, targets.shape[1]
    weights = [
        rng.normal(0, np.sqrt(2 / sizes[0]), sizes[:2]).astype(np.float32),
        np.zeros(units, np.float32),
        rng.normal(0, np.sqrt(1 / units), sizes[1:]).astype(np.float32),
        np.zeros(sizes[2], np.float32),
    ]
    moments = [(np.zeros_like(w), np.zeros_like(w)) for w in weights]
    squash = softmax if exclusive else sigmoid
    step, steps = 0, passes * (len(rows) // batch + 1)
    for _ in range(passes):
        order = rng.permutation(len(rows))
        for some in np.array_split(order, len(rows) // batch + 1):
            step += 1
            seen = rows[some] + noise * rng.standard_normal((len(some), sizes[0]), np.float32)
            raised = np.maximum(seen @ weights[0] + weights[1], 0)
            error = (squash(raised @ weights[2] + weights[3]) - targets[some]) / len(some)
            back = (error @ weights[2].T) * (raised > 0)
            slopes = [seen.T @ back, back.sum(axis=0), raised.T @ error, error.sum(axis=0)]
            now = rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            for weight, slope, (first, second) in zip(weights, slopes, moments, strict=True):
                first += 0.1 * (slope - first)
                second += 0.001 * (slope**2 - second)
                towards = first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
                weight -= now * (towards + decay * weight * (weight.ndim == 2))
    hidden, hidden_bias, output, output_bias = weights
    undecided = np.full(sizes[2], 0.5, np.float32)
    return Perceptron(
        mean.astype(np.float32), scale.astype(np.float32), hidden, hidden_bias, output, output_bias, undecided
    )
