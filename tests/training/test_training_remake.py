"""The one command: how much it makes, that it goes on where it was, and that each network appears whole.

Training itself needs torch, which is not in the project's environment; docs/training.md tells how.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from daw_bridge.training import dataset, recipe, remake, steps
from daw_bridge.training.__main__ import main
from daw_bridge.training.recipe import FAMILIES
from daw_bridge.training.remake import Size, numbers
from daw_bridge.training.supplements import SUPPLEMENTS
from tests.training.test_training_songs import write_song

ROOT = Path(__file__).parents[2]
OURS = [n for n in range(2000) if recipe.plan(n).sound.startswith("partials:")]
"""Stems that need nothing to be played with."""


def test_a_part_has_some_of_everything_and_more_has_it_too() -> None:
    trial, whole = numbers(0.01), numbers(1.0)
    assert set(trial) <= set(whole)
    assert len(whole) == Size().stems + sum(some.stems for some in SUPPLEMENTS) == len(set(whole))
    assert {recipe.split_of(n) for n in trial} == {"train", *steps.SCORED}
    assert all(some.first in trial for some in SUPPLEMENTS)
    smallest = [plan for plan in map(recipe.plan, numbers(0.1)) if plan.split == "validation"]
    assert any(plan.family == "bass" for plan in smallest), "mixes for `kinds` are made with one"
    assert Size().part(0.1) == Size(300, 40, 70, 3250, 600, 200, 12)


def test_supplements_do_not_run_into_one_another() -> None:
    firsts = [some.first for some in SUPPLEMENTS]
    assert all(a.first + a.stems <= b for a, b in zip(SUPPLEMENTS, firsts[1:], strict=False))


def test_stems_are_made_side_by_side_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    songs = tmp_path / "songs"
    songs.mkdir()
    write_song(songs / "song.mid")
    wanted = [n for n in OURS if recipe.plan(n).line != "song"][:3]
    assert steps.make_data(tmp_path, [songs], wanted, workers=2)
    assert {
        stem.number for split in ("train", "validation", "test") for stem in dataset.ready(tmp_path, split)
    } == {*wanted}
    assert [row.split()[0] for row in capsys.readouterr().out.splitlines()] == [f"{n:05d}" for n in wanted]
    before = [dataset.features_path(tmp_path, n).stat().st_mtime_ns for n in wanted]
    assert steps.make_data(tmp_path, [songs], wanted)
    assert capsys.readouterr().out == ""
    assert [dataset.features_path(tmp_path, n).stat().st_mtime_ns for n in wanted] == before


def test_where_there_is_no_stem_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A small part may hold no organ for validation."""
    steps.choose(tmp_path, tmp_path / "organ.onnx", ["organ"])
    steps.score(tmp_path, {"ours": tmp_path / "model.onnx"}, "sung", ["voice"], 5)
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"{tmp_path / 'organ.onnx'}: nothing to learn thresholds on; they stay as they were",
        "sung: nothing to score on",
    ]


def test_without_a_compiler_training_is_slower_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not remake.has_compiler()
    assert "no C++ compiler" in capsys.readouterr().out
    (tmp_path / "clang++").touch(mode=0o755)
    assert remake.has_compiler()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("part", ["0", "-1", "0.05", "11", "much", "nan"])
def test_a_part_is_not_too_small(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["remake", "--songs", ".", "--part", part])
    assert ended.value.code == 2
    assert "write a number from 0.1" in capsys.readouterr().err


def test_the_script_says_how_to_use_it() -> None:
    ended = subprocess.run(
        ["bash", ROOT / "daw_bridge/training/remake.sh"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "bash daw_bridge/training/remake.sh POP909.zip" in ended.stdout


def test_networks_appear_whole_and_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="needs torch, of the dependency group train")
    from daw_bridge.training.calibration import keep_thresholds, kept_thresholds
    from daw_bridge.training.export import load_network
    from daw_bridge.transcribe.bridge.decoding import Thresholds
    from tests.training.test_training_network import made_up_data

    made_up_data(tmp_path, ("train", "organ"), ("train", "bass"), ("validation", "organ"))
    learned = Thresholds(confidence=0.33)  # so short a training finds no strikes to learn any from
    asked: list[Sequence[str]] = []

    def choose(folder: Path, model: Path, families: Sequence[str]) -> None:
        asked.append(families)
        keep_thresholds(model, learned)

    monkeypatch.setattr(steps, "choose", choose)
    size = Size(steps=2, annealing=2, organ_steps=2)
    model, organ = tmp_path / "model.onnx", tmp_path / "organ.onnx"
    remake._network(tmp_path, model, size, threads=1)
    remake._organs_network(tmp_path, model, organ, size, threads=1)
    assert load_network(tmp_path / "checkpoints" / "annealed.pt")[1] == {"training_steps": "4"}
    about = load_network(tmp_path / "organ" / "checkpoints" / "annealed.pt")[1]
    assert about["training_steps"] == "2" and about["began_from"].endswith("after 4 steps")
    assert [kept_thresholds(made) for made in (model, organ)] == [learned, learned]
    assert asked == [list(FAMILIES), ["organ"]]
    assert not list(tmp_path.glob("*.chosen.onnx"))

    before = [made.stat().st_mtime_ns for made in (model, organ)]
    remake._network(tmp_path, model, size, threads=1)
    remake._organs_network(tmp_path, model, organ, size, threads=1)
    assert [made.stat().st_mtime_ns for made in (model, organ)] == before

    more = Size(steps=3, annealing=2, organ_steps=2)  # another network for all: the organs' begins anew
    remake._network(tmp_path, model, more, threads=1)
    remake._organs_network(tmp_path, model, organ, more, threads=1)
    about = load_network(tmp_path / "organ" / "checkpoints" / "annealed.pt")[1]
    assert about["began_from"].endswith("after 5 steps")
