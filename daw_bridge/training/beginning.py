"""An ONNX file that `export` wrote -> the network to train on from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from daw_bridge.training import graph
from daw_bridge.training.network import COMBS, PARTIALS, Network, Shape, normalisation


def unfolded(path: Path) -> tuple[Network, str]:
    """The network in an ONNX file, its normalisations doing nothing yet (`normalised` mends that), and
    words that say which file it was. Raises ValueError for a file that `export` didn't make.
    """
    weights, about = graph.read(path)
    if "shape" not in about:
        raise ValueError(f"{path} doesn't say the network's shape: export it anew")
    network = Network(Shape.from_dict(json.loads(about["shape"])))
    state = {name: torch.from_numpy(value.copy()) for name, value in weights.items()}
    rows = {
        first + spacing * tooth: state[f"stacked.{comb}.weight"][..., tooth : tooth + 1]
        for comb, (first, spacing, count) in enumerate(COMBS)
        for tooth in range(count)
    }
    state["stacked.weight"] = torch.cat([rows[partial] for partial in PARTIALS], dim=1)
    state["stacked.bias"] = state["stacked.0.bias"]
    for norm in (network.local_norm, network.stacked_norm):
        norm.running_var.fill_(1.0 - norm.eps)
    mine = network.state_dict()
    network.load_state_dict(
        {name: state[name].reshape(v.shape) if name in state else v for name, v in mine.items()}
    )
    network.eval()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    earlier = f", {about['began_from']}" if "began_from" in about else ""
    return network, f"{digest} after {about.get('training_steps', '?')} steps{earlier}"


def normalised(network: Network, batches: Iterable[Tensor]) -> None:
    """Make the normalisations normalise what they get of these spectra, without changing what comes out.

    In training they then do what they did before they were folded, but for a batch's own differences.
    """
    norms = (network.local_norm, network.stacked_norm)
    sums: dict[nn.Module, list[Tensor]] = {norm: [] for norm in norms}

    def keep(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        found = inputs[0].double()
        sums[norm].append(torch.stack((found.mean(dim=(0, 2, 3)), found.square().mean(dim=(0, 2, 3)))))

    hooks = [norm.register_forward_pre_hook(partial(keep)) for norm in norms]
    with torch.inference_mode():
        for heard in batches:
            network(heard)
    for hook in hooks:
        hook.remove()
    with torch.no_grad():
        for norm in norms:
            mean, power = torch.stack(sums[norm]).mean(dim=0).float()
            variance = (power - mean.square()).clamp(min=0.0)
            scale, shift = normalisation(norm)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_(scale * torch.sqrt(variance + norm.eps))
            norm.bias.copy_(shift + scale * mean)
