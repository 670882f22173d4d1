"""What a crop is made of."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from daw_bridge.training import dataset, stems
from daw_bridge.training.__main__ import main
from daw_bridge.transcribe.bridge.features import BINS, CHANNELS, FLOOR_DB, RATE_HZ, features

Sound = npt.NDArray[np.float32]


def tone(hz: float) -> Sound:
    at_s = np.arange(3 * RATE_HZ) / RATE_HZ
    return np.asarray(0.2 * np.sin(2 * np.pi * hz * at_s) + 0.1 * np.sin(4 * np.pi * hz * at_s), np.float32)


def noise(seed: int) -> Sound:
    return np.asarray(0.05 * np.random.default_rng(seed).normal(size=3 * RATE_HZ), np.float32)


@pytest.mark.parametrize("level_db", [-30.0, -16.0])
def test_what_bleeds_in_is_heard_as_if_it_had_been_mixed_in(level_db: float) -> None:
    stem, other = tone(220.0), noise(0)
    mixed = dataset.bled(features(stem), features(other), level_db)
    apart = [
        (10.0 ** (FLOOR_DB / 10 * (features(some)[2:].astype(float) - 1))).mean() for some in (stem, other)
    ]
    gain = 10.0 ** (level_db / 20) * np.sqrt(apart[0] / apart[1])
    wanted = features(np.asarray(stem + gain * other, np.float32))
    inside = slice(20, -20)
    off_db = FLOOR_DB * np.abs(mixed - wanted)[:, inside]
    assert np.median(off_db) < 1.5
    changed_db = FLOOR_DB * np.abs(features(stem) - wanted)[:, inside]
    assert np.median(changed_db) > 10.0  # as loud as that, beside a pure tone


def test_silence_stays_silent_and_nothing_bleeds_out_of_it() -> None:
    silent, heard = np.zeros((CHANNELS, 20, BINS), np.float32), features(tone(220.0))[:, :20]
    np.testing.assert_array_equal(dataset.bled(silent, heard, -16.0), silent)
    np.testing.assert_array_equal(dataset.bled(heard, silent, -16.0), heard)


def test_drum_clips_for_training_are_made_ready_once(tmp_path: Path) -> None:
    (tmp_path / "drums").mkdir()
    for number, split in enumerate(["train", "validation"]):
        stems.write_flac(tmp_path / "drums" / f"{number:05d}.flac", noise(number))
        (tmp_path / "drums" / f"{number:05d}.json").write_text(json.dumps({"split": split, "notes": []}))
    (ready,) = dataset.prepared_drums(tmp_path)
    assert np.load(ready).shape[0] == CHANNELS
    stamp = ready.stat().st_mtime_ns
    assert dataset.prepared_drums(tmp_path) == [ready]
    assert ready.stat().st_mtime_ns == stamp


def test_the_stems_of_a_family_are_heard_so_many_times_as_often() -> None:
    some = [stems.Stem(n, "train", family, "", "", ()) for n, family in enumerate(["organ", "bass", "organ"])]
    assert [stem.number for stem in dataset.repeated(some, {"organ": 3})] == [0, 0, 0, 1, 2, 2, 2]
    assert dataset.repeated(some, {}) == some


@pytest.mark.parametrize("wrong", ["organ", "organ=", "organ=x", "organs=2", "=2"])
def test_a_family_that_is_not_one_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--times", wrong])
    assert "write a family and a number" in capsys.readouterr().err
