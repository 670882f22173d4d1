"""How right the notes are: other people's code against our engines, on stems whose notes are known.

    python -m tests.bench.transcription [SET …] [--rivals basic-pitch,swift-f0,transkun] [--write]
    python -m tests.bench.transcription --families organ --per-family 30 --by-stem
    python -m tests.bench.transcription test patches recorded
    python -m tests.bench.transcription --bleed -20
    python -m tests.bench.transcription --level -50
    python -m tests.bench.transcription --detune 30

Prints tables; `--write` puts them into docs/benchmarks.md too. A SET is `test`, songs and sounds that our
model never met; `patches`, `recorded` or `sung`, another maker's bank, recorded instruments or a singer
that it never met; `expressive`, lines as players play them; `recordings`, two pianists (recordings.py); or
`tune`, on which thresholds may be chosen (stems.py); several are taken as one. `--bleed` mixes another stem
into each, so many decibels softer; `--level` makes each so much softer; `--detune` plays each as a record
that runs so many cents fast. Can be stopped and run again: stems and answers are kept under .cache/bench,
and an engine is asked again only when it has changed. transkun is left out unless it is named: it wants
torch, in an environment of its own.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from daw_bridge.training import recipe
from tests.bench import contenders, faults, stems, tables, workers
from tests.bench.answers import Answer, answers
from tests.bench.contenders import Contender
from tests.bench.stems import Stem

BESIDE = contenders.rival("basic-pitch")
"""Speeds are told as parts of its time."""

DOCS = workers.PROJECT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- transcription: --write fills this -->\n", "<!-- end of transcription -->"

Heard = Mapping[str, list[Answer]]


def main() -> None:
    """Make the stems, hear them, compare, print."""
    options = _options()
    some = stems.test_sets(options.sets, options.per_family, options.families)
    some = some if options.bleed is None else stems.bled(some, options.bleed)
    some = some if options.level is None else stems.softer(some, options.level)
    some = some if options.detune is None else stems.detuned(some, options.detune)
    rivals = [contenders.rival(name) for name in options.rivals]
    engines = contenders.installed_engines() if options.engines is None else options.engines
    ours = [contenders.our_engine(name) for name in engines]
    ours += [contenders.our_engine(name, profiles=True) for name in engines if options.profiles]
    heard = {contender.name: answers(contender, some) for contender in (*rivals, *ours)}
    text = "\n\n".join(_sections(some, rivals, ours, heard, measure_speed=options.speed))
    print(text)
    if options.write:
        _write(text)
    if options.by_stem:
        hear_all = {name: mine for name, mine in heard.items() if len(mine) == len(some)}
        print(f"\n### Stem by stem\n\n{tables.by_stem(hear_all)}")
    if options.faults:
        for contender in ours:
            print(f"\n### Faults of {contender.name}, for a hundred true notes\n")
            print(f"{faults.table(heard[contender.name])}\n\n{faults.worst(heard[contender.name])}")


def _options() -> argparse.Namespace:
    def listed(text: str) -> list[str]:
        return [name for name in text.split(",") if name]

    def a_set(name: str) -> str:
        if name not in (sets := (*stems.SPLITS, stems.RECORDINGS)):
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(sets)}")
        return name

    parser = argparse.ArgumentParser(prog="python -m tests.bench.transcription")
    parser.add_argument("sets", nargs="*", type=a_set, default=["test"], metavar="SET")
    parser.add_argument("--per-family", type=int, default=stems.PER_FAMILY, help="so many stems")
    parser.add_argument("--bleed", type=float, metavar="DB", help="with another stem in each, at this level")
    parser.add_argument("--level", type=float, metavar="DB", help="each made louder by this, or softer")
    parser.add_argument("--detune", type=float, metavar="CENTS", help="each played faster by this, or slower")
    parser.add_argument("--families", type=listed, default=list(recipe.FAMILIES), help="of these alone")
    parser.add_argument(
        "--rivals",
        type=listed,
        default=["basic-pitch", "swift-f0"],
        help="of " + ", ".join(contenders.RIVALS),
    )
    parser.add_argument("--engines", type=listed, help="all that are installed by default")
    parser.add_argument("--profiles", action="store_true", help="ours with each family's profile as well")
    parser.add_argument("--by-stem", action="store_true", help="each stem's onset F1, too")
    parser.add_argument("--faults", action="store_true", help="say what is wrong with wrong notes, too")
    parser.add_argument("--no-speed", dest="speed", action="store_false", help="measure no time")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md as well")
    return parser.parse_args()


def _sections(
    some: Sequence[Stem],
    rivals: Sequence[Contender],
    ours: Sequence[Contender],
    heard: Heard,
    *,
    measure_speed: bool,
) -> Iterator[str]:
    yield f"```\npython -m tests.bench.transcription {shlex.join(sys.argv[1:])}".rstrip() + "\n```"
    versions = ", ".join(f"{contender.name} {contender.version}" for contender in (*rivals, *ours))
    yield f"{len(some)} stems (set {stems.set_digest(some)}): {versions}."
    everywhere = {name: mine for name, mine in heard.items() if len(mine) == len(some)}
    yield f"### Onset F1, and in brackets with offsets\n\n{tables.summary(everywhere)}"
    for contender in (*rivals, *ours):
        if contender.name not in everywhere:
            beside = _beside(contender.name, heard, everywhere)
            yield f"### The stems that {contender.name} is for\n\n{tables.summary(beside)}"
    for name, mine in heard.items():
        yield f"### All figures: {name}\n\n{tables.details(mine)}"
    sure = {contender.name: heard[contender.name] for contender in ours if contender.name in everywhere}
    yield f"### Confidence\n\n{tables.calibration(sure)}"
    if measure_speed:
        timed = {
            contender.name: contender for contender in (BESIDE, *rivals, *ours) if not contender.by_family
        }
        yield f"### Speed\n\n{_speeds(list(timed.values()), some)}"


def _beside(name: str, heard: Heard, everywhere: Heard) -> dict[str, list[Answer]]:
    """A specialist's answers, and to the same stems those of everybody who hears all."""
    mine = {answer.stem.name for answer in heard[name]}
    others = {other: [a for a in some if a.stem.name in mine] for other, some in everywhere.items()}
    return {**others, name: heard[name]}


def _speeds(some: Sequence[Contender], of: Sequence[Stem]) -> str:
    """Each contender hears a stem of each family, in turns, warm: it has heard its first stem before."""
    chosen = list({stem.family: stem for stem in reversed(of)}.values())[::-1]
    times: dict[str, dict[str, tuple[float, float]]] = {contender.name: {} for contender in some}
    with ExitStack() as stack:
        opened = {contender.name: stack.enter_context(contender.open("auto")) for contender in some}
        for contender in some:
            opened[contender.name].ask(next(filter(contender.hears, chosen)).audio)
        for stem in chosen:
            for contender in some:
                if contender.hears(stem):
                    answer = opened[contender.name].ask(stem.audio)
                    times[contender.name][stem.name] = (answer["seconds"], answer["processor_s"])
    load = f", load {os.getloadavg()[0]:.0f}" if hasattr(os, "getloadavg") else ""
    table = tables.speed(times, recipe.LENGTH_S, BESIDE.name)
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}.\n\n{table}"


def _write(text: str) -> None:
    before, begun, rest = DOCS.read_text().partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise SystemExit(f"{DOCS} has lost its marks: {BEGIN.strip()} and {END}")
    DOCS.write_text(f"{before}{BEGIN}{text}\n{END}{after}")


if __name__ == "__main__":
    main()
