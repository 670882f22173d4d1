"""Folded weights <-> the ONNX file that the engine runs.

Written node by node rather than traced, for onnxruntime's sake: it is fastest with channels in groups of
eight, and leaves that layout, at the price of two copies, where it can't tell that two shapes are alike or a
sum is broadcast. So every result says its shape, what was pooled is handed back by an upsampling, and all
sums but one are done inside the convolutions. That takes up to a seventh less processor time than the trace
of the same network, for the same maps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from daw_bridge.training.network import COMBS, POOLED_DILATIONS, Shape, spacing_of
from daw_bridge.transcribe.bridge.decoding import Thresholds
from daw_bridge.transcribe.bridge.features import BINS, BINS_A_SEMITONE, CHANNELS, SEMITONES
from daw_bridge.transcribe.bridge.maps import INPUT, KEYS, MAPS, OUTPUT, STEPS_A_FRAME, Floats

OPSET, IR_VERSION = 17, 8
FRAMES = "frames"
CONSTANT = "constant."
"""Begins the names of numbers that are no weights."""

Weights = Mapping[str, Floats]
"""By `Network`'s names, normalisations folded in; `stacked.0`, `.1` and `.2` are the combs."""


def write(
    weights: Weights, shape: Shape, path: Path, thresholds: Thresholds, about: Mapping[str, str] | None = None
) -> None:
    """The ONNX file: `spectra` [1, 4, frames, 309] -> `maps` [1, 4, 2 × frames, 88], probabilities.

    Its metadata hold `maps` (their names), `thresholds`, the network's `shape`, and what `about` says.
    """
    import onnx

    metadata = {
        "maps": ",".join(MAPS),
        "thresholds": json.dumps(thresholds.to_dict()),
        "shape": json.dumps(shape.to_dict()),
    }
    model = _Graph(weights, shape).model()
    onnx.helper.set_model_props(model, metadata | dict(about or {}))
    onnx.checker.check_model(model, full_check=True)
    partial = path.with_suffix(".partial")
    onnx.save(model, str(partial))
    partial.rename(path)


def read(path: Path) -> tuple[dict[str, Floats], dict[str, str]]:
    """The folded weights in a file that `write` made, and its metadata."""
    import onnx

    model = onnx.load(str(path))
    weights = {
        initialiser.name: onnx.numpy_helper.to_array(initialiser)
        for initialiser in model.graph.initializer
        if not initialiser.name.startswith(CONSTANT)
    }
    return weights, {entry.key: entry.value for entry in model.metadata_props}


class _Graph:
    """What is computed goes by one name, as a node's and as its result's."""

    def __init__(self, weights: Weights, shape: Shape) -> None:
        self.weights, self.shape = weights, shape
        self.nodes: list[Any] = []
        self.results: list[Any] = []
        self.constants: list[Any] = []

    def model(self) -> Any:
        """All of it."""
        from onnx import TensorProto, helper, numpy_helper

        self._maps(self._blocks(self._keys(self._semitones())))
        kept = [numpy_helper.from_array(np.ascontiguousarray(v), name) for name, v in self.weights.items()]
        graph = helper.make_graph(
            self.nodes,
            "bridge",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, CHANNELS, FRAMES, BINS])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, len(MAPS), "steps", KEYS])],
            kept + self.constants,
            value_info=self.results,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)

    def _semitones(self) -> str:
        size = (self.shape.local, SEMITONES)
        found = self._convolved(INPUT, "local", size, strides=[1, BINS_A_SEMITONE], pads=[1, 1, 1, 1])
        return self._node("Relu", [found], "semitones", size)

    def _keys(self, semitones: str) -> str:
        """The semitones where each key's partials lie, comb by comb."""
        size = (self.shape.channels, KEYS)
        found = ""
        for comb in reversed(range(len(COMBS))):
            first, spacing, count = COMBS[comb]
            heard, name = semitones, f"stacked.{comb}"
            if first > 0:
                bounds = [self._constant(f"{name}.{i}", [i]) for i in (first, SEMITONES, 3)]
                heard = self._node(
                    "Slice", [semitones, *bounds], f"{name}.from", (self.shape.local, SEMITONES - first)
                )
            beyond = KEYS + first + spacing * (count - 1) - SEMITONES
            pads = [0, max(-first, 0), 0, beyond]
            comb_found = self._convolved(heard, name, size, dilations=[1, spacing], pads=pads)
            found = self._node("Add", [comb_found, found], f"{name}.sum", size) if found else comb_found
        biased = self._node("Add", [found, "key_bias"], "biased", size)
        keys = self._node("Relu", [biased], "keys", size)
        # Pools nothing: it brings the keys into the layout that all that follows keeps to.
        return self._node("MaxPool", [keys], "grouped", size, kernel_shape=[1, 1])

    def _blocks(self, x: str) -> str:
        size = (self.shape.channels, KEYS)
        wide = (self.shape.wide, KEYS)
        for index, dilation in enumerate(self.shape.dilations):
            name, spacing, alone = f"blocks.{index}", spacing_of(index), {"group": self.shape.channels}
            pads = [0, 2 * spacing] * 2
            keys = self._convolved(x, f"{name}.keys", size, dilations=[1, spacing], pads=pads, **alone)
            pads = [2 * dilation, 0] * 2
            time = self._convolved(x, f"{name}.time", size, dilations=[dilation, 1], pads=pads, **alone)
            both = self._node("Add", [time, keys], f"{name}.both", size)
            seen = self._node("Relu", [self._convolved(both, f"{name}.widen", wide)], f"{name}.seen", wide)
            x = self._node("Add", [x, self._convolved(seen, f"{name}.narrow", size)], name, size)
            if index + 1 == self.shape.pooled_after:
                x = self._node("Add", [x, self._pooled(x)], "told", size)
        return x

    def _pooled(self, x: str) -> str:
        shape = self.shape
        over = {"kernel_shape": [1, KEYS]}
        mean = self._node("AveragePool", [x], "pooled.mean", (shape.channels, 1), **over)
        highest = self._node("MaxPool", [x], "pooled.highest", (shape.channels, 1), **over)
        both = self._node("Concat", [mean, highest], "pooled.both", (2 * shape.channels, 1), axis=1)
        size = (shape.pooled, 1)
        y = self._node("Relu", [self._convolved(both, "pooled.gather", size)], "pooled.gathered", size)
        for index, dilation in enumerate(POOLED_DILATIONS):
            name = f"pooled.follow.{index}"
            found = self._convolved(y, name, size, dilations=[dilation, 1], pads=[2 * dilation, 0] * 2)
            found = self._node("Relu", [found], f"{name}.seen", size)
            y = self._node("Add", [y, found], f"{name}.sum", size)
        bias = self._convolved(y, "pooled.spread", (shape.channels, 1))
        times = self._constant("pooled.times", [1.0, 1.0, 1.0, float(KEYS)])
        nearest = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self._node("Resize", [bias, "", times], "pooled", (shape.channels, KEYS), **nearest)

    def _maps(self, x: str) -> None:
        size = (self.shape.channels, KEYS)
        seen = self._node("Relu", [self._convolved(x, "head.0", size)], "head.seen", size)
        said = self._convolved(seen, "head.2", (len(MAPS) * STEPS_A_FRAME, KEYS))
        apart = self._constant("apart", [len(MAPS), STEPS_A_FRAME, -1, KEYS])
        together = self._constant("together", [1, len(MAPS), -1, KEYS])
        split = self._node("Reshape", [said, apart], "split")
        in_order = self._node("Transpose", [split], "in_order", perm=[0, 2, 1, 3])
        logits = self._node("Reshape", [in_order, together], "logits")
        self._node("Sigmoid", [logits], OUTPUT)

    def _convolved(self, x: str, name: str, size: tuple[int, int], **how: Any) -> str:
        bias = [f"{name}.bias"] if f"{name}.bias" in self.weights else []
        return self._node("Conv", [x, f"{name}.weight", *bias], f"{name}.found", size, **how)

    def _node(
        self, kind: str, inputs: Sequence[str], name: str, size: tuple[int, int] | None = None, **how: Any
    ) -> str:
        """`size` is how many channels the result has, and how many keys or semitones."""
        from onnx import TensorProto, helper

        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **how))
        if size:
            channels, width = size
            self.results.append(
                helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, FRAMES, width])
            )
        return name

    def _constant(self, name: str, values: Sequence[int] | Sequence[float]) -> str:
        from onnx import numpy_helper

        kind = np.float32 if isinstance(values[0], float) else np.int64
        self.constants.append(numpy_helper.from_array(np.array(values, kind), CONSTANT + name))
        return CONSTANT + name
