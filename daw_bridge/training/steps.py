"""What there is to do, a function a step: data, training, export, thresholds, scores, the small networks."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from daw_bridge.training import dataset, recipe, songs, stems

if TYPE_CHECKING:  # torch is large, and not needed to make data
    from daw_bridge.training.train import Course

SCORED = ("validation", "test", "patches", "recorded", "sung", "expressive")
"""The splits that a network is scored on: the first to choose by, the others to be judged by."""
MOST_FAILED = 1 / 20
"""More stems than this that make no sound are a mistake."""
_voices: list[songs.Voice] = []
"""What a process that makes stems plays."""


def say(text: str) -> None:
    """Print it at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def make_data(folder: Path, sources: Sequence[Path], numbers: Iterable[int], workers: int = 1) -> bool:
    """Make the stems of those numbers that aren't there, and their features; False where too many failed.

    Raises FileNotFoundError for songs that aren't there, ValueError where they hold no voice.
    """
    wanted = list(numbers)
    (folder / "stems").mkdir(parents=True, exist_ok=True)
    songs.load_voices(sources)  # a mistake is said here, not by each process
    failed = 0
    # Spawned: hosts of plugins don't survive a fork.
    context, given = get_context("spawn"), (list(sources),)
    with ProcessPoolExecutor(workers, context, initializer=_load, initargs=given) as pool:
        for done, said in enumerate(pool.map(_make, [folder] * len(wanted), wanted), 1):
            failed += "left out" in said
            if said:
                say(f"{said} ({done} of {len(wanted)})")
    return failed <= len(wanted) * MOST_FAILED


def _load(sources: list[Path]) -> None:
    _voices[:] = songs.load_voices(sources)


def _make(folder: Path, number: int) -> str:
    """What became of it; nothing where it was there."""
    begun, plan = time.perf_counter(), recipe.plan(number)
    try:
        made = stems.make(plan, _voices, folder / "stems")
    except (RuntimeError, subprocess.SubprocessError) as cause:  # a machine that slept has cut a player short
        return f"{number:05d} left out: {cause}"
    dataset.prepare(folder, number)
    took_s = time.perf_counter() - begun
    about = f"{number:05d} {plan.split} {plan.family} {plan.line} {plan.sound} {took_s:.1f} s"
    return about if made else ""


def train(
    folder: Path,
    course: Course,
    *,
    until: Callable[[int], bool] = lambda step: False,
    begin_from: Path | None = None,
    threads: int = 1,
    kept: Path | None = None,
) -> None:
    """Train on from the last checkpoint until `until(step)`, or until the annealing is over.

    `kept` is where checkpoints and the log lie, `folder` itself by default.
    """
    import torch

    from daw_bridge.training.train import Trainer

    torch.set_num_threads(threads)
    trainer = Trainer(folder, course, kept=kept)
    if trainer.resume():
        say(f"going on from step {trainer.step}")
    elif begin_from:
        trainer.begin_from(begin_from)
        say(f"beginning from {begin_from} ({trainer.began_from})")
    else:
        say("beginning from nothing")
    trainer.run(until)


def export(checkpoint: Path, model: Path) -> None:
    """Write the ONNX file of a checkpoint, with the thresholds of the one that it replaces."""
    from daw_bridge.training import calibration, export
    from daw_bridge.transcribe.bridge.decoding import Thresholds

    network, about = export.load_network(checkpoint)
    thresholds = calibration.kept_thresholds(model) if model.exists() else Thresholds()
    export.export(network, model, thresholds, about)
    say(f"{model}: {model.stat().st_size / 1e6:.2f} MB, {about}, {thresholds}")


def choose(folder: Path, model: Path, families: Sequence[str]) -> None:
    """Learn thresholds on validation stems of these families, and keep them in the model. Where there are
    none, they stay, and that is said."""
    from daw_bridge.training import calibration, evaluate

    some = _ready(folder, "validation", families)
    if not some:
        return say(f"{model}: nothing to learn thresholds on; they stay as they were")
    thresholds = calibration.learned(list(zip(some, evaluate.maps_of(model, folder, some), strict=True)))
    calibration.keep_thresholds(model, thresholds)


def score(folder: Path, models: dict[str, Path], split: str, families: Sequence[str], most: int) -> None:
    """Print a table of these models, by name, and basic-pitch on a split; then how fast the first is."""
    from daw_bridge.training import calibration, evaluate

    some, by_model = _ready(folder, split, families)[:most], {}
    if not some:
        return say(f"{split}: nothing to score on")
    for name, model in models.items():
        kept = dict(zip((stem.number for stem in some), evaluate.maps_of(model, folder, some), strict=True))
        thresholds = calibration.kept_thresholds(model)
        say(f"{name}: {model}, {len(some)} {split} stems, {thresholds}")
        by_model[name] = evaluate.by_family(some, evaluate.ours(folder, kept, thresholds))
    by_model["basic-pitch"] = evaluate.by_family(some, evaluate.basic_pitch(folder))
    say("\n" + evaluate.table(by_model))
    ours_s, theirs_s = evaluate.speed(folder, next(iter(models.values())), some[0])
    ratio = theirs_s / ours_s
    say(f"Processor time for 20 s: ours {ours_s:.3f} s, basic-pitch {theirs_s:.3f} s ({ratio:.1f} times)")


def _ready(folder: Path, split: str, families: Sequence[str]) -> list[stems.Stem]:
    return [stem for stem in dataset.ready(folder, split) if stem.family in families]


def make_drums(folder: Path, sources: Sequence[Path], clips: int) -> None:
    """Make the drum clips that aren't there."""
    from daw_bridge.training import drums

    drums.make_clips(folder / "drums", sources, range(clips))


def teach_drums(folder: Path, model: Path) -> None:
    """Teach the drum network, and score it on validation and test kits."""
    from daw_bridge.training import drums

    some = {split: drums.load_clips(folder / "drums", split) for split in ("train", "validation", "test")}
    network = drums.teach(some["train"], some["validation"])
    network.save(model, made="python -m daw_bridge.training drums", clips=str(len(some["train"])))
    for split in ("validation", "test"):
        say(f"{split}, {len(some[split])} clips\n\n{drums.table(drums.scores(some[split], network))}\n")


def teach_kinds(folder: Path, model: Path, most: int) -> None:
    """Teach what judges kinds on stems, drum clips and mixes of them, and score it on validation's."""
    from daw_bridge.training import kinds

    some = {
        split: list(kinds.examples(folder, split, most=most, mixes=mixes))
        for split, most, mixes in (("train", most, 150), ("validation", 400, 100))
    }
    network = kinds.teach(some["train"], some["validation"])
    network.save(model, made="python -m daw_bridge.training kinds", clips=str(len(some["train"])))
    say(kinds.table(network, some["validation"]))
