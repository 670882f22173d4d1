from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from daw_bridge.core.document import parse_document
from daw_bridge.core.errors import SessionMissing, SettingsInvalid
from daw_bridge.settings import FixedTempo, ListenedTempo, SessionSettings, load_session, load_user_settings


def settings(text: str) -> SessionSettings:
    return parse_document(text, SessionSettings, SettingsInvalid, where="bridge.yaml")


@pytest.mark.parametrize(
    ("text", "bpm", "meter"),
    [
        ("97", 97.0, "4/4"),
        ("123.5", 123.5, "4/4"),
        ('"97 7/8"', 97.0, "7/8"),
        ("97 7/8", 97.0, "7/8"),
        ("{bpm: 97, time_signature: 7/8}", 97.0, "7/8"),
    ],
)
def test_a_tempo_can_be_written_in_several_ways(text: str, bpm: float, meter: str) -> None:
    assert settings(f"tempo: {text}").tempo == FixedTempo(bpm=bpm, time_signature=meter)


@pytest.mark.parametrize(
    ("text", "listened"),
    [
        ("link", ListenedTempo(listen="link")),
        ("link 7/8", ListenedTempo(listen="link", time_signature="7/8")),
        ("clock", ListenedTempo(listen="clock")),
        ("clock IAC Driver Bus 1", ListenedTempo(listen="clock", port="IAC Driver Bus 1")),
        (
            "{listen: clock, port: IAC, time_signature: 3/4}",
            ListenedTempo(listen="clock", port="IAC", time_signature="3/4"),
        ),
    ],
)
def test_a_tempo_can_be_listened_for(text: str, listened: ListenedTempo) -> None:
    assert settings(f"tempo: {text}").tempo == listened


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tempo: fast", "'fast' is no tempo"),
        ("tempo: {listen: link, port: IAC}", "Ableton Link comes by no MIDI port"),
        ("tempo: {listen: radio}", "tempo.listen"),
        ("tempo: link 7/9", "7/9 is no time signature"),
        ("tempo: 5", "tempo.bpm: should be greater than or equal to 10"),
        ("tempo: {bpm: 97, time_signature: 7/9}", "7/9 is no time signature"),
        ("tempo: true", "tempo"),
        ("watch: ../elsewhere", "inside the session"),
        ("deliver: /tmp", "inside the session"),
        ("watch: .", "inside the session"),
        ("settle: 0", "settle"),
        ("preset: []", "preset"),
    ],
)
def test_what_would_go_wrong_later_is_told_now(text: str, said: str) -> None:
    with pytest.raises(SettingsInvalid) as raised:
        settings(text)
    assert said in raised.value.what
    assert raised.value.what.startswith("has 1 mistake")


def test_a_folder_without_settings_is_no_session(tmp_path: Path) -> None:
    with pytest.raises(SessionMissing, match="daw-bridge init"):
        load_session(tmp_path)


def test_patterns_are_read_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "bridge.yaml").write_text("rules: [{match: '*BASS*'}]")
    session = load_session(tmp_path)
    assert session.rule_for(PurePosixPath("Verse/Sub Bass.wav")) is not None
    assert session.rule_for(PurePosixPath("lead.wav")) is None


def test_the_users_file_may_be_missing_or_wrong(tmp_path: Path) -> None:
    assert load_user_settings(tmp_path).workers == 2
    (tmp_path / "settings.yaml").write_text("workers: 0")
    with pytest.raises(SettingsInvalid, match="workers"):
        load_user_settings(tmp_path)
