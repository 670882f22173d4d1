"""`daw-bridge presets`: which sounds there are, what one says, and whether it is right."""

from __future__ import annotations

from typing import Annotated

import typer

from daw_bridge.cli.capture import capture, edit
from daw_bridge.cli.console import print_json, say, short, show_error, stderr, stdout
from daw_bridge.cli.listen import listen
from daw_bridge.cli.options import Json
from daw_bridge.core.errors import BridgeError

presets = typer.Typer(help="What sounds there are, and whether they are right.", no_args_is_help=True)


@presets.command("list")
def list_presets(
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.", metavar="TAG")] = None,
    json: Json = False,
) -> None:
    """List every preset that can be named, and the mistakes of those that can't be read."""
    from rich.table import Table

    from daw_bridge.presets import StoredPreset, tagged
    from daw_bridge.service.bridge import Bridge

    with Bridge() as bridge:
        library = bridge.library()
    origins = {path: folder.origin for folder, path in library.files()}
    wanted: list[StoredPreset] = []
    errors: list[BridgeError] = []
    for slug in library.slugs():
        try:
            wanted.append(library.find(slug))
        except BridgeError as error:
            errors.append(error)
            show_error(error)
    wanted = tagged(wanted, tag) if tag else wanted
    if json:
        print_json(
            [{"slug": p.slug, "origin": origins[p.path], **p.preset.model_dump(mode="json")} for p in wanted]
        )
    else:
        table = Table("preset", "instrument", "tags", "from", box=None, pad_edge=False)
        table.columns[0].no_wrap = True  # it is what one types
        for p in wanted:
            table.add_row(p.slug, p.preset.instrument.label, ", ".join(p.preset.tags), origins[p.path])
        stdout().print(table)
    if errors:
        raise typer.Exit(errors[0].exit_code)


@presets.command("show")
def show_preset(name: Annotated[str, typer.Argument(help="A preset's name.", metavar="NAME")]) -> None:
    """Show one preset's file."""
    from daw_bridge.service.bridge import Bridge

    with Bridge() as bridge:
        found = bridge.library().find(name)
    console = stdout()
    console.print(f"# {short(found.path)}", style="dim")
    console.print(found.path.read_text(encoding="utf-8"), markup=False, end="")


@presets.command("check")
def check_presets(
    names: Annotated[
        list[str] | None, typer.Argument(help="Presets or files; all by default.", metavar="NAME")
    ] = None,
    json: Json = False,
) -> None:
    """Load presets into their instruments and say every mistake."""
    from daw_bridge.cli.data import error_as_data
    from daw_bridge.service.bridge import Bridge

    errors: list[BridgeError] = []
    warnings: list[dict[str, str]] = []
    with Bridge() as bridge:
        library = bridge.library()
        wanted = names or [str(path) for _, path in library.files()]
        for name in wanted:
            try:
                preset = library.find(name)
                for warning in bridge.check(preset):
                    warnings.append({"preset": preset.slug, "what": warning})
                    if not json:
                        say("!", f"{preset.name}: {warning}", console=stderr())
            except BridgeError as error:
                errors.append(error)
                if not json:
                    show_error(error)
    if json:
        found = [error_as_data(error) for error in errors]
        print_json({"checked": len(wanted), "errors": found, "warnings": warnings})
    elif not errors:
        say("✓", "1 preset is right." if len(wanted) == 1 else f"{len(wanted)} presets are right.")
    if errors:
        raise typer.Exit(errors[0].exit_code)


presets.command("listen")(listen)
presets.command("capture")(capture)
presets.command("edit")(edit)
