"""`daw-bridge`: its commands, and how every error leaves it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from daw_bridge.cli.console import print_json, show_error
from daw_bridge.cli.convert import convert
from daw_bridge.cli.demo import demo
from daw_bridge.cli.doctor import doctor
from daw_bridge.cli.init import init
from daw_bridge.cli.play import play
from daw_bridge.cli.plugins import plugins
from daw_bridge.cli.ports import ports
from daw_bridge.cli.presets import presets
from daw_bridge.cli.revoice import revoice
from daw_bridge.cli.takes import takes
from daw_bridge.cli.watch import watch
from daw_bridge.core.errors import BridgeError

INTERRUPTED = 130

app = typer.Typer(
    name="daw-bridge",
    help="Bounce a stem, get the part back: MIDI on your session's grid, played by your own instrument.",
    epilog="First time here? Run: daw-bridge demo",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich takes twice as long to draw the help as all the rest
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from daw_bridge import version

        typer.echo(f"daw-bridge {version()}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    pass


app.command()(demo)
app.command()(init)
app.command()(watch)
app.command()(convert)
app.command()(revoice)
app.add_typer(takes, name="takes")
app.add_typer(presets, name="presets")
app.add_typer(plugins, name="plugins")
app.command()(play)
app.command()(ports)
app.command()(doctor)


def main() -> None:
    """The console script. Errors of ours end with their own exit code and no traceback."""
    try:
        app()
    except BridgeError as error:
        if "--json" in sys.argv:
            from daw_bridge.cli.data import error_as_data

            print_json({"error": error_as_data(error)})
        else:
            show_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
