"""How right the notes are: basic-pitch's own code with its defaults against our engine.

    python -m tests.bench.accuracy [tune | held-out]      default: held-out

Prints a markdown table by family, as docs/benchmarks.md shows it. Thresholds are chosen on `tune`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from typing import Any

from tests.bench import stems, workers
from tests.bench.stems import Stem

STEMS = workers.PROJECT / ".cache" / "bench-stems"
FIGURES = ("f1", "f1_offsets", "precision", "recall")


def main() -> None:
    """Render, hear, compare, print."""
    held_out = (sys.argv[1:] or ["held-out"])[0] == "held-out"
    chosen = [stem for stem in stems.STEMS if stem.held_out == held_out]
    STEMS.mkdir(parents=True, exist_ok=True)
    references = [_reference(stem) for stem in chosen]
    families = list(dict.fromkeys(stem.family for stem in chosen))
    with workers.theirs("predict") as worker:
        their_notes = [worker.ask(_audio(stem))["notes"] for stem in chosen]
    our_notes: dict[str, list[list[float]]] = {}
    auto_notes: dict[str, list[list[float]]] = {}
    for notes, profiles in ((our_notes, families), (auto_notes, ["auto"])):
        for profile in profiles:
            with workers.ours("transcribe", profile) as worker:
                for stem in chosen:
                    if profile in ("auto", stem.family):
                        notes[stem.name] = worker.ask(_audio(stem))["notes"]
    columns = {
        "basic-pitch": _score(references, their_notes),
        "ours, auto": _score(references, [auto_notes[stem.name] for stem in chosen]),
        "ours, profile": _score(references, [our_notes[stem.name] for stem in chosen]),
    }
    _print_table(chosen, families, columns)


def _audio(stem: Stem) -> Any:
    audio = STEMS / f"{stem.name}.wav"
    return audio if audio.is_file() else stems.render(stem, STEMS)


def _reference(stem: Stem) -> list[list[float]]:
    _audio(stem)
    rows = json.loads((STEMS / f"{stem.name}.notes.json").read_text())
    return [[onset_s, key, offset_s] for onset_s, offset_s, key, _ in rows]


def _score(references: list[Any], estimates: list[Any]) -> list[dict[str, float]]:
    pairs = [
        {"reference": reference, "estimate": [row[:3] for row in estimate]}
        for reference, estimate in zip(references, estimates, strict=True)
    ]
    python = workers.make_environment()
    done = subprocess.run(
        [str(python), str(workers.BENCH / "score.py")],
        input=json.dumps(pairs),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: list[dict[str, float]] = json.loads(done.stdout)
    return figures


def _print_table(chosen: list[Stem], families: list[str], columns: dict[str, list[dict[str, float]]]) -> None:
    print("| family |", " | ".join(columns), "|")
    print("|---|" + "---|" * len(columns))
    rows = defaultdict(list)
    for index, stem in enumerate(chosen):
        rows[stem.family].append(index)
    for family in families:
        cells = [_cell([column[index] for index in rows[family]]) for column in columns.values()]
        print(f"| {family} |", " | ".join(cells), "|")
    print("| **mean of stems** |", " | ".join(_cell(column, FIGURES) for column in columns.values()), "|")


def _cell(figures: list[dict[str, float]], names: tuple[str, ...] = FIGURES[:2]) -> str:
    means = [sum(row[name] for row in figures) / len(figures) for name in names]
    text = f"{means[0]:.2f} ({means[1]:.2f})"
    return text + "".join(f", {name} {mean:.2f}" for name, mean in zip(names[2:], means[2:], strict=True))


if __name__ == "__main__":
    main()
