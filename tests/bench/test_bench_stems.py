"""The development test set is what it says: unseen, balanced, made of Debian's parts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.training import recipe
from daw_bridge.training.stems import read_flac, write_flac
from daw_bridge.training.supplements import RECORDED, RECORDED_TEST
from daw_bridge.transcribe.tuning import tuning_cents
from tests.bench import recordings, stems
from tests.bench.stems import Stem


@pytest.mark.parametrize(("name", "split"), [("test", "test"), ("tune", "validation")])
def test_every_family_has_as_many_stems_of_sounds_that_the_training_never_hears(
    name: str, split: str
) -> None:
    plans = list(stems.plans(name, 10))
    assert Counter(plan.family for plan in plans) == dict.fromkeys(recipe.FAMILIES, 10)
    assert {plan.split for plan in plans} == {split}
    seen = {*recipe.BANKS["train"], *recipe.FAUST["train"]}
    banks = {plan.sound.split(":")[1] for plan in plans if not plan.sound.startswith("partials:")}
    assert banks and not banks & seen
    assert not any(plan.sound.startswith("dx7:") for plan in plans)


def test_more_stems_a_family_keep_those_that_were_there() -> None:
    few, many = ({plan.number for plan in stems.plans("test", count)} for count in (2, 4))
    assert few < many


def test_another_makers_bank_plays_every_family_by_programs_of_that_family() -> None:
    plans = list(stems.plans("patches", 10))
    assert Counter(plan.family for plan in plans) == dict.fromkeys(recipe.FAMILIES, 10)
    for plan in plans:
        kind, program = plan.sound.split(":")
        assert kind == "patch" and int(program) in recipe.FAMILIES[plan.family].programs


def test_recorded_instruments_are_those_that_nothing_else_heard() -> None:
    plans = list(stems.plans("recorded", 10))
    assert Counter(plan.family for plan in plans) == dict.fromkeys(RECORDED_TEST.families, 10)
    trained = {sound for share in RECORDED.families.values() for sound in share.sounds}
    assert not trained & {plan.sound for plan in plans}


def test_several_sets_are_one_by_family(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {
        name: [Stem(Path(f"{name}-{family}.flac"), family, "", "", ()) for family in ("bass", "organ")]
        for name in ("test", "patches")
    }
    monkeypatch.setattr(stems, "test_set", lambda name, per_family, families: made[name])
    played = Stem(Path("somebody.wav"), "piano", "recording", "", ())
    monkeypatch.setattr(recordings, "recordings", lambda: [played])
    names = [stem.name for stem in stems.test_sets(["test", "patches", "recordings"], 1)]
    assert names == ["test-bass", "patches-bass", "somebody", "test-organ", "patches-organ"]


def test_what_bleeds_in_is_as_loud_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stems, "FOLDER", tmp_path)
    sounds = [np.random.default_rng(n).normal(0, level, 22_050) for n, level in enumerate((0.1, 0.02))]
    some = []
    for number, sound in enumerate(sounds):
        write_flac(tmp_path / f"{number:05d}.flac", np.asarray(sound, np.float32))
        some.append(Stem(tmp_path / f"{number:05d}.flac", "lead", "melody", "faust:glass", ()))
    for stem, own, mixed in zip(some, sounds, stems.bled(some, -20.0), strict=True):
        rest = read_flac(mixed.audio) - own
        assert mixed.audio != stem.audio
        assert 20 * np.log10(rest.std() / own.std()) == pytest.approx(-20.0, abs=0.1)


def test_a_softer_stem_is_as_soft_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stems, "FOLDER", tmp_path)
    sound = np.random.default_rng(1).normal(0, 0.1, 22_050).astype(np.float32)
    write_flac(tmp_path / "00000.flac", sound)
    (soft,) = stems.softer([Stem(tmp_path / "00000.flac", "lead", "melody", "faust:glass", ())], -30.0)
    assert 20 * np.log10(read_flac(soft.audio).std() / sound.std()) == pytest.approx(-30.0, abs=0.1)


def test_a_record_that_runs_fast_is_sharp_and_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stems, "FOLDER", tmp_path)
    time_s = np.arange(2 * 22_050) / 22_050
    write_flac(tmp_path / "00000.flac", np.asarray(0.3 * np.sin(2 * np.pi * 440 * time_s), np.float32))
    notes = ([0.5, 69, 1.5, 100],)
    (fast,) = stems.detuned([Stem(tmp_path / "00000.flac", "lead", "melody", "faust:glass", notes)], 40.0)
    assert tuning_cents(AudioClip(read_flac(fast.audio)[None], 22_050)) == pytest.approx(40, abs=1)
    (row,) = fast.notes
    assert row == pytest.approx([0.5 / 2 ** (40 / 1200), 69, 1.5 / 2 ** (40 / 1200), 100])


@pytest.mark.parametrize(("second_s", "one_voice"), [(1.9, False), (1.96, True), (2.5, True)])
def test_notes_that_overlap_are_two_voices(second_s: float, one_voice: bool) -> None:
    notes = ([1.0, 60, 2.0, 100], [second_s, 64, 3.0, 100])
    assert Stem(Path("00007.flac"), "lead", "melody", "faust:glass", notes).one_voice == one_voice
