"""All steps in order: data, network, organs' network, drums, kinds; what is there already is kept.

The folder then holds what `daw_bridge/transcribe/` does: `model.onnx`, `organ.onnx`, `drums.npz`, `kind.npz`.
"""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from daw_bridge.training import steps
from daw_bridge.training.recipe import FAMILIES
from daw_bridge.training.supplements import SUPPLEMENTS

EVERYTHING = 10**6


@dataclass(frozen=True)
class Size:
    """How much of everything, as for what is shipped."""

    stems: int = 3000
    """The general ones; each supplement says how many it has."""
    drums: int = 400
    kinds: int = 700
    steps: int = 32_500
    annealing: int = 6_000
    organ_steps: int = 2_000
    organ_times: int = 12

    def part(self, share: float) -> Size:
        """So much of it: a trial, or less than a night."""
        amounts = {name: math.ceil(share * amount) for name, amount in asdict(self).items()}
        return Size(**amounts | {"organ_times": self.organ_times})


def numbers(share: float) -> list[int]:
    """Of the stems that are wanted: the general ones, then each supplement's."""
    ranges = [(0, Size().stems), *((some.first, some.stems) for some in SUPPLEMENTS)]
    return [first + n for first, count in ranges for n in range(math.ceil(share * count))]


def remake(folder: Path, sources: Sequence[Path], share: float) -> bool:
    """Make all of it, and score it beside what is shipped; False where too many stems failed.

    Stopped at any time, it goes on where it was. More of everything, with a greater `share`, trains on from
    what there is.
    """
    size, cores = Size().part(share), os.cpu_count() or 1
    steps.say(f"1 of 6: {len(numbers(share))} stems, {size.drums} drum clips")
    steps.make_drums(folder, [source for source in sources if source.is_dir()], size.drums)
    if not steps.make_data(folder, sources, numbers(share), workers=cores):
        return False
    steps.say(f"2 of 6: {size.steps} + {size.annealing} steps")
    model, organ = folder / "model.onnx", folder / "organ.onnx"
    _network(folder, model, size, cores)
    steps.say(f"3 of 6: {size.organ_steps} steps with organs")
    _organs_network(folder, model, organ, size, cores)
    steps.say("4 of 6: drums")
    steps.teach_drums(folder, folder / "drums.npz")
    steps.say("5 of 6: kinds")
    steps.teach_kinds(folder, folder / "kind.npz", size.kinds)
    steps.say("6 of 6: beside what is shipped")
    _compare(folder, model, organ)
    return True


def _network(folder: Path, model: Path, size: Size, threads: int) -> None:
    from daw_bridge.training.train import Course

    compiled = has_compiler()
    steps.train(folder, Course(compiled=compiled), until=lambda step: step >= size.steps, threads=threads)
    steps.train(folder, Course(compiled=compiled, anneal_steps=size.annealing), threads=threads)
    _finish(folder, folder / "checkpoints" / "annealed.pt", model, list(FAMILIES))


def _organs_network(folder: Path, model: Path, organ: Path, size: Size, threads: int) -> None:
    from daw_bridge.training.train import Course

    kept = folder / "organ"
    if _is_older(kept / "checkpoints" / "last.pt", model):
        shutil.rmtree(kept, ignore_errors=True)  # it began from another network
    course = Course(
        learning_rate=1.5e-3,
        anneal_steps=size.organ_steps,
        times={"organ": size.organ_times},
        compiled=has_compiler(),
    )
    steps.train(folder, course, begin_from=model, threads=threads, kept=kept)
    _finish(folder, kept / "checkpoints" / "annealed.pt", organ, ["organ"])


def _finish(folder: Path, checkpoint: Path, model: Path, families: Sequence[str]) -> None:
    """The model appears whole, with its thresholds."""
    if not _is_older(model, checkpoint):
        return
    partial = model.with_suffix(".chosen.onnx")
    partial.unlink(missing_ok=True)
    steps.export(checkpoint, partial)
    steps.choose(folder, partial, families)
    partial.rename(model)


def _compare(folder: Path, model: Path, organ: Path) -> None:
    from daw_bridge.transcribe.bridge.engine import MODEL, ORGAN, find_model

    for split in steps.SCORED:
        steps.score(
            folder, {"remade": model, "shipped": find_model(MODEL)}, split, list(FAMILIES), EVERYTHING
        )
    steps.score(folder, {"remade": organ, "shipped": find_model(ORGAN)}, "validation", ["organ"], EVERYTHING)


def has_compiler() -> bool:
    """What `Course.compiled` takes; where there is none, that is said."""
    if any(map(shutil.which, ("c++", "g++", "clang++"))):
        return True
    steps.say("There is no C++ compiler: a step of the training takes a quarter longer.")
    return False


def _is_older(path: Path, than: Path) -> bool:
    """Or not there."""
    return not path.exists() or path.stat().st_mtime < than.stat().st_mtime
