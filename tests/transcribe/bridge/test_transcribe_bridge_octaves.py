"""Octaves below that belong to the sound go; those that were played stay."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.notes import Note
from daw_bridge.transcribe.bridge.decoding import Thresholds, decode
from daw_bridge.transcribe.bridge.octaves import in_the_sound
from daw_bridge.transcribe.profiles import find_profile
from tests.transcribe.bridge.test_transcribe_bridge_decoding import ONSET, maps_of

Strike = tuple[int, float, float]
"""Key, step, how sure."""


def kept(strikes: list[Strike], margin: float = 0.2) -> list[Strike]:
    strikes = sorted(strikes)
    key, step, sure = (np.array(column) for column in zip(*strikes, strict=True))
    gone = in_the_sound(key.astype(np.int64), step.astype(np.float64), sure.astype(np.float64), margin)
    return [strike for strike, is_gone in zip(strikes, gone, strict=True) if not is_gone]


LINE: list[Strike] = [(40 + i, 100.0 * i, 0.95) for i in range(6)]


def below(strikes: list[Strike], sure: float, late: float = 0.0) -> list[Strike]:
    return [(key - 12, step + late, sure) for key, step, _ in strikes]


def test_less_sure_octaves_below_half_the_notes_go() -> None:
    assert kept(LINE + below(LINE, 0.6)) == LINE
    assert kept(LINE + below(LINE, 0.6, late=3.9)) == LINE
    assert kept(LINE + below(LINE[:3], 0.6)) == LINE


def test_octaves_as_sure_as_their_notes_are_played() -> None:
    doubled = sorted(LINE + below(LINE, 0.9))
    assert kept(doubled) == doubled
    assert kept(doubled, margin=0.04) == LINE


def test_a_bass_below_few_notes_is_played() -> None:
    chords = [(key, 100.0 * i, 0.95) for i in range(4) for key in (48, 52, 55, 60)]
    part = sorted(chords + [(key - 12, step, 0.6) for key, step, _ in chords if key == 48])
    assert kept(part) == part
    some = sorted(LINE + below(LINE[:2], 0.6))
    assert kept(some) == some


def test_what_is_struck_later_is_no_octave_of_the_sound() -> None:
    part = sorted(LINE + below(LINE, 0.6, late=6.0))
    assert kept(part) == part


def test_of_three_octaves_the_lowest_goes() -> None:
    assert kept(LINE + below(LINE, 0.95) + below(below(LINE, 0.95), 0.5)) == sorted(LINE + below(LINE, 0.95))


def test_nothing_is_nothing() -> None:
    nothing = np.zeros(0)
    assert not len(in_the_sound(nothing.astype(np.int64), nothing, nothing, 0.2))


@given(
    st.lists(st.tuples(st.integers(0, 87), st.floats(-3, 400), st.floats(0.3, 1.0)), max_size=60, min_size=1),
    st.floats(0.0, 1.0),
)
def test_what_goes_has_a_note_an_octave_above_that_stays(strikes: list[Strike], margin: float) -> None:
    stay = kept(strikes, margin)
    gone = sorted(strikes)
    for strike in stay:
        gone.remove(strike)
    for key, step, _ in gone:
        assert any(k == key + 12 and abs(s - step) <= 5.0 for k, s, _ in stay)
    assert not gone or len(gone) <= len(strikes) / 2


def test_profiles_whose_octaves_are_played_keep_them() -> None:
    organ = maps_of(*(Note(0.3 + 0.5 * i, key, 0.7 + 0.5 * i) for i, key in enumerate((60, 64, 67))))
    below = maps_of(*(Note(0.3 + 0.5 * i, key, 0.7 + 0.5 * i) for i, key in enumerate((48, 52, 55))))
    below[ONSET] *= 0.6
    both, learned = np.maximum(organ, below), Thresholds(octave_margin=0.2)
    for profile, keys in (
        ("auto", [60, 64, 67]),
        ("keys", [60, 64, 67]),
        ("piano", [48, 52, 55, 60, 64, 67]),
    ):
        assert sorted(n.pitch for n in decode([both], learned, find_profile(profile))) == keys
    assert len(decode([both], Thresholds())) == 6
