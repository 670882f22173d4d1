"""Why a take that was changed was not made again: left in the session for the door that asked for it.

The bridge that watches holds the journal; a command that wrote into a take file reads the answer here.
"""

from __future__ import annotations

import json
from pathlib import Path

from daw_bridge.core.errors import BridgeError, error_class
from daw_bridge.core.files import write_whole

FILE_NAME = "refused.json"
MOST_BYTES = 100_000


def remember_refusal(state: Path, take_file: Path, sha256: str, error: BridgeError) -> None:
    """Keep what was said of this content of the take file, in place of whatever was kept. Raises
    DeliveryFailed."""
    where = None if error.where is None else str(error.where)
    said = {"file": take_file.as_posix(), "sha256": sha256, "code": error.code, "what": error.what}
    write_whole(state / FILE_NAME, json.dumps(said | {"where": where, "advice": error.advice}).encode())


def refusal_of(state: Path, sha256: str) -> BridgeError | None:
    """What was said of a take file of this content, if it was refused last."""
    try:
        with (state / FILE_NAME).open("rb") as file:
            said = json.loads(file.read(MOST_BYTES))
        if said["sha256"] != sha256:
            return None
        return error_class(said["code"])(said["what"], where=said["where"], advice=said["advice"])
    except (OSError, ValueError, KeyError, TypeError):  # there is none, or somebody else wrote one
        return None
