"""What each contender says to each stem: asked once, kept on disk, scored by mir_eval."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.bench import workers
from tests.bench.contenders import Contender
from tests.bench.stems import Row, Stem

FOLDER = workers.CACHE / "answers"


@dataclass(frozen=True)
class Answer:
    """What one contender heard in one stem, and how right it is."""

    stem: Stem
    notes: tuple[Row, ...]
    precision: float
    recall: float
    f1: float
    f1_offsets: float
    pairs: tuple[tuple[int, int], ...]
    """Rows of the stem's notes, and of ours, that are the same note."""

    @property
    def onset_errors_s(self) -> list[float]:
        """Of the right notes; above 0 is late."""
        return [self.notes[column][0] - self.stem.notes[row][0] for row, column in self.pairs]

    @property
    def velocity_errors(self) -> list[float]:
        """Of the right notes, of 127."""
        return [self.notes[column][3] - self.stem.notes[row][3] for row, column in self.pairs]

    @property
    def judged(self) -> list[tuple[float, bool]]:
        """Of each note that has one: its confidence, and whether it is right."""
        right = {column for _, column in self.pairs}
        return [(row[4], column in right) for column, row in enumerate(self.notes) if len(row) > 4]


def answers(contender: Contender, stems: Sequence[Stem]) -> list[Answer]:
    """To all of `stems` that it hears; only those that aren't kept are asked for."""
    heard = [stem for stem in stems if contender.hears(stem)]
    notes = {stem.name: rows for stem, rows in _notes(contender, heard)}
    pairs = [{"reference": stem.notes, "estimate": notes[stem.name]} for stem in heard]
    done = subprocess.run(
        [str(workers.make_environment()), str(workers.BENCH / "score.py")],
        input=json.dumps(pairs),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    scores: list[dict[str, Any]] = json.loads(done.stdout)
    return [
        Answer(
            stem,
            tuple(notes[stem.name]),
            **{name: score[name] for name in ("precision", "recall", "f1", "f1_offsets")},
            pairs=tuple((row, column) for row, column in score["pairs"]),
        )
        for stem, score in zip(heard, scores, strict=True)
    ]


def _notes(contender: Contender, stems: Sequence[Stem]) -> Iterator[tuple[Stem, list[Row]]]:
    missing = [stem for stem in stems if not _path(contender, stem).exists()]
    runs = groupby(missing, key=lambda stem: stem.family if contender.by_family else "")
    asked = 0
    for family, some in runs:
        with contender.open(family) as worker:
            for stem in some:
                asked += 1
                _say(f"{contender.name} {contender.version}: stem {asked} of {len(missing)}")
                path = _path(contender, stem)
                path.parent.mkdir(parents=True, exist_ok=True)
                partial = path.with_suffix(".partial")
                partial.write_text(json.dumps(worker.ask(stem.audio)["notes"]))
                partial.rename(path)
    if missing:
        print(file=sys.stderr)
    for stem in stems:
        yield stem, json.loads(_path(contender, stem).read_text())


def _path(contender: Contender, stem: Stem) -> Path:
    return FOLDER / contender.key / f"{stem.digest()}.json"


def _say(text: str) -> None:
    print(f"\r{text}  ", end="", file=sys.stderr, flush=True)
