"""Targets hold the notes exactly, and decoding gives them back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.notes import Note
from daw_bridge.training.scoring import score
from daw_bridge.training.targets import targets
from daw_bridge.transcribe.bridge.decoding import Thresholds, decode
from daw_bridge.transcribe.bridge.maps import STEP_S

FRAMES = 200
SOUNDING, ONSET, OFFSET, VELOCITY = range(4)


@given(onset_s=st.floats(0.02, 3.0), length_s=st.floats(0.05, 1.2), pitch=st.integers(21, 108))
def test_masses_are_1_and_centred_on_the_note(onset_s: float, length_s: float, pitch: int) -> None:
    maps = targets([Note(onset_s, pitch, onset_s + length_s, 64)], FRAMES)[:, :, pitch - 21]
    middles_s = (np.arange(maps.shape[1]) + 0.5) * STEP_S
    for row, at_s in ((ONSET, onset_s), (OFFSET, onset_s + length_s)):
        assert maps[row].sum() == pytest.approx(1.0, abs=1e-5)
        assert (maps[row] * middles_s).sum() == pytest.approx(at_s, abs=1e-4)
    assert maps[SOUNDING].sum() * STEP_S == pytest.approx(length_s, abs=1e-4)
    assert maps[VELOCITY][maps[ONSET] > 0] == pytest.approx(64 / 127)


@given(first=st.integers(0, 150), transpose=st.integers(-5, 5))
def test_a_crop_is_a_part_of_the_whole(first: int, transpose: int) -> None:
    notes = [Note(0.3, 60, 1.7), Note(1.2345, 40, 2.0), Note(2.5, 72, 4.5)]
    whole = targets(notes, FRAMES)
    crop = targets(notes, 50, first_frame=first, transpose=transpose)
    expected = np.roll(whole, transpose, axis=2)[:, 2 * first : 2 * (first + 50)]
    # A note that begins or ends on a crop's very edge keeps the share of its mass that is inside.
    np.testing.assert_allclose(crop, expected, atol=1e-5)


def test_notes_outside_the_keyboard_are_left_out() -> None:
    assert not targets([Note(0.5, 20, 1.0), Note(0.5, 109, 1.0)], FRAMES).any()


def test_decoding_gives_the_notes_back() -> None:
    rng = np.random.default_rng(5)
    notes = [
        Note(onset_s, int(rng.integers(21, 109)), onset_s + 0.13, 90)
        for onset_s in 0.1 + 0.15 * np.arange(25) + rng.uniform(0, 0.02, 25)
    ]
    # And one key that is struck again without a gap.
    notes += [Note(0.5, 60, 1.0, 50), Note(1.0, 60, 1.5, 70), Note(1.5, 60, 1.58, 90)]
    found = decode([targets(notes, 2 * FRAMES)], Thresholds())
    counted = score(notes, found)
    assert (counted.right, counted.right_with_offset, counted.found) == (len(notes),) * 3
    assert np.abs(counted.onset_errors_s).max() < 0.001


def test_a_weak_onset_is_no_note() -> None:
    maps = targets([Note(0.5, 60, 1.0)], FRAMES)
    maps[ONSET] *= 0.3
    assert decode([maps], Thresholds(confidence=0.4)) == ()
    assert decode([maps], Thresholds(confidence=0.25))[0].confidence == pytest.approx(0.3, abs=0.01)
