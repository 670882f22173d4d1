"""Settings: `bridge.yaml` in a session, and the user's own file."""

from daw_bridge.settings.load import (
    SETTINGS_NAME,
    STATE_FOLDER,
    Session,
    load_session,
    load_user_settings,
    user_folder,
    user_state_folder,
)
from daw_bridge.settings.schema import (
    FixedTempo,
    ListenedTempo,
    Rule,
    SessionSettings,
    Tempo,
    TempoFile,
    UserSettings,
)

__all__ = [
    "SETTINGS_NAME",
    "STATE_FOLDER",
    "FixedTempo",
    "ListenedTempo",
    "Rule",
    "Session",
    "SessionSettings",
    "Tempo",
    "TempoFile",
    "UserSettings",
    "load_session",
    "load_user_settings",
    "user_folder",
    "user_state_folder",
]
