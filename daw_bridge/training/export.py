"""The averaged network -> folded weights -> one ONNX file; `beginning` goes the other way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from daw_bridge.training import graph
from daw_bridge.training.network import Network, Shape, averaged, normalisation
from daw_bridge.transcribe.bridge.decoding import Thresholds
from daw_bridge.transcribe.bridge.maps import Floats

_NORMALISED = ("local.", "local_norm.", "stacked.", "stacked_norm.")


def load_network(checkpoint: Path) -> tuple[Network, dict[str, str]]:
    """The averaged network of a checkpoint, ready for use, and what is said about how it was trained."""
    kept: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    about = {"training_steps": str(kept["step"]), "began_from": kept.get("began_from", "")}
    return averaged(Shape.from_dict(kept["shape"]), kept["average"]), {
        name: told for name, told in about.items() if told
    }


def export(network: Network, path: Path, thresholds: Thresholds, about: dict[str, str] | None = None) -> None:
    """Write the ONNX file; see `graph.write`."""
    graph.write(folded(network), network.shape, path, thresholds, about or {})


def folded(network: Network) -> dict[str, Floats]:
    """The weights of a network that is in use; normalisations are part of the convolutions before them."""
    state = {name: value.detach() for name, value in network.state_dict().items()}
    weights = {name: value for name, value in state.items() if not name.startswith(_NORMALISED)}
    for name, value in weights.items():
        if name.startswith("pooled.") and value.ndim == 3:
            weights[name] = value.unsqueeze(3)  # along frames, for each key: of those is one left
    scale, shift = normalisation(network.local_norm)
    weights["local.weight"] = state["local.weight"] * scale[:, None, None, None]
    weights["local.bias"] = state["local.bias"] * scale + shift
    scale, shift = normalisation(network.stacked_norm)
    for comb, kernel in enumerate(network.comb_kernels()):
        weights[f"stacked.{comb}.weight"] = kernel.detach() * scale[:, None, None, None]
    weights["stacked.0.bias"] = state["stacked.bias"] * scale + shift
    return {name: np.asarray(value.numpy(), np.float32) for name, value in weights.items()}
