"""The same data again, and nothing that is trained on in validation or in the test."""

import numpy as np
import pytest

from daw_bridge.core.notes import Note
from daw_bridge.training import recipe, stems
from daw_bridge.training.lines import Setting
from daw_bridge.training.performance import played, without_overlaps
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


def test_one_voice_never_overlaps_and_a_key_never_overlaps_itself() -> None:
    notes = [Note(0.0, 60, 1.0), Note(0.5, 64, 2.0), Note(0.9, 60, 1.5), Note(0.91, 60, 3.0)]
    assert without_overlaps(notes, 20.0, one_voice=True) == [
        Note(0.0, 60, 0.5),
        Note(0.5, 64, 0.9),
        Note(0.9, 60, 1.5),
    ]
    keys = without_overlaps(notes, 20.0, one_voice=False)
    assert keys == [Note(0.0, 60, 0.9), Note(0.5, 64, 2.0), Note(0.9, 60, 1.5)]
