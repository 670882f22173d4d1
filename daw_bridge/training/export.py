"""The averaged network -> one ONNX file that holds its thresholds too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from daw_bridge.training.network import Network, Shape
from daw_bridge.training.train import averaged
from daw_bridge.transcribe.bridge.decoding import Thresholds
from daw_bridge.transcribe.bridge.features import BINS, CHANNELS
from daw_bridge.transcribe.bridge.maps import INPUT, MAPS, OUTPUT

OPSET = 17


class _Probabilities(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, heard: Tensor) -> Tensor:
        return torch.sigmoid(self.network(heard))


def load_network(checkpoint: Path) -> tuple[Network, int]:
    """The averaged network of a checkpoint, ready for use, and how many steps it has learned."""
    kept: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    shape = kept["shape"] | {"dilations": tuple(kept["shape"]["dilations"])}
    return averaged(Shape(**shape), kept["average"]), int(kept["step"])


def export(network: Network, path: Path, thresholds: Thresholds, about: dict[str, str] | None = None) -> None:
    """Write the ONNX file: `spectra` [1, 4, frames, 309] -> `maps` [1, 4, 2 × frames, 88], probabilities.

    Its metadata hold `maps` (their names), `thresholds`, and what `about` says.
    """
    import onnx

    partial = path.with_suffix(".partial")
    torch.onnx.export(
        _Probabilities(network.eval()).eval(),
        (torch.zeros(1, CHANNELS, 128, BINS),),
        str(partial),
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_axes={INPUT: {2: "frames"}, OUTPUT: {2: "steps"}},
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load(str(partial))
    metadata = {"maps": ",".join(MAPS), "thresholds": json.dumps(thresholds.to_dict())} | (about or {})
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    onnx.save(model, str(partial))
    partial.rename(path)
