from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.core.errors import SettingsInvalid
from daw_bridge.session.start import start_session
from daw_bridge.settings import FixedTempo


def test_a_new_session_has_settings_that_load_and_a_watched_folder(tmp_path: Path) -> None:
    session = start_session(tmp_path / "My Song", tempo="97 7/8")
    assert session.settings.tempo == FixedTempo(bpm=97, time_signature="7/8")
    assert session.watched.is_dir()
    assert start_session(tmp_path / "Other").settings.tempo == "session"


def test_settings_that_are_there_stay(tmp_path: Path) -> None:
    (tmp_path / "bridge.yaml").write_text("watch: Exports\n")
    session = start_session(tmp_path)
    assert session.watched == tmp_path.resolve() / "Exports"
    assert session.watched.is_dir()
    assert (tmp_path / "bridge.yaml").read_text() == "watch: Exports\n"


def test_settings_with_a_mistake_are_told_and_stay(tmp_path: Path) -> None:
    (tmp_path / "bridge.yaml").write_text("wtach: Exports\n")
    with pytest.raises(SettingsInvalid, match='Did you mean "watch"'):
        start_session(tmp_path)
