"""Two hands, and how softly and how unevenly they play."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.notes import Note
from daw_bridge.training import recipe, stems, supplements
from daw_bridge.training.hands import LEAST_SHARE, SOFTEST, STRUM_S, expressive, grounded, hands, pedalled
from daw_bridge.training.lines import Setting

SEEDS = st.integers(0, 2**32 - 1)
TUNE_AND_CHORDS = [
    Note(beat / 2, pitch, beat / 2 + 0.45, 90) for beat in range(32) for pitch in (48, 55, 60, 72 + beat % 5)
]


def velocities(seed: int) -> dict[bool, float]:
    """The mean of those of the tune, and of the rest."""
    notes = expressive(np.random.default_rng(seed), TUNE_AND_CHORDS)
    return {
        tune: float(np.mean([n.velocity for n in notes if (n.pitch >= 72) == tune])) for tune in (True, False)
    }


@given(SEEDS)
def test_only_velocities_change_and_all_can_be_heard(seed: int) -> None:
    notes = expressive(np.random.default_rng(seed), TUNE_AND_CHORDS)
    assert [(n.onset_s, n.pitch, n.offset_s) for n in notes] == [
        (n.onset_s, n.pitch, n.offset_s) for n in TUNE_AND_CHORDS
    ]
    loudest = max(note.velocity for note in notes)
    assert all(max(SOFTEST, LEAST_SHARE * loudest - 1) <= note.velocity <= 127 for note in notes)


def test_playing_is_soft_and_loud_and_the_tune_stands_out_mostly() -> None:
    levels = [velocities(seed) for seed in range(200)]
    tunes = [level[True] for level in levels]
    assert np.quantile(tunes, 0.1) < 45 and np.quantile(tunes, 0.9) > 95
    before = np.array([level[False] / level[True] for level in levels])
    assert 0.5 < np.mean(before < 0.9) < 0.8, "in most lines"
    assert before.min() < 0.45, "by half and more"
    assert 0.02 < np.mean(before > 1.1) < 0.2, "in some a lower voice does"


@given(SEEDS)
def test_two_hands_keep_to_the_keys_and_play_together(seed: int) -> None:
    rng = np.random.default_rng(seed)
    setting = Setting.draw(rng, 40, 84, 20.0)
    notes = hands(rng, setting)
    assert all(setting.lowest <= note.pitch <= setting.highest for note in notes)
    onsets_s = [note.onset_s for note in notes]
    assert len({round(onset_s, 3) for onset_s in onsets_s}) < len(onsets_s), "nothing is struck together"


@given(SEEDS)
def test_chords_stand_on_a_note_of_theirs_an_octave_or_more_below(seed: int) -> None:
    rng = np.random.default_rng(seed)
    setting = Setting.draw(rng, 33, 96, 20.0)
    notes = sorted(grounded(rng, setting), key=lambda note: note.pitch)
    assert all(setting.lowest <= note.pitch <= setting.highest for note in notes)
    struck: dict[int, list[Note]] = {}
    for note in notes:
        first = next(
            (at for at in struck if 0 <= note.onset_s - struck[at][0].onset_s <= STRUM_S), len(struck)
        )
        struck.setdefault(first, []).append(note)
    for ground, *chord in struck.values():
        octaves = [note for note in chord if (note.pitch - ground.pitch) % 12 == 0]
        assert octaves, "it is of the chord"
        assert all(ground.offset_s >= note.offset_s - 1e-9 for note in chord), "and holds as long"


@given(SEEDS, st.sampled_from([8.0, 16.0]))
def test_the_pedal_holds_what_is_struck_until_it_is_changed(seed: int, sixteenths: float) -> None:
    rng = np.random.default_rng(seed)
    setting = Setting.draw(rng, 40, 84, 20.0)
    notes = [Note(setting.time_s(at), 60, setting.time_s(at) + 0.05, 90) for at in range(0, 64, 2)]
    for before, after in zip(notes, pedalled(notes, setting, sixteenths), strict=True):
        assert before.offset_s < after.offset_s <= before.onset_s + sixteenths * setting.sixteenth_s + 1e-9
        assert (before.onset_s, before.pitch) == (after.onset_s, after.pitch)
        change = (after.offset_s - setting.time_s(0)) / (sixteenths * setting.sixteenth_s)
        assert change == pytest.approx(round(change))


def test_players_are_trained_on_validated_and_tested_on_other_sounds() -> None:
    sounds = {}
    for some in (supplements.EXPRESSIVE, supplements.EXPRESSIVE_VALIDATION, supplements.EXPRESSIVE_TEST):
        plans = [recipe.plan(some.first + n) for n in range(1500)]
        assert {plan.split for plan in plans} == {some.split}
        assert {plan.family for plan in plans} == set(some.families)
        assert 0.2 < np.mean([plan.line == "hands" for plan in plans]) < 0.5
        sounds[some.split] = {
            ":".join(plan.sound.split(":")[:2]) for plan in plans if not plan.sound.startswith("partials:")
        }
        named = {sound for share in some.families.values() for sound in share.sounds if sound}
        assert named <= {plan.sound for plan in plans}
    train, validation, test = sounds.values()
    assert not train & validation
    assert not (train | validation) & test
    assert {sound.split(":")[0] for sound in test} == {"sf2", "patch"}


def test_grounded_chords_are_trained_on_and_validated_on_other_sounds() -> None:
    sounds = {}
    for some in (supplements.GROUNDED, supplements.GROUNDED_VALIDATION):
        plans = [recipe.plan(some.first + n) for n in range(400)]
        assert {plan.split for plan in plans} == {some.split}
        assert {plan.family for plan in plans} == set(some.families)
        assert {plan.line for plan in plans} == {"grounded"}
        sounds[some.split] = {":".join(plan.sound.split(":")[:2]) for plan in plans}
    assert not sounds["train"] & sounds["validation"]


def test_a_stem_of_players_is_soft_where_a_sequencers_is_not() -> None:
    first = supplements.EXPRESSIVE.first
    plans = [plan for plan in map(recipe.plan, range(first, first + 400)) if plan.line == "hands"][:30]
    means = [np.mean([n.velocity for n in stems.perform(p.rng(), p, [])[0].notes]) for p in plans]
    assert min(means) < 40 and max(means) > 90
