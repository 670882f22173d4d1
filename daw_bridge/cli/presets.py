"""`daw-bridge presets`: which sounds there are, what one says, and whether it is right."""

from __future__ import annotations

from typing import Annotated

import typer

from daw_bridge.cli.capture import capture, edit
from daw_bridge.cli.console import print_json, short, show_error, stdout
from daw_bridge.cli.listen import listen
from daw_bridge.cli.options import Json
from daw_bridge.core.errors import BridgeError

presets = typer.Typer(help="What sounds there are, and whether they are right.", no_args_is_help=True)


@presets.command("list")
def list_presets(
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None, json: Json = False
) -> None:
    """List every preset that can be named."""
    from rich.table import Table

    from daw_bridge.presets import load_preset
    from daw_bridge.service import Bridge

    with Bridge() as bridge:
        found = [(folder.origin, load_preset(path)) for folder, path in bridge.library().files()]
    wanted = [(origin, p) for origin, p in found if tag is None or tag in p.preset.tags]
    if json:
        print_json([{"slug": p.slug, "origin": o, **p.preset.model_dump(mode="json")} for o, p in wanted])
        return
    table = Table("preset", "name", "instrument", "tags", "from", box=None, pad_edge=False)
    for origin, p in sorted(wanted, key=lambda row: row[1].slug):
        table.add_row(p.slug, p.name, p.preset.instrument.label, ", ".join(p.preset.tags), origin)
    stdout().print(table)


@presets.command("show")
def show_preset(name: Annotated[str, typer.Argument(help="A preset's name.")]) -> None:
    """Show one preset's file."""
    from daw_bridge.service import Bridge

    with Bridge() as bridge:
        found = bridge.library().find(name)
    console = stdout()
    console.print(f"[dim]# {short(found.path)}[/dim]")
    console.print(found.path.read_text(encoding="utf-8"), markup=False, end="")


@presets.command("check")
def check_presets(
    names: Annotated[list[str] | None, typer.Argument(help="Presets or files; all by default.")] = None,
    json: Json = False,
) -> None:
    """Load presets into their instruments and say every mistake."""
    from daw_bridge.cli.data import error_as_data
    from daw_bridge.service import Bridge

    errors: list[BridgeError] = []
    with Bridge() as bridge:
        library = bridge.library()
        wanted = names or [str(path) for _, path in library.files()]
        for name in wanted:
            try:
                bridge.check(library.find(name))
            except BridgeError as error:
                errors.append(error)
                if not json:
                    show_error(error)
    if json:
        print_json({"checked": len(wanted), "errors": [error_as_data(error) for error in errors]})
    elif not errors:
        stdout().print(f"[green]✓[/green] {len(wanted)} presets are right.")
    if errors:
        raise typer.Exit(errors[0].exit_code)


presets.command("listen")(listen)
presets.command("capture")(capture)
presets.command("edit")(edit)
