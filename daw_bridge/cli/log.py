"""The log: what the bridge did and met, for reports of errors that nobody foresaw."""

from __future__ import annotations

LOG_NAME = "daw-bridge.log"
MAX_BYTES = 1_000_000


def keep_log() -> None:
    """Log into the user's state folder; three files of a megabyte at most."""
    import logging
    from logging.handlers import RotatingFileHandler

    from daw_bridge.settings import user_state_folder

    folder = user_state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / LOG_NAME, maxBytes=MAX_BYTES, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("daw_bridge")
    root.setLevel(logging.INFO)
    root.addHandler(handler)
