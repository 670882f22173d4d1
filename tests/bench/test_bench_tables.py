"""Tables hold the figures that were measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.bench import tables
from tests.bench.answers import Answer
from tests.bench.stems import Row, Stem

TRUE: tuple[Row, ...] = ([1.0, 60, 2.0, 100], [3.0, 64, 4.0, 100])


def answer(family: str, f1: float, f1_offsets: float) -> Answer:
    """Of the two notes one is found 10 ms late and 20 too soft; another is made up."""
    stem = Stem(Path("00007.flac"), family, "melody", "faust:glass", TRUE)
    found: tuple[Row, ...] = ([1.01, 60, 2.0, 80, 0.85], [5.0, 40, 6.0, 80, 0.35])
    return Answer(stem, found, 0.5, 0.5, f1, f1_offsets, ((0, 0),))


def test_the_mean_is_over_families_and_not_over_stems() -> None:
    some = [answer("bass", 1.0, 0.8), answer("bass", 0.8, 0.6), answer("pad", 0.1, 0.0)]
    rows = tables.summary({"one": some, "other": some}).splitlines()
    assert rows[2:] == [
        "| bass | 2 | 0.90 (0.70) | 0.90 (0.70) |",
        "| pad | 1 | 0.10 (0.00) | 0.10 (0.00) |",
        "| **mean** | 3 | **0.50 (0.35)** | **0.50 (0.35)** |",
    ]


def test_a_stem_that_is_heard_an_octave_low_shows_it() -> None:
    heard = answer("organ", 0.0, 0.0)
    low = replace(heard, notes=tuple([on, key - 12, *rest] for on, key, *rest in TRUE))
    assert tables.by_stem({"ours": [low]}).splitlines()[2:] == ["| 00007 | faust:glass | 2 | 0.00 | 1.00 |"]


def test_details_have_errors_of_right_notes_alone() -> None:
    row = tables.details([answer("bass", 0.5, 0.5)]).splitlines()[2]
    assert row == "| bass | 0.50 | 0.50 | 0.50 | 0.50 | 20 | 10.0 ms | 10 ms | 1.00 |"


def test_confidences_are_held_against_what_was_right() -> None:
    rows = tables.calibration({"ours": [answer("bass", 0.5, 0.5)]}).splitlines()[2:]
    assert rows == ["| 0.3 to 0.4 | 1 | 0.35 | 0.00 |", "| 0.8 to 0.9 | 1 | 0.85 | 1.00 |"]


def test_speeds_are_compared_on_stems_that_both_heard() -> None:
    times = {"theirs": {"a": (2.0, 4.0), "b": (10.0, 10.0)}, "ours": {"a": (0.5, 0.4)}}
    rows = tables.speed(times, 20.0, "theirs").splitlines()[2:]
    assert rows == [
        "| theirs | 2 | 3.3 times | 1.00 | 1.00 |",
        "| ours | 1 | 40.0 times | 0.25 | 0.10 |",
    ]
