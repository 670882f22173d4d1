"""Fitting a part to an instrument: nothing is lost that need not be, nothing is out of range."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.notes import Note, Part
from daw_bridge.host.fitting import CHORD_S, fit_part, fold_pitch
from daw_bridge.presets import NoteFit


@st.composite
def parts(draw: st.DrawFn) -> Part:
    notes = draw(
        st.lists(
            st.builds(
                lambda onset, pitch, length, velocity: Note(
                    onset / 1000, pitch, (onset + length) / 1000, velocity
                ),
                st.integers(0, 5000),
                st.integers(0, 127),
                st.integers(1, 2000),
                st.integers(1, 127),
            ),
            max_size=30,
        )
    )
    return Part(tuple(notes), 8.0)


fits = st.builds(
    lambda transpose, voices, low, span, gain: NoteFit.model_validate(
        {
            "transpose": transpose,
            "voices": voices,
            "range": {"lowest": low, "highest": low + span},
            "velocity": {"gain": gain},
        }
    ),
    st.integers(-48, 48),
    st.sampled_from(["poly", "mono"]),
    st.integers(0, 100),
    st.integers(11, 27),
    st.floats(0.1, 4.0),
)


@given(parts(), fits)
def test_all_notes_are_playable(part: Part, fit: NoteFit) -> None:
    fitted = fit_part(part, fit)
    assert fit.range is not None
    for note in fitted.notes:
        assert fit.range.lowest <= note.pitch <= fit.range.highest
        assert 1 <= note.velocity <= 127
    assert fitted.duration_s == part.duration_s


@given(parts(), fits)
def test_folding_keeps_the_pitch_class_and_polyphony_keeps_every_onset(part: Part, fit: NoteFit) -> None:
    poly = fit.model_copy(update={"voices": "poly"})
    before = sorted((n.onset_s, n.offset_s, (n.pitch + fit.transpose) % 12) for n in part.notes)
    after = sorted((n.onset_s, n.offset_s, n.pitch % 12) for n in fit_part(part, poly).notes)
    assert before == after


@given(parts())
def test_mono_is_one_voice_on_onsets_that_were_there(part: Part) -> None:
    fitted = fit_part(part, NoteFit(voices="mono"))
    assert bool(fitted.notes) == bool(part.notes)
    assert {(n.onset_s, n.pitch) for n in fitted.notes} <= {(n.onset_s, n.pitch) for n in part.notes}
    for note, following in itertools.pairwise(fitted.notes):
        assert note.offset_s <= following.onset_s


@given(st.integers(-48, 175), st.integers(0, 116), st.integers(11, 60))
def test_folding_moves_by_the_fewest_octaves(pitch: int, lowest: int, span: int) -> None:
    folded = fold_pitch(pitch, lowest, lowest + span)
    assert lowest <= folded <= lowest + span
    assert (folded - pitch) % 12 == 0
    nearer = folded - 12 if folded > pitch else folded + 12
    assert folded == pitch or not lowest <= nearer <= lowest + span


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        ({}, [(0.0, 48, 2.0), (0.01, 64, 1.0), (0.5, 55, 1.5)]),
        ({"voices": "mono"}, [(0.01, 64, 0.5), (0.5, 55, 1.5)]),
        ({"transpose": -12, "range": "C1..B1"}, [(0.0, 36, 2.0), (0.01, 40, 1.0), (0.5, 43, 1.5)]),
    ],
)
def test_a_chord_and_a_note(fit: dict[str, Any], expected: list[tuple[float, int, float]]) -> None:
    part = Part((Note(0.0, 48, 2.0), Note(0.01, 64, 1.0), Note(0.5, 55, 1.5)), 3.0)
    fitted = fit_part(part, NoteFit.model_validate(fit))
    assert [(n.onset_s, n.pitch, n.offset_s) for n in fitted.notes] == expected


def test_notes_further_apart_than_a_chord_stay_two() -> None:
    later_s = 1.0 + CHORD_S + 0.001
    part = Part((Note(1.0, 60, 2.0), Note(later_s, 55, 2.0)), 3.0)
    fitted = fit_part(part, NoteFit(voices="mono"))
    assert [(n.pitch, n.offset_s) for n in fitted.notes] == [(60, later_s), (55, 2.0)]
