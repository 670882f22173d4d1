"""The same data again, and nothing that is trained on in validation or in the test."""

import hashlib
from collections import defaultdict
from dataclasses import astuple
from itertools import pairwise

import numpy as np
import pytest

from daw_bridge.core.notes import Note
from daw_bridge.training import recipe, stems, supplements
from daw_bridge.training.lines import FASTEST_RESTRIKES_S, Setting, restrikes
from daw_bridge.training.performance import played, without_overlaps
from daw_bridge.training.players.recorded import RANGES
from daw_bridge.training.songs import Voice, song_split

NUMBERS = range(2000)


def test_a_stem_is_always_the_same() -> None:
    assert [recipe.plan(n) for n in range(50)] == [recipe.plan(n) for n in range(50)]


def test_no_sound_is_in_two_splits() -> None:
    sounds: dict[str, set[str]] = {"train": set(), "validation": set(), "test": set()}
    for plan in map(recipe.plan, NUMBERS):
        kind, *names = plan.sound.split(":")
        if kind != "partials":  # every stem has a spectrum of its own
            sounds[plan.split].add(f"{kind}:{names[0]}")
    assert all(len(mine) >= 4 for mine in sounds.values())
    assert not sounds["train"] & (sounds["validation"] | sounds["test"])
    assert not sounds["validation"] & sounds["test"]


def test_the_test_is_what_it_was_from_the_beginning() -> None:
    """Figures of other models, and of other days, are compared on it."""
    test = [p for p in map(recipe.plan, NUMBERS) if p.split == "test"]
    digest = hashlib.sha256(repr([astuple(plan) for plan in test]).encode()).hexdigest()
    assert digest[:16] == "545d6ec44b847197"


def plans_of(supplement: supplements.Supplement, count: int) -> list[recipe.Plan]:
    return [recipe.plan(number) for number in range(supplement.first, supplement.first + count)]


def test_what_is_hard_is_supplemented_for_training_alone() -> None:
    plans = plans_of(supplements.HARD, 400)
    assert {plan.split for plan in plans} == {"train"}
    organs, others = ([p for p in plans if (p.family == "organ") is organ] for organ in (True, False))
    assert len(organs) > 120
    assert all(p.line == "restrikes" for p in others if not p.sound.startswith("partials"))
    assert sum(plan.doubled != 0 for plan in organs) < len(organs) / 5  # sounds like a 4' stop


def test_organs_with_stops_are_for_training_alone() -> None:
    plans = plans_of(supplements.ORGANS, 100)
    assert {(plan.split, plan.family) for plan in plans} == {("train", "organ")}
    assert {plan.sound for plan in plans} == set(supplements.STOPS)


@pytest.mark.parametrize(
    "supplement",
    [
        s
        for s in supplements.SUPPLEMENTS[2:]
        if not s.expressive and all(share.sounds for share in s.families.values())
    ],
)
def test_every_family_of_a_supplement_is_played_by_all_that_it_names(
    supplement: supplements.Supplement,
) -> None:
    plans = plans_of(supplement, 1500)
    assert {plan.split for plan in plans} == {supplement.split}
    named = {(family, sound) for family, share in supplement.families.items() for sound in share.sounds}
    assert {(plan.family, plan.sound) for plan in plans} == named
    if all(sound.startswith(recipe.ONE_VOICE_PLAYERS) for _, sound in named):
        lines = {plan.line for plan in plans}
        assert lines == {"melody", "riff", "song"} and not any(plan.doubled for plan in plans)


def test_more_banks_play_every_family_and_nothing_else_does_but_organs() -> None:
    plans = plans_of(supplements.MORE_BANKS, 1500)
    assert {plan.split for plan in plans} == {"train"}
    assert {plan.family for plan in plans} == set(recipe.FAMILIES)
    banks = {(plan.family, plan.sound.split(":")[1]) for plan in plans if plan.sound.startswith("sf2:")}
    assert banks == {(family, bank) for family in recipe.FAMILIES for bank in supplements.MORE_BANKS.banks}
    others = {(plan.family, plan.sound) for plan in plans if not plan.sound.startswith("sf2:")}
    assert others == {("organ", "plugin:calf"), ("organ", "pipes:church")}
    for plan in plans:
        if plan.sound.startswith("sf2:") and plan.family != "organ":
            assert int(plan.sound.split(":")[2]) in recipe.FAMILIES[plan.family].programs


def test_what_the_other_tests_hear_was_never_heard_before() -> None:
    before = [some for some in supplements.SUPPLEMENTS if some.split == "train"]
    heard = {plan.sound for some in before for plan in plans_of(some, 500)}
    for test in (supplements.PATCHES_TEST, supplements.RECORDED_TEST, supplements.SUNG_TEST):
        assert not heard & {plan.sound for plan in plans_of(test, 200)}


def test_an_instrument_is_played_within_its_range_and_the_test_from_the_songs_of_the_test() -> None:
    notes = tuple(Note(0.5 * i, 20 + 7 * i % 90, 0.5 * i + 0.4) for i in range(60))
    voices = [Voice(f"{n}.mid", notes, polyphony) for n in range(60) for polyphony in (0.0, 0.5)]
    for plan in plans_of(supplements.RECORDED, 60) + plans_of(supplements.RECORDED_TEST, 60):
        performance, song = stems.perform(plan.rng(), plan, voices)
        lowest, highest = RANGES[plan.sound.removeprefix("recorded:")]
        assert all(lowest <= note.pitch <= highest for note in performance.notes)
        assert not song or song_split(song) == ("test" if plan.split == "recorded" else "train")


def test_low_basses_go_down_to_the_lowest_key() -> None:
    keys = []
    for plan in plans_of(supplements.LOW_BASSES, 60):
        if plan.line != "song":
            performance, _ = stems.perform(plan.rng(), plan, [])
            keys += [note.pitch for note in performance.notes]
    assert min(keys) == 21 and max(keys) <= 38
    assert np.mean(np.array(keys) < recipe.FAMILIES["bass"].lowest) > 0.2


def test_no_slow_attack_is_asked_to_repeat_its_keys() -> None:
    restruck = [p for p in map(recipe.plan, NUMBERS) if p.line == "restrikes"]
    assert 50 < len(restruck) < 150
    assert {plan.family for plan in restruck} <= set(recipe.RESTRUCK_FAMILIES)
    assert not any(plan.sound.startswith("partials") for plan in restruck)


def test_every_family_is_in_every_split() -> None:
    seen = {(plan.split, plan.family) for plan in map(recipe.plan, NUMBERS)}
    assert seen == {(split, family) for split in recipe.BANKS for family in recipe.FAMILIES}


def test_songs_are_split_by_name() -> None:
    splits = [song_split(f"{n:03d}.mid") for n in range(500)]
    assert {split: splits.count(split) > 25 for split in set(splits)} == dict.fromkeys(recipe.BANKS, True)


def test_a_song_is_played_in_its_own_split_only() -> None:
    notes = tuple(Note(0.5 * i, 50 + i % 12, 0.5 * i + 0.4) for i in range(60))
    voices = [Voice(f"{n}.mid", notes, polyphony) for n in range(60) for polyphony in (0.0, 0.5)]
    played_songs = 0
    for plan in map(recipe.plan, range(300)):
        if plan.line == "song":
            _, song = stems.perform(plan.rng(), plan, voices)
            assert song_split(song) == plan.split
            played_songs += 1
    assert played_songs > 50


@pytest.mark.parametrize("kind", recipe.LINES)
def test_lines_stay_in_range_and_in_time(kind: str) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        setting = Setting.draw(rng, 36, 84, 20.0)
        notes = recipe.LINES[kind](rng, setting)
        again = np.random.default_rng(seed)
        assert recipe.LINES[kind](again, Setting.draw(again, 36, 84, 20.0)) == notes
        performance = played(rng, notes, 20.0, one_voice=kind in recipe.ONE_VOICE_LINES, may_bend=True)
        assert len(performance.notes) >= 2
        assert all(36 <= note.pitch <= 84 for note in performance.notes)
        assert all(note.offset_s <= 20.0 for note in performance.notes)
        assert all(abs(bend.semitones) <= 2.0 for bend in performance.bends)


def test_restrikes_repeat_keys_with_gaps_of_0_to_30_percent_no_faster_than_can_be_told() -> None:
    repeats = others = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        setting = Setting.draw(rng, 26, 84, 20.0)
        by_key: dict[int, list[Note]] = defaultdict(list)
        notes = restrikes(rng, setting)
        for note in notes:
            by_key[note.pitch].append(note)
        steps = np.diff(sorted({note.onset_s for note in notes}))
        usual_s = float(np.median(steps))
        assert usual_s >= FASTEST_RESTRIKES_S
        for before, after in (pair for mine in by_key.values() for pair in pairwise(mine)):
            if after.onset_s - before.onset_s < 1.4 * usual_s:
                gap = after.onset_s - before.offset_s
                assert -0.35 * usual_s < gap < 0.66 * usual_s  # swung ones are up to a third early or late
                repeats += 1
            else:
                others += 1
    assert repeats > 3 * others


def test_one_voice_never_overlaps_and_a_key_never_overlaps_itself() -> None:
    notes = [Note(0.0, 60, 1.0), Note(0.5, 64, 2.0), Note(0.9, 60, 1.5), Note(0.91, 60, 3.0)]
    assert without_overlaps(notes, 20.0, one_voice=True) == [
        Note(0.0, 60, 0.5),
        Note(0.5, 64, 0.9),
        Note(0.9, 60, 1.5),
    ]
    keys = without_overlaps(notes, 20.0, one_voice=False)
    assert keys == [Note(0.0, 60, 0.9), Note(0.5, 64, 2.0), Note(0.9, 60, 1.5)]
