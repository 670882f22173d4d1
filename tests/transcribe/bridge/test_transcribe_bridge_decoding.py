"""Maps -> notes: what always holds, and each rule by itself, on maps written by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge.core.notes import Note
from daw_bridge.training.targets import targets
from daw_bridge.transcribe import PROFILES
from daw_bridge.transcribe.bridge.decoding import Thresholds, decode
from daw_bridge.transcribe.bridge.finds import EVIDENCE
from daw_bridge.transcribe.bridge.maps import KEYS, STEP_S, Floats
from daw_bridge.transcribe.profiles import find_profile

SOUNDING, ONSET, OFFSET = range(3)
FRAMES = 150
PLAIN = Thresholds()


def maps_of(*notes: Note) -> Floats:
    return targets(notes, FRAMES)


def spans(notes: tuple[Note, ...]) -> list[tuple[int, float, float]]:
    return [(n.pitch, round(n.onset_s, 2), round(n.offset_s, 2)) for n in notes]


def noise(seed: int, steps: int) -> Floats:
    """Maps in which much happens on all keys."""
    generator = np.random.default_rng(seed)
    maps = generator.random((4, steps, KEYS)) ** np.array([1.0, 6.0, 6.0, 1.0])[:, None, None]
    return np.asarray(maps, np.float32)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(0, 120),
    profile=st.sampled_from(PROFILES),
    weighed=st.booleans(),
)
def test_what_always_holds(seed: int, steps: int, profile: str, weighed: bool) -> None:
    weights = tuple(np.random.default_rng(seed).normal(0, 1, len(EVIDENCE) + 1)) if weighed else ()
    kind = find_profile(profile)
    found = decode([noise(seed, steps)], Thresholds(weights=weights), kind)
    assert list(found) == sorted(found)
    for note in found:
        assert note.offset_s <= steps * STEP_S + 2 * STEP_S + 1e-9
        assert kind.lowest <= note.pitch <= kind.highest
        assert 0.4 <= note.confidence <= 1.0
    by_key = sorted(found, key=lambda n: (n.pitch, n.onset_s))
    for before, after in itertools.pairwise(by_key):
        assert before.pitch != after.pitch or before.offset_s <= after.onset_s + 1e-9
    if kind.one_voice:
        assert all(a.offset_s <= b.onset_s + 1e-9 for a, b in itertools.pairwise(found))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cuts=st.lists(st.integers(0, 200), max_size=6))
def test_blocks_of_any_length_give_the_same_notes(seed: int, cuts: list[int]) -> None:
    maps = noise(seed, 200)
    blocks = [maps[:, a:b] for a, b in itertools.pairwise([0, *sorted(cuts), 200])]
    whole, found = decode([maps], PLAIN), decode(blocks, PLAIN)
    assert len(whole) > 50
    assert [n.pitch for n in found] == [n.pitch for n in whole]
    for field in ("onset_s", "offset_s", "confidence"):
        ours, theirs = ([getattr(n, field) for n in notes] for notes in (found, whole))
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_no_maps_hold_no_notes() -> None:
    assert decode([], PLAIN) == ()


@pytest.mark.parametrize("onset_s", [0.5, 0.5035, 0.507])
def test_onsets_are_finer_than_a_step(onset_s: float) -> None:
    (note,) = decode([maps_of(Note(onset_s, 60, 1.0))], PLAIN)
    assert note.onset_s == pytest.approx(onset_s, abs=0.0005)


def test_an_onset_that_is_spread_over_40_ms_is_one_note_at_its_middle() -> None:
    maps = maps_of(Note(0.5, 60, 1.0))
    maps[ONSET] = 0.0
    maps[ONSET, 41:45, 39] = 0.2
    (note,) = decode([maps], PLAIN)
    assert note.onset_s == pytest.approx(43 * STEP_S, abs=0.001)
    assert note.confidence == pytest.approx(0.8, abs=0.01)


def test_repeated_notes_are_kept() -> None:
    line = [Note(0.2 + 0.08 * i, 60, 0.28 + 0.08 * i) for i in range(12)]
    found = decode([maps_of(*line)], PLAIN)
    assert [n.pitch for n in found] == [60] * 12
    for heard, played in zip(found, line, strict=True):
        assert heard.onset_s == pytest.approx(played.onset_s, abs=0.001)
        assert heard.offset_s == pytest.approx(played.offset_s, abs=2 * STEP_S)


def test_a_short_dip_does_not_end_a_note_and_a_long_one_does() -> None:
    for gap, end_s in ((PLAIN.gap_steps - 1, 1.5), (PLAIN.gap_steps, 80 * STEP_S)):
        maps = maps_of(Note(0.5, 60, 1.5))
        maps[SOUNDING, 80 : 80 + gap, 39] = 0.0
        assert decode([maps], PLAIN)[0].offset_s == pytest.approx(end_s, abs=STEP_S), gap


def test_an_offset_ends_a_note_that_rings_on() -> None:
    maps = maps_of(Note(0.5, 60, 1.0))
    maps[SOUNDING, 40:140, 39] = 0.6
    assert decode([maps], PLAIN)[0].offset_s == pytest.approx(1.0, abs=STEP_S)
    maps[OFFSET] = 0.0
    assert decode([maps], PLAIN)[0].offset_s == pytest.approx(140 * STEP_S, abs=STEP_S)


def test_a_note_that_sounds_at_the_end_lasts_until_then() -> None:
    steps = 2 * FRAMES
    maps = maps_of(Note(3.0, 60, 9.0))
    assert decode([maps], PLAIN)[0].offset_s == pytest.approx(steps * STEP_S)


def test_an_onset_without_sound_is_short() -> None:
    maps = maps_of(Note(0.5, 60, 1.0))
    maps[[SOUNDING, OFFSET]] = 0.0
    assert decode([maps], PLAIN)[0].duration_s == pytest.approx(2 * STEP_S, abs=STEP_S)


def test_what_speaks_against_a_note_lowers_its_confidence() -> None:
    played = maps_of(Note(0.5, 48, 1.0), Note(0.5, 60, 1.0))
    ghost = played.copy()
    ghost[ONSET, :, 60 - 21] *= 0.6
    octave_below = 1 + EVIDENCE.index("octave below")
    weights = np.zeros(len(EVIDENCE) + 1)
    weights[[0, 1, octave_below]] = -2.0, 6.0, -6.0
    ghosts = Thresholds(weights=tuple(weights))
    assert [n.pitch for n in decode([ghost], ghosts)] == [48]
    assert [n.pitch for n in decode([played], ghosts)] == [48, 60]
    alone = ghost.copy()
    alone[:, :, 48 - 21] = 0.0
    assert [n.pitch for n in decode([alone], ghosts)] == [60]


def test_a_doubtful_note_is_believed_among_clear_ones_and_not_among_faint_ones() -> None:
    line = [Note(0.5 + 0.25 * n, 48 + n, 0.7 + 0.25 * n) for n in range(12)]
    clear, muddled = maps_of(*line), maps_of(*line)
    muddled[ONSET] *= 0.2
    for maps in (clear, muddled):
        maps[ONSET, :, 53 - 21] = maps_of(line[5])[ONSET, :, 53 - 21] * 0.4
    weights = np.zeros(len(EVIDENCE) + 1)
    weights[[0, 1, 1 + EVIDENCE.index("share of faint strikes")]] = -1.0, 5.0, -5.0
    by_share = Thresholds(weights=tuple(weights))
    assert 53 in [n.pitch for n in decode([clear], by_share)]
    assert decode([muddled], by_share) == ()
    alone = maps_of(line[5])
    alone[ONSET] *= 0.4
    assert decode([alone], by_share)[0].confidence == pytest.approx(0.5, abs=0.05)  # as in most clips


def test_one_voice_is_the_surest_of_what_starts_together() -> None:
    maps = maps_of(Note(0.5, 40, 1.4), Note(0.51, 52, 1.4), Note(1.0, 43, 1.5))
    maps[ONSET, :, 52 - 21] *= 0.8
    assert spans(decode([maps], PLAIN, find_profile("bass"))) == [(40, 0.5, 1.0), (43, 1.0, 1.5)]
    assert len(decode([maps], PLAIN, find_profile("piano"))) == 3


def test_a_profile_hears_its_own_range() -> None:
    maps = maps_of(Note(0.5, 100, 1.0))
    assert len(decode([maps], PLAIN, find_profile("piano"))) == 1
    assert decode([maps], PLAIN, find_profile("bass")) == ()


def test_thresholds_survive_json_and_know_what_older_models_hold() -> None:
    learned = Thresholds(0.45, 0.25, 0.4, 8, 0.2, (1.0,) * 9)
    assert Thresholds.from_dict(learned.to_dict()) == learned
    older = {"onset": 0.4, "sounding": 0.3, "offset": 0.5, "gap_steps": 4}
    assert Thresholds.from_dict(older) == Thresholds(sounding=0.3)
