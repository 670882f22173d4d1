"""`daw-bridge init`: make a session of a DAW's project folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from daw_bridge.cli.console import say, short, stdout
from daw_bridge.cli.log import keep_log
from daw_bridge.cli.options import TempoOption, parse_tempo_option

BOUNCES_TRIED = 5


def init(
    session: Annotated[Path, typer.Argument(help="The DAW's project folder.", metavar="FOLDER")] = Path(),
    tempo: TempoOption = None,
) -> None:
    """Make a session of a DAW's project folder.

    Looks for the DAW's session file, says what it reads there, writes a commented bridge.yaml, and makes
    the Bounces folder.

    \b
    Example:
      daw-bridge init "My Song Project" --tempo "97 7/8"
    """
    parse_tempo_option(tempo)
    keep_log()
    from daw_bridge.session.describing import describe
    from daw_bridge.session.reading import SessionReading
    from daw_bridge.session.start import NOTHING_FOUND, start_session

    is_new = not session.expanduser().exists()
    read = SessionReading(session.expanduser()).read()
    said = describe(read.info) if read.info else NOTHING_FOUND
    if read.info and not read.info.rate_hz and (rate_hz := _rate_of_bounces(session.expanduser())):
        said += f"; sample rate from the bounces: {rate_hz / 1000:g} kHz"
    found = (said, *read.warnings)
    started = start_session(session, tempo=tempo, found=found)
    console = stdout()
    for line in found:
        is_found = bool(read.info) and line == found[0]
        words = f"{line[:1].upper()}{line[1:]}" if line == NOTHING_FOUND else line
        say("✓" if is_found else "!", words, console=console)
    if is_new:
        say("!", f"Made the folder {short(started.folder)}: it was not there.", console=console)
    say("✓", short(started.folder / "bridge.yaml"), console=console)
    console.print(f"  Export stems into  {short(started.watched)}")
    console.print(f"  Takes come back to {short(started.delivered)}")
    console.print(f'  Now run: daw-bridge watch "{short(started.folder)}"')


def _rate_of_bounces(session: Path) -> int | None:
    """The sample rate of the newest bounce that can be opened."""
    from daw_bridge.core.errors import BridgeError
    from daw_bridge.intake.reader import open_bounce
    from daw_bridge.settings import SETTINGS_NAME, SessionSettings, load_session

    is_known = (session / SETTINGS_NAME).exists()
    watched = load_session(session).watched if is_known else session / SessionSettings().watch
    files = (path for path in watched.rglob("*") if path.is_file() and not path.name.startswith("."))
    for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[:BOUNCES_TRIED]:
        try:
            with open_bounce(path) as bounce:
                return bounce.rate_hz
        except BridgeError:  # not every file in there is audio
            continue
    return None
