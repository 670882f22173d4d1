"""A session's own file: found in its folder, and read again when the DAW has saved it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.core.errors import BridgeError
from daw_bridge.session.describing import describe
from daw_bridge.session.newest import STILL_S, Found, find_session_file, read_session_file
from daw_bridge.session.readers import SessionInfo

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Read:
    """What a session file says, if there is one that can be read, and what a user should know."""

    info: SessionInfo | None = None
    warnings: tuple[str, ...] = ()


NOTHING_READ = Read()


class SessionReading:
    """The session file in `folder`. `leave_out` are folders in it that are ours."""

    def __init__(self, folder: Path, leave_out: Sequence[Path] = ()) -> None:
        self._folder = folder
        self._leave_out = tuple(leave_out)
        self._kept: tuple[Found, Read] | None = None
        self._lock = threading.Lock()

    def read(self) -> Read:
        """What the newest session file says. What is wrong with it is a warning: the notes still come."""
        if not self._folder.is_dir():  # `init` makes it
            return NOTHING_READ
        try:
            found = find_session_file(self._folder, leave_out=self._leave_out)
            if (
                found is None and self._kept is not None
            ):  # some DAWs put the old file away before the new is there
                time.sleep(STILL_S)
                found = find_session_file(self._folder, leave_out=self._leave_out)
        except BridgeError as error:
            return Read(warnings=(str(error),))
        if found is None:
            self._kept = None
            return NOTHING_READ
        with self._lock:
            if self._kept is None or self._kept[0] != found:
                self._kept = (found, _read(found))
            return self._kept[1]


def _read(found: Found) -> Read:
    try:
        info = read_session_file(found)
    except BridgeError as error:
        log.warning("%s", error)
        return Read(warnings=(str(error),))
    log.info("read the session file %s: %s", found.file, describe(info))
    return Read(info, tuple(f"{found.file.name}: {note}." for note in info.notes))
