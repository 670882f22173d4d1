"""How right the notes are: other people's code against our engines, on stems whose notes are known.

    python -m tests.bench.transcription [test | tune] [--rivals basic-pitch,swift-f0,transkun] [--engines …]

Prints the tables of docs/benchmarks.md. `test` holds songs and sounds that our model never met; thresholds
may be chosen on `tune` (stems.py). Can be stopped and run again: stems and answers are kept under
.cache/bench, and an engine is asked again only when it has changed. transkun is left out unless it is named:
it wants torch, in an environment of its own.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Sequence
from contextlib import ExitStack

from daw_bridge.training import recipe
from tests.bench import contenders, faults, stems, tables
from tests.bench.answers import Answer, answers
from tests.bench.contenders import Contender
from tests.bench.stems import Stem

BESIDE = "basic-pitch"


def main() -> None:
    """Make the stems, hear them, compare, print."""
    options = _options()
    some = stems.test_set(options.set, options.per_family)
    rivals = [contenders.rival(name) for name in options.rivals]
    engines = contenders.installed_engines() if options.engines is None else options.engines
    ours = [contenders.our_engine(name) for name in engines]
    ours += [contenders.our_engine(name, profiles=True) for name in engines if options.profiles]
    heard = {contender.name: answers(contender, some) for contender in (*rivals, *ours)}
    print(f"Set `{options.set}`, {len(some)} stems ({stems.set_digest(some)}).", end=" ")
    print("; ".join(f"{c.name}: {c.version}" for c in (*rivals, *ours)), end=".\n")
    _print_comparisons(rivals, heard, len(some))
    for name, mine in heard.items():
        _print(f"All figures of {name}", tables.details(mine))
    _print("Confidence", tables.calibration({c.name: heard[c.name] for c in ours}))
    if options.faults:
        for contender in ours:
            mine = heard[contender.name]
            _print(f"Faults of {contender.name}, for a hundred true notes", faults.table(mine))
            _print(f"The worst stems of {contender.name}", _worst(mine))
    if options.speed:
        _print("Speed", _speeds((*rivals, *(c for c in ours if not c.by_family)), some))


def _options() -> argparse.Namespace:
    def listed(text: str) -> list[str]:
        return [name for name in text.split(",") if name]

    parser = argparse.ArgumentParser(prog="python -m tests.bench.transcription", description=__doc__)
    parser.add_argument("set", nargs="?", choices=stems.SPLITS, default="test")
    parser.add_argument("--per-family", type=int, default=stems.PER_FAMILY, help="so many stems")
    parser.add_argument(
        "--rivals",
        type=listed,
        default=["basic-pitch", "swift-f0"],
        help="of " + ", ".join(contenders.RIVALS),
    )
    parser.add_argument("--engines", type=listed, help="all that are installed by default")
    parser.add_argument("--profiles", action="store_true", help="ours with each family's profile as well")
    parser.add_argument("--faults", action="store_true", help="say what is wrong with wrong notes")
    parser.add_argument("--no-speed", dest="speed", action="store_false", help="measure no time")
    return parser.parse_args()


def _print_comparisons(rivals: Sequence[Contender], heard: dict[str, list[Answer]], count: int) -> None:
    """All stems with those who hear them all; then each specialist's stems with everybody."""
    everywhere = {name: some for name, some in heard.items() if len(some) == count}
    _print("Onset F1 (with offsets)", tables.summary(everywhere))
    for rival in rivals:
        if rival.name not in everywhere:
            names = {answer.stem.name for answer in heard[rival.name]}
            beside = {
                name: [answer for answer in some if answer.stem.name in names]
                for name, some in heard.items()
                if name == rival.name or name in everywhere
            }
            _print(f"The stems that {rival.name} is for", tables.summary(beside))


def _worst(some: Sequence[Answer], count: int = 12) -> str:
    lines = []
    for a in sorted(some, key=lambda a: a.f1)[:count]:
        extra, missed, ends = map(_said, faults.faults(a))
        lines.append(
            f"- {a.stem.name} {a.stem.family}, {a.stem.line} on {a.stem.sound}: "
            f"{a.f1:.2f} ({a.f1_offsets:.2f}), precision {a.precision:.2f}, recall {a.recall:.2f}; "
            f"extra: {extra}; missed: {missed}; offsets: {ends}"
        )
    return "\n".join(lines)


def _said(counts: dict[str, int]) -> str:
    return (
        ", ".join(f"{n} {cause}" for cause, n in sorted(counts.items(), key=lambda item: -item[1])) or "none"
    )


def _speeds(some: Sequence[Contender], of: Sequence[Stem]) -> str:
    """Each contender hears a stem of each family, in turns, warm; the first one is heard twice."""
    chosen = [next(stem for stem in of if stem.family == family) for family in recipe.FAMILIES]
    one_voice = [stem for stem in of if contenders.is_one_voice(stem)]
    chosen += [stem for stem in one_voice if stem not in chosen][:3]
    times: dict[str, dict[str, tuple[float, float]]] = {contender.name: {} for contender in some}
    with ExitStack() as stack:
        workers = {c.name: stack.enter_context(c.open("auto")) for c in some}
        for stem in [chosen[0], *chosen]:
            for contender in some:
                if contender.hears(stem):
                    answer = workers[contender.name].ask(stem.audio)
                    times[contender.name][stem.name] = (answer["seconds"], answer["processor_s"])
    table = tables.speed(times, recipe.LENGTH_S, contenders.rival(BESIDE).name)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}.\n\n{table}"


def _print(title: str, text: str) -> None:
    print(f"\n### {title}\n\n{text}", flush=True)


if __name__ == "__main__":
    main()
