"""`daw-bridge watch`: the daemon."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from daw_bridge.cli.console import short, show_session, stderr
from daw_bridge.cli.log import keep_log
from daw_bridge.cli.options import Json


def watch(
    sessions: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders with a bridge.yaml; this one by default.", metavar="FOLDER"),
    ] = None,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look at the folders in turns; for network drives.")
    ] = False,
    json: Json = False,
) -> None:
    """Wait for bounces and answer each with its take. Ctrl-C ends it.

    Bounces that were made while the bridge was off are found at the start.

    \b
    Examples:
      daw-bridge watch "My Song Project"
      daw-bridge watch --poll /Volumes/Studio/Song
    """
    from daw_bridge.cli.reporter import Reporter
    from daw_bridge.service.bridge import Bridge
    from daw_bridge.service.serving import OpenSession
    from daw_bridge.settings import ListenedTempo, load_session

    keep_log()
    opened = [load_session(folder) for folder in sessions or [Path()]]
    ended = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: ended.set())
    console = stderr()
    with Bridge() as bridge, Reporter(as_json=json, tells_all=True) as reporter, ExitStack() as stack:
        for session in opened:
            serving = stack.enter_context(OpenSession(bridge, session, reporter, poll=poll or None))
            if not json:
                console.print(f"Watching {short(session.watched)} (Ctrl-C ends it)")
                show_session(serving.reading.read(), console)
                if isinstance(session.settings.tempo, ListenedTempo):
                    console.print(f"Listening to {session.settings.tempo.what} for the tempo")
        while not ended.wait(timeout=1.0):  # a wait without end would keep Windows from seeing Ctrl-C
            pass
