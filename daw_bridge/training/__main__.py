"""`python -m daw_bridge.training COMMAND`; docs/training.md shows how to use it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from daw_bridge.training import steps


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(arguments)
    folder: Path = options.folder or work_folder()
    commands = {
        "make-data": make_data, "train": train, "evaluate": evaluate, "export": export, "plot": plot,
        "drums": drums, "kinds": kinds, "remake": remake,
    }  # fmt: skip
    return commands[options.command](folder, options)


def work_folder() -> Path:
    """Where stems, features and checkpoints lie unless `--folder` says otherwise."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("daw-bridge")) / "training"


def make_data(folder: Path, options: argparse.Namespace) -> int:
    """Make the stems of those numbers that aren't there, and their features."""
    numbers = range(options.first, options.first + options.stems)
    return 0 if steps.make_data(folder, options.songs, numbers, options.workers) else 1


def train(folder: Path, options: argparse.Namespace) -> int:
    """Train until the step, the time or the annealing is over."""
    from daw_bridge.training.train import Course

    course = Course(
        clips=options.clips,
        learning_rate=options.learning_rate,
        anneal_steps=options.anneal,
        times=dict(options.times),
        compiled=options.compile,
    )
    ends = time.monotonic() + 60 * options.minutes
    steps.train(
        folder,
        course,
        until=lambda step: step >= options.until_step or time.monotonic() > ends,
        begin_from=options.begin_from,
        threads=options.threads,
    )
    return 0


def evaluate(folder: Path, options: argparse.Namespace) -> int:
    """Learn thresholds on validation stems, or score with those that the model holds; print a table."""
    model: Path = options.model or folder / "model.onnx"
    if options.choose:
        if options.split != "validation":
            raise SystemExit("thresholds are learned on validation stems, not on the test's")
        steps.choose(folder, model, options.families)
    steps.score(folder, {"ours": model}, options.split, options.families, options.stems)
    return 0


def export(folder: Path, options: argparse.Namespace) -> int:
    """Write the ONNX file of a checkpoint, with the thresholds of the one that it replaces."""
    checkpoint: Path = options.checkpoint or folder / "checkpoints" / "annealed.pt"
    steps.export(checkpoint, options.model or folder / "model.onnx")
    return 0


def plot(folder: Path, _options: argparse.Namespace) -> int:
    """Draw the log."""
    from daw_bridge.training import plot

    plot.plot(folder / "log.jsonl", folder / "log.svg")
    steps.say(str(folder / "log.svg"))
    return 0


def drums(folder: Path, options: argparse.Namespace) -> int:
    """Make drum clips, teach the drum network, and score it on validation and test kits."""
    steps.make_drums(folder, options.songs, options.clips)
    steps.teach_drums(folder, options.model or folder / "drums.npz")
    return 0


def kinds(folder: Path, options: argparse.Namespace) -> int:
    """Teach what judges kinds on stems, drum clips and mixes of them; `make-data` and `drums` come first."""
    steps.teach_kinds(folder, options.model or folder / "kind.npz", options.stems)
    return 0


def remake(folder: Path, options: argparse.Namespace) -> int:
    """All of it, in order."""
    from daw_bridge.training import remake

    return 0 if remake.remake(folder, options.songs, options.part) else 1


def _parser() -> argparse.ArgumentParser:
    from daw_bridge.training.recipe import FAMILIES

    parser = argparse.ArgumentParser(prog="python -m daw_bridge.training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    data = commands.add_parser("make-data", help="make stems; those that are there are kept")
    data.add_argument("--songs", type=Path, nargs="+", required=True, help="folders or zips of MIDI files")
    data.add_argument("--stems", type=int, default=3000, help="how many")
    data.add_argument("--first", type=int, default=0, help="the first one's number")
    data.add_argument("--workers", type=int, default=1, help="processes that make them")

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
        "--compile", action="store_true", help="with a C++ compiler: half a minute, then a fifth faster"
    )
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

    judge = commands.add_parser("evaluate", help="score an ONNX file against basic-pitch")
    judge.add_argument("--split", choices=steps.SCORED, default=steps.SCORED[0])
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
    for command, file in (
        (write, "model.onnx"),
        (judge, "model.onnx"),
        (beats, "drums.npz"),
        (kind, "kind.npz"),
    ):
        command.add_argument("--model", type=Path, default=None, help=f"{file} in the folder by default")

    everything = commands.add_parser("remake", help="all of it, in order; what is there is kept")
    everything.add_argument(
        "--songs", type=Path, nargs="+", required=True, help="folders or zips of MIDI files"
    )
    everything.add_argument("--part", type=_part, default=1.0, help="of the stems and steps: 0.1 is a trial")
    for command in commands.choices.values():
        command.add_argument(
            "--folder", type=Path, default=None, help="work folder; in the user's cache by default"
        )
    return parser


def _times(text: str) -> tuple[str, int]:
    """`organ=3`, taken apart."""
    from daw_bridge.training.recipe import FAMILIES

    family, _, times = text.partition("=")
    if family not in FAMILIES or not times.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: write a family and a number, as in organ=3")
    return family, int(times)


def _part(text: str) -> float:
    """Of less there is no bass among the validation stems."""
    try:
        part = float(text)
    except ValueError:
        part = 0.0
    if not 0.1 <= part <= 10.0:
        raise argparse.ArgumentTypeError(f"{text!r}: write a number from 0.1, a tenth, to 10")
    return part


if __name__ == "__main__":
    sys.exit(main())
