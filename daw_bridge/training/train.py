"""The training: goes on from the last checkpoint for as long as it is let."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from daw_bridge.training import dataset
from daw_bridge.training.beginning import normalised, unfolded
from daw_bridge.training.losses import losses
from daw_bridge.training.network import Network, Shape, averaged
from daw_bridge.training.scoring import Score, score
from daw_bridge.training.stems import Stem
from daw_bridge.training.targets import targets
from daw_bridge.transcribe.bridge.decoding import Thresholds, decode

AVERAGING, ANNEALED_AVERAGING = 0.998, 0.99
"""How much of the averaged weights stays at each step; an annealing forgets faster what was before it."""
NORMALISING_BATCHES = 40
"""So many tell what the normalisations are to normalise, where training begins from an ONNX file."""
VALIDATION_STEMS = 24
"""So many are scored while training; `evaluate` takes all."""


@dataclass(frozen=True)
class Course:
    """How to train. Every number that matters is kept in the log."""

    clips: int = 6
    frames: int = 192
    learning_rate: float = 2e-3
    warmup_steps: int = 150
    weight_decay: float = 1e-3
    longest_gradient: float = 5.0
    seed: int = 7
    log_every: int = 25
    save_every: int = 100
    validate_every: int = 500
    anneal_steps: int = 0
    """Above 0: the learning rate falls to a hundredth over so many steps, then training ends."""
    times: Mapping[str, int] = field(default_factory=dict)
    """Families whose stems are heard so many times as often."""
    compiled: bool = False
    """Let torch compile the network first: that takes half a minute and a C++ compiler."""


class Trainer:
    """Network, optimiser and a slow average of the weights, kept in `kept/checkpoints`; stems are in
    `folder`, and so is the rest by default."""

    def __init__(
        self, folder: Path, course: Course, shape: Shape | None = None, *, kept: Path | None = None
    ) -> None:
        torch.manual_seed(course.seed)
        self.folder, self.course = folder, course
        self.kept = kept or folder
        self.network = Network(shape).to(memory_format=torch.channels_last)
        self.hear = torch.compile(self.network) if course.compiled else self.network
        self.average = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=course.learning_rate, weight_decay=course.weight_decay
        )
        self.step = 0
        self.begun_at = 0
        self.began_from = ""
        self._last.parent.mkdir(parents=True, exist_ok=True)

    @property
    def checkpoint(self) -> Path:
        """The last one; an annealing has its own, so that training can go on from before it."""
        return self._last.with_name("annealed.pt") if self.course.anneal_steps else self._last

    @property
    def _last(self) -> Path:
        return self.kept / "checkpoints" / "last.pt"

    def begin_from(self, model: Path) -> None:
        """Begin with the weights of an ONNX file that `export` wrote. Data must be there already.

        Raises ValueError for a network of another shape.
        """
        network, self.began_from = unfolded(model)
        if network.shape != self.network.shape:
            raise ValueError(f"{model} is of another shape: {network.shape}, not {self.network.shape}")
        stems = dataset.ready(self.folder, "train")
        batches = dataset.Batches(
            self.folder, stems, self.course.clips, self.course.frames, self.course.seed + 1
        )
        heard = [torch.from_numpy(batches.batch(step)[0]) for step in range(NORMALISING_BATCHES)]
        normalised(network, heard)
        self.network.load_state_dict(network.state_dict())
        self.average = {name: value.clone() for name, value in self.network.state_dict().items()}
        self._save(self._last)  # what an annealing that is stopped goes on from

    def resume(self) -> bool:
        """Go on from the last checkpoint, if there is one.

        An annealing goes on only where it began at that checkpoint; else it begins there anew.
        """
        if not self._last.exists():
            return False
        kept: dict[str, Any] = torch.load(self._last, map_location="cpu", weights_only=True)
        began_here = kept["step"]
        if self.course.anneal_steps and self.checkpoint.exists():
            annealed = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
            kept = annealed if annealed["begun_at"] == began_here else kept
        self.network.load_state_dict(kept["network"])
        self.average = kept["average"]
        self.optimiser.load_state_dict(kept["optimiser"])
        self.step = kept["step"]
        self.began_from = kept.get("began_from", "")
        self.begun_at = began_here if self.course.anneal_steps else 0
        return True

    def save(self) -> None:
        """Write the checkpoint whole, or not at all."""
        self._save(self.checkpoint)

    def _save(self, path: Path) -> None:
        partial = path.with_suffix(".partial")
        torch.save(
            {
                "shape": self.network.shape.to_dict(),
                "network": self.network.state_dict(),
                "average": self.average,
                "optimiser": self.optimiser.state_dict(),
                "step": self.step,
                "begun_at": self.begun_at,
                "began_from": self.began_from,
            },
            partial,
        )
        partial.rename(path)

    def run(self, until: Callable[[int], bool]) -> None:
        """Train until `until(step)` says so, or the annealing is over."""
        course = self.course
        stems: list[Stem] = []
        drums = dataset.prepared_drums(self.folder)
        seen: list[dict[str, float]] = []
        first = self.step
        begun = time.perf_counter()
        while not until(self.step) and self._learning_rate() > 0:
            if not stems or self.step % 200 == 0:  # data may still be growing
                stems = dataset.repeated(dataset.ready(self.folder, "train"), course.times)
                batches = dataset.Batches(self.folder, stems, course.clips, course.frames, course.seed, drums)
            seen.append(self._learn(*batches.batch(self.step)))
            self.step += 1
            if self.step % course.log_every == 0:
                means = {name: float(np.mean([row[name] for row in seen])) for name in seen[0]}
                seconds = (time.perf_counter() - begun) / len(seen)
                self._log("train", means | {"seconds_a_step": seconds, "stems": len(stems)})
                seen, begun = [], time.perf_counter()
            if self.step % course.save_every == 0:
                self.save()
            if self.step % course.validate_every == 0:
                self._log("validation", self.validate())
                begun = time.perf_counter()
        if self.step > first:  # else the file would only look newer
            self.save()

    def validate(self) -> dict[str, float]:
        """Losses and scores of the averaged network on some validation stems."""
        some = dataset.ready(self.folder, "validation")[:VALIDATION_STEMS]
        network = averaged(self.network.shape, self.average)
        total, sums = Score(), dict.fromkeys(("sounding", "onset", "offset", "velocity", "total"), 0.0)
        for stem in some:
            heard = np.load(dataset.features_path(self.folder, stem.number)).astype(np.float32) / 255.0
            wanted = targets(stem.notes, heard.shape[1])
            with torch.inference_mode():
                logits = network(torch.from_numpy(heard)[None])
                found = losses(logits, torch.from_numpy(wanted)[None])
            for name in sums:
                sums[name] += float(found[name]) / len(some)
            total += score(stem.notes, decode([logits.sigmoid()[0].numpy()], Thresholds()))
        return sums | {"f1": total.f1, "f1_with_offset": total.f1_with_offset}

    def _learn(self, heard: np.ndarray[Any, Any], wanted: np.ndarray[Any, Any]) -> dict[str, float]:
        for group in self.optimiser.param_groups:
            group["lr"] = self._learning_rate()
        self.network.train()
        logits = self.hear(torch.from_numpy(heard).contiguous(memory_format=torch.channels_last))
        found = losses(logits, torch.from_numpy(wanted))
        self.optimiser.zero_grad(set_to_none=True)
        found["total"].backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.course.longest_gradient)
        self.optimiser.step()
        slowest = ANNEALED_AVERAGING if self.course.anneal_steps else AVERAGING
        decay = min(slowest, (1 + self.step) / (10 + self.step))
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1 - decay)
        return {name: float(value.detach()) for name, value in found.items()} | {"gradient": float(norm)}

    def _learning_rate(self) -> float:
        course = self.course
        rate = course.learning_rate * min((self.step + 1) / course.warmup_steps, 1.0)
        if course.anneal_steps:
            left = 1 - (self.step - self.begun_at) / course.anneal_steps
            rate *= max(left, 0.0)
        return rate

    def _log(self, kind: str, values: dict[str, float]) -> None:
        row = {"kind": kind, "step": self.step, "learning_rate": self._learning_rate(), "time": time.time()}
        with (self.kept / "log.jsonl").open("a") as file:
            file.write(json.dumps(row | {name: round(value, 5) for name, value in values.items()}) + "\n")
