from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.session.choice import Choice, choose, split_tags
from daw_bridge.settings import Rule, Session, SessionSettings

PRESETS = {"fat-analog-sub", "glassy-digital-pad", "brass"}


def is_preset(name: str) -> bool:
    return name in PRESETS


def choice(below: str, *rules: Rule) -> Choice:
    session = Session(Path("/song"), SessionSettings(preset=("brass",), rules=rules))
    return choose(session, session.watched / below, is_preset)


BASS = Rule(match="*bass*", preset=("fat-analog-sub", "glassy-digital-pad"), profile="bass")


@pytest.mark.parametrize(
    ("below", "take", "presets"),
    [
        ("lead.wav", "lead", ("brass",)),
        ("Bass 2.wav", "Bass 2", ("fat-analog-sub", "glassy-digital-pad")),
        ("glassy-digital-pad/bass.wav", "bass", ("glassy-digital-pad",)),
        ("glassy-digital-pad/bass@brass.wav", "bass", ("brass",)),
        ("bass@brass@glassy-digital-pad.wav", "bass", ("brass", "glassy-digital-pad")),
        ("verse/bass@brass.wav", "verse/bass", ("brass",)),
        ("verse/glassy-digital-pad/pad.aif", "verse/pad", ("glassy-digital-pad",)),
        ("bass.v2.wav", "bass.v2", ("fat-analog-sub", "glassy-digital-pad")),
    ],
)
def test_tag_then_folder_then_rule_then_default(below: str, take: str, presets: tuple[str, ...]) -> None:
    chosen = choice(below, BASS)
    assert (chosen.take, chosen.presets, chosen.warnings) == (take, presets, ())


def test_the_first_rule_that_matches_wins() -> None:
    chosen = choice("sub bass.wav", Rule(match="sub*", profile="lead"), BASS)
    assert (chosen.presets, chosen.profile) == (("brass",), "lead")


def test_a_rule_sees_the_folders_too() -> None:
    assert choice("verse/lead.wav", Rule(match="verse/*", preset=("brass",), profile="pad")).profile == "pad"


def test_an_at_sign_that_names_no_preset_stays_in_the_name_and_is_said() -> None:
    chosen = choice("kick@140bpm.wav")
    assert (chosen.take, chosen.presets) == ("kick@140bpm", ("brass",))
    assert "@140bpm" in chosen.warnings[0]


@given(st.text(alphabet="ab@- ", min_size=1).filter(str.strip), st.sets(st.text(alphabet="ab", min_size=1)))
def test_every_name_gives_a_take_a_name(stem: str, presets: set[str]) -> None:
    name, tags, _ = split_tags(stem, presets.__contains__)
    assert name.strip()
    assert set(tags) <= presets


def test_a_rule_says_what_is_a_mix() -> None:
    mixes = Rule(match="*mix*", separate=True)
    assert choice("rough mix.wav", mixes).separate
    assert not choice("bass.wav", mixes, BASS).separate


def test_a_session_of_mixes_may_have_stems_too() -> None:
    settings = SessionSettings(separate=True, rules=(Rule(match="*bass*", separate=False),))
    session = Session(Path("/song"), settings)
    assert choose(session, session.watched / "song.wav", is_preset).separate
    assert not choose(session, session.watched / "bass.wav", is_preset).separate
