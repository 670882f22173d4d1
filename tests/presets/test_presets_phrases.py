"""The phrases: which preset gets which, and that they are playable and of one length."""

from __future__ import annotations

from itertools import pairwise

import pytest

from daw_bridge.core.notes import Part
from daw_bridge.presets import Preset
from daw_bridge.presets.phrases import (
    BASS_LINE,
    BEAT,
    CHORDS,
    DURATION_S,
    FAMILIES,
    LEAD_LINE,
    phrase_for,
)


def preset(*tags: str, **fit: object) -> Preset:
    return Preset.model_validate(
        {"name": "A", "tags": tags, "instrument": {"faust": "analog"}, "notes": {**fit}}
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_a_phrase_fills_its_four_bars(family: str) -> None:
    phrase = FAMILIES[family]
    assert phrase.duration_s == pytest.approx(9.6) == DURATION_S
    assert phrase.notes[0].onset_s == 0.0
    assert DURATION_S - 1.0 < phrase.end_s <= DURATION_S


@pytest.mark.parametrize("phrase", [LEAD_LINE, BASS_LINE])
def test_a_line_has_one_voice(phrase: Part) -> None:
    notes = phrase.notes
    assert all(note.offset_s < following.onset_s for note, following in pairwise(notes))


def test_the_first_tag_that_names_a_family_chooses() -> None:
    assert phrase_for(preset("analog", "bass", "pad")) is BASS_LINE
    assert phrase_for(preset("drums", "bass")) is BEAT
    assert phrase_for(preset("organ", "bass")) is CHORDS
    assert phrase_for(preset("lead", "supersaw")) is LEAD_LINE
    assert phrase_for(preset("lead", "chords")) is CHORDS


def test_without_a_family_the_voices_choose() -> None:
    assert phrase_for(preset()) is CHORDS
    assert phrase_for(preset("odd", voices="mono")) is LEAD_LINE
    assert phrase_for(preset("odd", voices="mono", range="E0..E3")) is BASS_LINE
