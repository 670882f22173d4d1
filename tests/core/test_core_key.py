"""The guessed key: right on scales and cadences, doubtful where there is doubt, unmoved by octaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.key import estimate_key
from daw_bridge.core.notes import Note

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 11)


def cadence(tonic: int, scale: tuple[int, ...]) -> list[Note]:
    """I IV V I, twice, a second a chord, the bass an octave below."""
    notes = []
    for bar, degree in enumerate((0, 3, 4, 0) * 2):
        keys = [48 + tonic + scale[(degree + step) % 7] for step in (0, 2, 4)]
        notes += [Note(float(bar), key, bar + 0.95) for key in (keys[0] - 12, *keys)]
    return notes


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("scale", [MAJOR, MINOR])
def test_a_cadence_tells_its_key(tonic: int, scale: tuple[int, ...]) -> None:
    guess = estimate_key(tuple(cadence(tonic, scale)))
    assert guess is not None
    assert (guess.tonic, guess.is_minor) == (tonic, scale == MINOR)
    assert guess.confidence > 0.4


def test_keys_are_named_as_musicians_write_them() -> None:
    names = []
    for tonic, scale in ((9, MINOR), (3, MAJOR), (6, MINOR), (10, MINOR)):
        guess = estimate_key(tuple(cadence(tonic, scale)))
        names.append(guess.name if guess else None)
    assert names == ["A minor", "Eb major", "F# minor", "Bb minor"]


def test_a_chromatic_line_is_doubtful() -> None:
    guess = estimate_key(tuple(Note(0.2 * step, 48 + step, 0.2 * step + 0.2) for step in range(36)))
    assert guess is not None
    assert guess.confidence < 0.35


@pytest.mark.parametrize("keys", [[], [60, 64, 67], [60] * 20, [60, 67] * 10])
def test_too_little_gives_no_key(keys: list[int]) -> None:
    assert estimate_key(tuple(Note(0.3 * i, key, 0.3 * i + 0.2) for i, key in enumerate(keys))) is None


@given(
    st.lists(st.tuples(st.integers(36, 83), st.floats(0.05, 1.5)), min_size=8, max_size=40),
    st.integers(1, 11),
)
def test_what_is_played_higher_has_its_key_higher(line: list[tuple[int, float]], up: int) -> None:
    notes, at_s = [], 0.0
    for pitch, length_s in line:
        notes.append(Note(at_s, pitch, at_s + length_s))
        at_s += length_s
    low = estimate_key(tuple(notes))
    high = estimate_key(tuple(Note(n.onset_s, n.pitch + up, n.offset_s) for n in notes))
    assert (low is None) == (high is None)
    if low is not None and high is not None:
        assert high.confidence == pytest.approx(low.confidence, abs=1e-6)
