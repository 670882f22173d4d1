"""`python -m daw_bridge.training COMMAND`; docs/training.md shows how to use it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(arguments)
    folder: Path = options.folder or work_folder()
    commands = {
        "make-data": make_data, "train": train, "evaluate": evaluate, "export": export, "plot": plot,
        "drums": drums, "kinds": kinds,
    }  # fmt: skip
    return commands[options.command](folder, options)


def work_folder() -> Path:
    """Where stems, features and checkpoints lie unless `--folder` says otherwise."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("daw-bridge")) / "training"


def make_data(folder: Path, options: argparse.Namespace) -> int:
    """Make the stems of those numbers that aren't there, and their features."""
    from daw_bridge.training import dataset, recipe, stems
    from daw_bridge.training.songs import load_voices

    voices = load_voices(options.songs)
    (folder / "stems").mkdir(parents=True, exist_ok=True)
    failed = 0
    for number in range(options.first, options.first + options.stems):
        begun = time.perf_counter()
        plan = recipe.plan(number)
        try:
            made = stems.make(plan, voices, folder / "stems")
        except RuntimeError as cause:
            failed += 1
            _say(f"{number:05d} left out: {cause}")
            continue
        dataset.prepare(folder, number)
        if made:
            took_s = time.perf_counter() - begun
            _say(f"{number:05d} {plan.split} {plan.family} {plan.line} {plan.sound} {took_s:.1f} s")
    return 0 if failed <= options.stems / 20 else 1


def train(folder: Path, options: argparse.Namespace) -> int:
    """Train until the step, the time or the annealing is over."""
    import torch

    from daw_bridge.training.train import Course, Trainer

    torch.set_num_threads(options.threads)
    course = Course(
        clips=options.clips,
        learning_rate=options.learning_rate,
        anneal_steps=options.anneal,
        times=dict(options.times),
    )
    trainer = Trainer(folder, course)
    if trainer.resume():
        _say(f"going on from step {trainer.step}")
    elif options.begin_from:
        trainer.begin_from(options.begin_from)
        _say(f"beginning from {options.begin_from} ({trainer.began_from})")
    else:
        _say("beginning from nothing")
    ends = time.monotonic() + 60 * options.minutes
    trainer.run(lambda step: step >= options.until_step or time.monotonic() > ends)
    return 0


def evaluate(folder: Path, options: argparse.Namespace) -> int:
    """Learn thresholds on validation stems, or score with those that the model holds; print a table."""
    from daw_bridge.training import calibration, dataset, evaluate

    model: Path = options.model or folder / "model.onnx"
    some = [stem for stem in dataset.ready(folder, options.split) if stem.family in options.families]
    some = some[: options.stems]
    kept = dict(zip((stem.number for stem in some), evaluate.maps_of(model, folder, some), strict=True))
    if options.choose:
        if options.split != "validation":
            raise SystemExit("thresholds are learned on validation stems, not on the test's")
        thresholds = calibration.learned([(stem, kept[stem.number]) for stem in some])
        calibration.keep_thresholds(model, thresholds)
    thresholds = calibration.kept_thresholds(model)
    _say(f"{model}, {len(some)} {options.split} stems, {thresholds}\n")
    ours = evaluate.by_family(some, evaluate.ours(folder, kept, thresholds))
    theirs = evaluate.by_family(some, evaluate.basic_pitch(folder))
    _say(evaluate.table(ours, theirs))
    mine_s, rival_s = evaluate.speed(folder, model, some[0])
    ratio = rival_s / mine_s
    _say(f"Processor time for 20 s: ours {mine_s:.3f} s, basic-pitch {rival_s:.3f} s ({ratio:.1f} times)")
    return 0


def export(folder: Path, options: argparse.Namespace) -> int:
    """Write the ONNX file of a checkpoint, with the thresholds of the one that it replaces."""
    from daw_bridge.training import calibration, export
    from daw_bridge.transcribe.bridge.decoding import Thresholds

    checkpoint: Path = options.checkpoint or folder / "checkpoints" / "annealed.pt"
    network, about = export.load_network(checkpoint)
    model: Path = options.model or folder / "model.onnx"
    thresholds = calibration.kept_thresholds(model) if model.exists() else Thresholds()
    export.export(network, model, thresholds, about, mean_with=options.mean_with)
    _say(f"{model}: {model.stat().st_size / 1e6:.2f} MB, {about}, {thresholds}")
    return 0


def plot(folder: Path, _options: argparse.Namespace) -> int:
    """Draw the log."""
    from daw_bridge.training import plot

    plot.plot(folder / "log.jsonl", folder / "log.svg")
    _say(str(folder / "log.svg"))
    return 0


def drums(folder: Path, options: argparse.Namespace) -> int:
    """Make drum clips, teach the drum network, and score it on validation and test kits."""
    from daw_bridge.training import drums
    from daw_bridge.transcribe.drums import WEIGHTS

    drums.make_clips(folder / "drums", options.songs, range(options.clips))
    some = {split: drums.load_clips(folder / "drums", split) for split in ("train", "validation", "test")}
    network = drums.teach(some["train"], some["validation"])
    network.save(WEIGHTS, made="python -m daw_bridge.training drums", clips=str(len(some["train"])))
    for split in ("validation", "test"):
        _say(f"{split}, {len(some[split])} clips\n\n{drums.table(drums.scores(some[split]))}\n")
    return 0


def kinds(folder: Path, options: argparse.Namespace) -> int:
    """Teach what judges kinds on stems, drum clips and mixes of them; `make-data` and `drums` come first."""
    from daw_bridge.training import kinds
    from daw_bridge.transcribe.kind import WEIGHTS

    some = {
        split: list(kinds.examples(folder, split, most=most, mixes=mixes))
        for split, most, mixes in (("train", options.stems, 150), ("validation", 400, 100))
    }
    network = kinds.teach(some["train"], some["validation"])
    network.save(WEIGHTS, made="python -m daw_bridge.training kinds", clips=str(len(some["train"])))
    _say(kinds.table(network, some["validation"]))
    return 0


def _parser() -> argparse.ArgumentParser:
    from daw_bridge.training.recipe import FAMILIES

    parser = argparse.ArgumentParser(prog="python -m daw_bridge.training", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=None, help="work folder; in the user's cache by default"
    )
    commands = parser.add_subparsers(dest="command", required=True)

    data = commands.add_parser("make-data", help="make stems; those that are there are kept")
    data.add_argument("--songs", type=Path, nargs="+", required=True, help="folders or zips of MIDI files")
    data.add_argument("--stems", type=int, default=3000, help="how many")
    data.add_argument("--first", type=int, default=0, help="the first one's number")

    learn = commands.add_parser("train", help="train, from the last checkpoint on")
    learn.add_argument("--until-step", type=int, default=10**9)
    learn.add_argument("--minutes", type=float, default=10**6)
    learn.add_argument("--learning-rate", type=float, default=2e-3)
    learn.add_argument("--clips", type=int, default=6, help="so many crops a step")
    learn.add_argument(
        "--anneal",
        type=int,
        default=0,
        metavar="STEPS",
        help="let the learning rate fall to 0, into annealed.pt",
    )
    learn.add_argument("--threads", type=int, default=1)
    learn.add_argument(
        "--times",
        type=_times,
        nargs="+",
        default=(),
        metavar="FAMILY=N",
        help="hear the stems of a family so many times as often",
    )
    learn.add_argument(
        "--from",
        dest="begin_from",
        type=Path,
        metavar="MODEL",
        help="where there is no checkpoint yet, begin with the weights of this ONNX file",
    )

    write = commands.add_parser("export", help="write the ONNX file of a checkpoint")
    write.add_argument("--checkpoint", type=Path, default=None, help="checkpoints/annealed.pt by default")
    write.add_argument(
        "--mean-with", type=Path, metavar="MODEL", help="write the mean of its weights and this ONNX file's"
    )

    judge = commands.add_parser("evaluate", help="score an ONNX file against basic-pitch")
    judge.add_argument("--split", choices=("validation", "test", "recorded", "sung"), default="validation")
    judge.add_argument("--stems", type=int, default=10**6, help="take so many at most")
    judge.add_argument(
        "--families", nargs="+", choices=FAMILIES, default=list(FAMILIES), help="of these alone"
    )
    judge.add_argument(
        "--choose", action="store_true", help="learn thresholds first, and keep them in the model"
    )
    beats = commands.add_parser("drums", help="teach the drum network, from drum kits made on the way")
    beats.add_argument("--songs", type=Path, nargs="+", required=True, help="folders of MIDI files")
    beats.add_argument("--clips", type=int, default=400, help="how many to make")
    kind = commands.add_parser("kinds", help="teach what judges a clip's kind, from stems and drum clips")
    kind.add_argument("--stems", type=int, default=700, help="take so many at most")
    commands.add_parser("plot", help="draw the training's curves into log.svg")
    for command in (write, judge):
        command.add_argument("--model", type=Path, default=None, help="model.onnx by default")
    return parser


def _times(text: str) -> tuple[str, int]:
    """`organ=3`, taken apart."""
    from daw_bridge.training.recipe import FAMILIES

    family, _, times = text.partition("=")
    if family not in FAMILIES or not times.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: write a family and a number, as in organ=3")
    return family, int(times)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
