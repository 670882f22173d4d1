"""Making a session of a DAW's project folder: its `bridge.yaml` and the watched folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

from daw_bridge.core.errors import DeliveryFailed
from daw_bridge.core.files import write_whole
from daw_bridge.settings import SETTINGS_NAME, Session, load_session

TEMPLATE = """\
# How DAW Bridge serves this session. Every key is explained in docs/usage/settings.md.

watch: Bounces                # export your stems into this folder
deliver: Bridge               # takes come back into this one
preset: {preset}        # when nothing else names one; see `daw-bridge presets list`

# The first rule that matches a bounce's name wins:
# rules:
#   - match: "*bass*"
#     preset: [fat-analog-sub, glassy-digital-pad]
#     profile: bass

{found}
tempo: {tempo}
"""
SESSION_TEMPO = (
    "session                # or a number (97, 97 7/8), {file: map.mid}, link, clock, audio: a guess"
)
NOTHING_FOUND = (
    "no session file of a DAW that can be read. Save the session into this folder, or name the tempo below; "
    "until then it is guessed from the sound."
)


def start_session(
    folder: Path,
    *,
    preset: str = "fat-analog-sub",
    tempo: str | None = None,
    found: Sequence[str] = (NOTHING_FOUND,),
) -> Session:
    """Write a commented `bridge.yaml` into `folder` and make its watched folder.

    `found` are lines on the DAW's own session, kept as comments. A `bridge.yaml` that is there stays as it
    is. Raises DeliveryFailed, or SettingsInvalid for the file that is there.
    """
    folder = folder.expanduser().resolve()
    file = folder / SETTINGS_NAME
    if not file.exists():
        comments = [f"# {line}" for said in ("What was found here:", *found) for line in wrap(said, 100)]
        text = TEMPLATE.format(preset=preset, tempo=tempo or SESSION_TEMPO, found="\n".join(comments))
        write_whole(file, text.encode())
    session = load_session(folder)
    try:
        session.watched.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise DeliveryFailed(
            f"The folder can't be made ({cause.strerror}).",
            where=session.watched,
            advice="Check that you may write to the session's folder.",
        ) from cause
    return session
