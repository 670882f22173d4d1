"""A wrong note gets the cause that it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.answers import Answer
from tests.bench.faults import faults
from tests.bench.stems import Row, Stem

TRUE: tuple[Row, ...] = ([1.0, 60, 2.0, 100], [3.0, 64, 4.0, 100])


def answer(*found: Row, pairs: tuple[tuple[int, int], ...]) -> Answer:
    stem = Stem(Path("00007.flac"), "keys", "melody", "faust:glass", TRUE)
    return Answer(stem, found, 0.0, 0.0, 0.0, 0.0, pairs)


@pytest.mark.parametrize(
    ("extra", "cause"),
    [
        ([1.5, 60, 2.0, 90], "struck again"),
        ([2.3, 60, 2.5, 90], "after release"),
        ([1.01, 72, 2.0, 90], "partial"),
        ([1.01, 48, 2.0, 90], "below"),
        ([1.4, 61, 2.0, 90], "neighbour"),
        ([2.5, 80, 2.7, 90], "nothing near"),
    ],
)
def test_an_extra_note_has_its_cause(extra: Row, cause: str) -> None:
    extras, missed, ends = faults(answer(TRUE[0], TRUE[1], extra, pairs=((0, 0), (1, 1))))
    assert (dict(extras), dict(missed), dict(ends)) == ({cause: 1}, {}, {})


@pytest.mark.parametrize(
    ("instead", "cause", "extra_too"),
    [
        ([3.2, 64, 4.0, 90], "early or late", True),
        ([3.0, 52, 4.0, 90], "octave heard", True),
        ([2.5, 64, 4.0, 90], "not struck again", True),
        (None, "not heard", False),
    ],
)
def test_a_missed_note_has_its_cause(instead: Row | None, cause: str, extra_too: bool) -> None:
    found = [TRUE[0]] + ([instead] if instead else [])
    extras, missed, _ = faults(answer(*found, pairs=((0, 0),)))
    assert dict(missed) == {cause: 1}
    assert sum(extras.values()) == extra_too


def test_offsets_are_too_short_or_too_long() -> None:
    _, _, ends = faults(answer([1.0, 60, 1.5, 90], [3.0, 64, 4.5, 90], pairs=((0, 0), (1, 1))))
    assert dict(ends) == {"short": 1, "long": 1}
