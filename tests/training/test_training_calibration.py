"""What is learned about reading maps is what was true of them."""

import numpy as np
import pytest

from daw_bridge.core.notes import Note
from daw_bridge.training import calibration
from daw_bridge.training.stems import Stem
from daw_bridge.training.targets import targets
from daw_bridge.transcribe.bridge.decoding import Thresholds, confidences, decode
from daw_bridge.transcribe.bridge.finds import find


def test_logistic_regression_finds_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(3)
    evidence = rng.normal(0, 1, (40_000, 3))
    true = np.array([-0.5, 2.0, 0.0, -1.0])
    right = rng.random(40_000) < 1 / (1 + np.exp(-(true[0] + evidence @ true[1:])))
    found = calibration.logistic(evidence, right, np.ones(40_000))
    np.testing.assert_allclose(found, true, atol=0.08)


def stem_with_ghosts(number: int) -> tuple[Stem, calibration.Halves]:
    """Notes that are surely there, each with a weaker octave that was not played."""
    rng = np.random.default_rng(number)
    keys = rng.integers(40, 70, 30).tolist()
    notes = tuple(Note(0.2 + 0.3 * i, key, 0.45 + 0.3 * i) for i, key in enumerate(keys))
    ghosts = tuple(Note(n.onset_s, n.pitch + 12, n.offset_s) for n in notes)
    maps = targets(notes, 420) * 0.9 + targets(ghosts, 420) * rng.uniform(0.4, 0.85)
    stem = Stem(number, "validation", f"family {number % 2}", "", "", notes)
    return stem, maps.astype(np.float16)


def test_where_nothing_is_heard_there_is_nothing_to_learn() -> None:
    kept = [(stem_with_ghosts(n)[0], np.zeros((4, 420, 88), np.float16)) for n in range(2)]
    assert calibration.learned(kept).weights == Thresholds().weights


def test_ghosts_of_octaves_are_learned_and_left_out() -> None:
    kept = [stem_with_ghosts(number) for number in range(6)]
    thresholds = calibration.learned(kept)
    stem, maps = stem_with_ghosts(99)
    found = decode([maps.astype(np.float32)], thresholds)
    assert [n.pitch for n in found] == [n.pitch for n in stem.notes]
    evidence = find([maps.astype(np.float32)], sounding=0.3, offset=0.5).evidence
    assert 0.3 < float(np.mean(confidences(evidence, thresholds) > 0.5)) < 0.7


def test_of_confidences_that_do_hardly_worse_the_lowest_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [stem_with_ghosts(number) for number in range(6)]
    monkeypatch.setitem(calibration.CHOICES, "confidence", (0.1, 0.2, 0.5))
    monkeypatch.setattr(calibration, "LEEWAY", 0.0)
    assert calibration.learned(kept).confidence == 0.5
    monkeypatch.setattr(calibration, "LEEWAY", 2.0)
    assert calibration.learned(kept).confidence == 0.1
