"""A take changed by a door: made again here, or by the bridge that watches its session."""

from __future__ import annotations

import time
from pathlib import Path

from daw_bridge.core.errors import SessionBusy, TakeUnanswered
from daw_bridge.core.files import write_whole
from daw_bridge.deliver.take import DeliveredTake
from daw_bridge.deliver.take_file import FoundTake, find_take, take_bytes
from daw_bridge.flow.events import Tell
from daw_bridge.journal import Journal
from daw_bridge.service.bridge import Bridge
from daw_bridge.service.refusals import refusal_of
from daw_bridge.session.lock import SessionLock
from daw_bridge.settings import SETTINGS_NAME, Session, load_session

LOOK_EVERY_S = 0.05
PATIENCE_S = 30.0
"""Added to a render's time limit: how long the other bridge may have other work."""


def session_of(take_file: Path) -> Session | None:
    """The session that a take was delivered to; None for one that was converted with no session.

    Raises SettingsInvalid.
    """
    for folder in take_file.absolute().parents:
        if (folder / SETTINGS_NAME).is_file():
            session = load_session(folder)
            return session if take_file.resolve().is_relative_to(session.delivered.resolve()) else None
    return None


def revoice(
    bridge: Bridge, changed: FoundTake, tell: Tell, *, anew: frozenset[str] = frozenset()
) -> DeliveredTake:
    """Make the take again as `changed` has it. Raises BridgeError.

    While another bridge watches the take's session, it is that one's to do: the change is written into the
    take file, which it waits for.
    """
    session = session_of(changed.file)
    if session is None:
        return bridge.revoice(changed, tell=tell, anew=anew)
    try:
        with SessionLock(session.state):
            journal = Journal(session.state / "journal.sqlite3", session.folder)
            try:
                return bridge.revoice(
                    changed, library=bridge.library(session), memory=journal, tell=tell, anew=anew
                )
            finally:
                journal.close()
    except SessionBusy:
        return _asked_for(changed, session.state, bridge.user.render_limit + PATIENCE_S)


def _asked_for(changed: FoundTake, state: Path, patience_s: float) -> DeliveredTake:
    """Write the change into the take file, and wait until whoever watches has made it, or says why not."""
    before = find_take(changed.file)
    content = take_bytes(changed.take, changed.file)
    if content == changed.file.read_bytes():
        return DeliveredTake(before.file, before.take)
    write_whole(changed.file, content)
    asked = find_take(changed.file).sha256
    ends_s = time.monotonic() + patience_s
    while time.monotonic() < ends_s:
        time.sleep(LOOK_EVERY_S)
        found = find_take(changed.file)
        if found.sha256 != asked and found.take.is_complete:
            return DeliveredTake(found.file, found.take)
        if (refusal := refusal_of(state, asked)) is not None:
            raise refusal
    raise TakeUnanswered(
        f"The bridge that watches this session has not made it again within {patience_s:.0f} s.",
        where=changed.file,
        advice="See what it says; what you wanted stands in the take file.",
    )
