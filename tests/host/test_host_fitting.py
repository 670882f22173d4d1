"""Fitting a part to an instrument: nothing is lost that need not be, nothing is out of range."""

from __future__ import annotations

import itertools
from typing import Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daw_bridge.core.notes import Note, Part
from daw_bridge.core.voices import CHORD_S, fold_pitch, limit_voices
from daw_bridge.host.fitting import LEGATO_S, fit_part
from daw_bridge.presets import NoteFit

MONO: tuple[Literal["retrigger"], Literal["legato"]] = ("retrigger", "legato")


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
    lambda transpose, voices, mono, low, span, gain, curve, softest, louder: NoteFit.model_validate(
        {
            "transpose": transpose,
            "voices": voices,
            "mono": mono,
            "range": {"lowest": low, "highest": low + span},
            "velocity": {"gain": gain, "curve": curve, "min": softest, "max": softest + louder},
        }
    ),
    st.integers(-48, 48),
    st.sampled_from(["poly", "mono", 1, 3]),
    st.sampled_from(["retrigger", "legato"]),
    st.integers(0, 100),
    st.integers(11, 27),
    st.floats(0.1, 4.0),
    st.floats(0.1, 10.0),
    st.integers(1, 100),
    st.integers(0, 27),
)


@given(parts(), fits)
def test_all_notes_are_playable(part: Part, fit: NoteFit) -> None:
    fitted = fit_part(part, fit)
    assert fit.range is not None
    for note in fitted.notes:
        assert fit.range.lowest <= note.pitch <= fit.range.highest
        assert fit.velocity.min <= note.velocity <= fit.velocity.max
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


def voices_at(part: Part, time_s: float) -> int:
    return sum(note.onset_s <= time_s < note.offset_s for note in part.notes)


@given(parts())
@example(
    Part((Note(0.0, 60, 0.166), Note(0.146, 60, 0.147), Note(0.175, 61, 0.178), Note(0.177, 76, 0.192)), 1.0)
)
def test_legato_joins_what_touches_and_retrigger_does_not(part: Part) -> None:
    retriggered, legato = (fit_part(part, NoteFit(voices="mono", mono=mono)) for mono in MONO)
    assert [(n.onset_s, n.pitch) for n in retriggered.notes] == [(n.onset_s, n.pitch) for n in legato.notes]
    for (cut, joined), (_, following) in itertools.pairwise(
        zip(retriggered.notes, legato.notes, strict=True)
    ):
        touched = cut.offset_s >= following.onset_s - LEGATO_S
        assert (joined.offset_s > following.onset_s) == touched
        assert joined.offset_s <= following.onset_s + LEGATO_S or joined == cut
    for note in legato.notes:
        assert voices_at(legato, note.onset_s) <= 2


@given(parts(), st.integers(1, 5))
def test_no_more_voices_than_allowed_and_none_is_ended_in_vain(part: Part, voices: int) -> None:
    limited = Part(tuple(limit_voices(part.notes, voices)), part.duration_s)
    ends = {note.offset_s for note in part.notes} | {note.onset_s for note in limited.notes}
    for note in limited.notes:
        assert voices_at(limited, note.onset_s) <= voices
        assert note.offset_s in ends
    if all(voices_at(part, note.onset_s) <= voices for note in part.notes):
        assert limited.notes == part.notes


def test_the_softest_ends_for_a_new_note_and_of_two_the_older() -> None:
    loud, soft, softer = Note(0.0, 60, 9.0, 100), Note(1.0, 64, 9.0, 50), Note(2.0, 67, 9.0, 40)
    ended = limit_voices((loud, soft, softer), 2)
    assert [(n.pitch, n.offset_s) for n in ended] == [(60, 9.0), (64, 2.0), (67, 9.0)]
    even = limit_voices((Note(0.0, 60, 9.0), Note(1.0, 64, 9.0), Note(2.0, 67, 9.0)), 2)
    assert [(n.pitch, n.offset_s) for n in even] == [(60, 2.0), (64, 9.0), (67, 9.0)]
    chord = limit_voices((Note(0.0, 60, 1.0, 50), Note(0.0, 64, 1.0, 90), Note(0.0, 67, 1.0, 70)), 2)
    assert [n.pitch for n in chord] == [64, 67]


@given(st.integers(1, 127), st.integers(1, 127), st.floats(0.1, 10.0))
def test_a_velocity_curve_keeps_the_order_and_the_hardest(softer: int, harder: int, curve: float) -> None:
    softer, harder = sorted((softer, harder))
    fit = NoteFit.model_validate({"velocity": {"curve": curve}})
    part = Part((Note(0.0, 60, 1.0, softer), Note(1.0, 60, 2.0, harder), Note(2.0, 60, 3.0, 127)), 3.0)
    bent = [note.velocity for note in fit_part(part, fit).notes]
    assert bent == sorted(bent)
    assert bent[-1] == 127
    if curve >= 1.0:
        assert bent[0] <= softer


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
