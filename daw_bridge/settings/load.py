"""Reading the settings, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import platformdirs

from daw_bridge.core.document import load_document
from daw_bridge.core.errors import SessionMissing, SettingsInvalid
from daw_bridge.settings.schema import Rule, SessionSettings, UserSettings

SETTINGS_NAME = "bridge.yaml"
STATE_FOLDER = ".bridge"


@dataclass(frozen=True)
class Session:
    """A DAW's project folder, with its settings; all paths are absolute."""

    folder: Path
    settings: SessionSettings

    @property
    def watched(self) -> Path:
        """Where the DAW exports to."""
        return self.folder / self.settings.watch

    @property
    def delivered(self) -> Path:
        """Where takes go."""
        return self.folder / self.settings.deliver

    @property
    def state(self) -> Path:
        """Our journal and cache."""
        return self.folder / STATE_FOLDER

    @property
    def presets(self) -> Path:
        """The session's own presets, when it has any."""
        return self.state / "presets"

    def rule_for(self, below_watched: PurePosixPath) -> Rule | None:
        """The first rule whose pattern matches the bounce's path below the watched folder, in any case."""
        name = str(below_watched).casefold()
        return next((r for r in self.settings.rules if fnmatchcase(name, r.match.casefold())), None)


def load_session(folder: Path) -> Session:
    """Read `folder`'s bridge.yaml. Raises SessionMissing or SettingsInvalid."""
    folder = folder.expanduser().resolve()
    file = folder / SETTINGS_NAME
    if not file.is_file():
        raise SessionMissing(
            f"There is no {SETTINGS_NAME} in this folder.",
            where=folder,
            advice=f'Make one with `daw-bridge init "{folder}"`.',
        )
    settings = load_document(file, SessionSettings, SettingsInvalid)
    return Session(folder, settings)


def user_folder() -> Path:
    """Where the user's own settings and presets lie on this system."""
    return Path(platformdirs.user_config_dir("daw-bridge", appauthor=False))


def user_state_folder() -> Path:
    """Where the bridge keeps what it remembers outside of sessions, and its log."""
    return Path(platformdirs.user_state_dir("daw-bridge", appauthor=False))


def load_user_settings(folder: Path | None = None) -> UserSettings:
    """Read the user's `settings.yaml`; the defaults when there is none. Raises SettingsInvalid."""
    file = (folder or user_folder()) / "settings.yaml"
    return load_document(file, UserSettings, SettingsInvalid) if file.is_file() else UserSettings()
