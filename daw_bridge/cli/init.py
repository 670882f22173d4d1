"""`daw-bridge init`: make a session of a DAW's project folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from daw_bridge.cli.console import short, stdout
from daw_bridge.cli.options import TempoOption, parse_tempo_option


def init(
    session: Annotated[Path, typer.Argument(help="The DAW's project folder.")] = Path(),
    tempo: TempoOption = None,
) -> None:
    """Make a session of a DAW's project folder.

    Writes a commented bridge.yaml into it, and makes its Bounces folder.

    \b
    Example:
      daw-bridge init "My Song Project" --tempo "97 7/8"
    """
    parse_tempo_option(tempo)
    from daw_bridge.session.start import start_session

    started = start_session(session, tempo=tempo)
    console = stdout()
    console.print(f"[green]✓[/green] {short(started.folder / 'bridge.yaml')}")
    console.print(f"  Export stems into  {short(started.watched)}")
    console.print(f"  Takes come back to {short(started.delivered)}")
    console.print(f'  Now run: daw-bridge watch "{short(started.folder)}"')
