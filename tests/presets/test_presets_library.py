"""Which preset a name finds, and what one that came with a session may not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.core.errors import PresetInvalid
from daw_bridge.presets import PresetFolder, PresetLibrary

BY_NAME = 'name: Mine\ninstrument: {plugin: "Surge XT"}\n'
BY_FILE = "name: Mine\ninstrument: {path: ./surprise.vst3}\n"


def library(session: Path, user: Path) -> PresetLibrary:
    folders = [PresetFolder("session", session / ".bridge" / "presets"), PresetFolder("user", user)]
    return PresetLibrary(folders, session=session)


@pytest.fixture
def user(tmp_path: Path) -> Path:
    folder = tmp_path / "user"
    folder.mkdir()
    return folder


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    (folder / ".bridge" / "presets").mkdir(parents=True)
    return folder


def test_the_sessions_preset_is_found_before_the_users(session: Path, user: Path) -> None:
    (user / "mine.yaml").write_text(BY_NAME)
    assert library(session, user).find("mine").path.parent == user
    (session / ".bridge" / "presets" / "mine.yaml").write_text(BY_NAME)
    assert library(session, user).find("Mine").path.parent != user


@pytest.mark.parametrize(
    "preset",
    [
        BY_FILE,
        f"{BY_NAME}fallback: {{path: ./surprise.vst3}}\n",
        f"{BY_NAME}effects:\n  - plugin: {{path: ./surprise.vst3}}\n",
    ],
)
def test_a_sessions_preset_names_no_plugin_by_its_file(session: Path, user: Path, preset: str) -> None:
    named_by_path = session / "elsewhere.yaml"
    for path in (session / ".bridge" / "presets" / "mine.yaml", named_by_path):
        path.write_text(preset)
    for name in ("mine", str(named_by_path)):
        with pytest.raises(PresetInvalid, match="came with the session"):
            library(session, user).find(name)


def test_the_users_own_presets_may(session: Path, user: Path) -> None:
    (user / "mine.yaml").write_text(BY_FILE)
    assert library(session, user).find("mine").preset.instrument.path == "./surprise.vst3"
