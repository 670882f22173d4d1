"""What is counted as right, and what others' notes are taken to be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest

from daw_bridge.core.notes import Note
from daw_bridge.training.scoring import score
from tests.bench import workers
from tests.bench.stems import Row
from tests.bench.theirs import pedalled


def test_the_pedal_holds_transkuns_notes_until_it_comes_up_or_the_key_is_struck_again() -> None:
    def event(start: float, pitch: int, end: float) -> SimpleNamespace:
        return SimpleNamespace(start=start, pitch=pitch, end=end, velocity=80)

    pedal, other = event(0.5, -64, 3.0), event(0.0, -67, 9.0)
    found = [event(1.0, 60, 1.2), event(2.0, 60, 2.1), event(1.0, 64, 3.5), event(4.0, 67, 4.5), pedal, other]
    assert pedalled(found) == [[1.0, 60, 2.0, 80], [1.0, 64, 3.5, 80], [2.0, 60, 3.0, 80], [4.0, 67, 4.5, 80]]


@pytest.mark.real
def test_the_trainings_own_matcher_counts_as_mir_eval_does() -> None:
    if not os.environ.get("CI") and not shutil.which(os.environ.get("UV", "uv")):
        pytest.skip("uv is needed, to make the environment that mir_eval runs in")
    generator = np.random.default_rng(4)
    # mir_eval rounds to tenths of a millisecond: no two onsets here are 50 ms apart to the last of them.
    pairs = [(_line(generator), _line(generator, later_s=0.0003)) for _ in range(8)]
    done = subprocess.run(
        [str(workers.make_environment()), str(workers.BENCH / "score.py")],
        input=json.dumps([{"reference": true, "estimate": found} for true, found in pairs]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for (true, found), theirs in zip(pairs, json.loads(done.stdout), strict=True):
        ours = score(_notes(true), _notes(found))
        assert 0 < ours.right < len(true)
        assert ours.right == len(theirs["pairs"])
        assert ours.f1 == pytest.approx(theirs["f1"])
        assert ours.f1_with_offset == pytest.approx(theirs["f1_offsets"])


def _line(generator: np.random.Generator, later_s: float = 0.0) -> list[Row]:
    """Sixty notes on few keys, some so near to each other that matching them takes thought."""
    onset_s = np.sort(generator.uniform(0, 4, 60)).round(3) + later_s
    keys, length_s = generator.integers(60, 64, 60), generator.uniform(0.05, 0.6, 60)
    rows = zip(onset_s, keys, onset_s + length_s, strict=True)
    return [[float(start_s), int(key), float(end_s), 100] for start_s, key, end_s in rows]


def _notes(rows: list[Row]) -> list[Note]:
    return [Note(row[0], int(row[1]), row[2], int(row[3])) for row in rows]
