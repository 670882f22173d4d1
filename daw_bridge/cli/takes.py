"""`daw-bridge takes`: what has come back, how it was made, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daw_bridge.cli.console import print_json, say, short, show_error, show_takes, stdout
from daw_bridge.cli.options import FolderOption, Json
from daw_bridge.core.errors import BridgeError, TakeMissing

if TYPE_CHECKING:
    from daw_bridge.deliver.take import Recipe
    from daw_bridge.deliver.take_file import FoundTake

takes = typer.Typer(help="What has come back, and how it was made.", no_args_is_help=True)
TakeName = Annotated[str, typer.Argument(help="A take, by name or path.", metavar="TAKE")]


def takes_folder(folder: Path) -> Path:
    """Where takes are looked for: the session's, if `folder` is one; else below the folder itself."""
    from daw_bridge.settings import SETTINGS_NAME, load_session

    folder = folder.expanduser().absolute()
    return load_session(folder).delivered if (folder / SETTINGS_NAME).is_file() else folder


def find_take_named(name: str, folder: Path) -> FoundTake:
    """The take that is meant. Raises TakeMissing, TakeInvalid."""
    from daw_bridge.deliver.finding import take_named
    from daw_bridge.deliver.take_file import find_take

    return find_take(take_named(name, takes_folder(folder)))


@takes.command("list")
def list_takes(folder: FolderOption = Path(), json: Json = False) -> None:
    """List the takes of a session, or below a folder."""
    from rich.table import Table

    from daw_bridge.cli.data import error_as_data, take_as_data
    from daw_bridge.deliver.finding import takes_below
    from daw_bridge.deliver.take import DeliveredTake
    from daw_bridge.deliver.take_file import find_take

    below = takes_folder(folder)
    found: list[FoundTake] = []
    errors: list[BridgeError] = []
    for file in takes_below(below) if below.is_dir() else ():
        try:
            found.append(find_take(file))
        except BridgeError as error:
            errors.append(error)
    if json:
        data = [take_as_data(DeliveredTake(one.file, one.take)) for one in found]
        print_json({"takes": data, "errors": [error_as_data(error) for error in errors]})
    else:
        table = Table("take", "notes", "bar", "tempo", "presets", "edits", box=None, pad_edge=False)
        table.columns[0].overflow = "fold"
        for one in found:
            take, name = one.take, one.folder.relative_to(below).as_posix()
            place = f"{take.place.bar}" if take.place.is_known else f"{take.place.bar}, a guess"
            recipe = take.recipe
            table.add_row(
                name, str(take.notes), place, f"{take.tempo.bpm:g}", ", ".join(recipe.presets), _edits(recipe)
            )
        stdout().print(table)
        if not found:
            say("!", f"There are no takes in {short(below)} yet.")
        for wrong in errors:
            show_error(wrong)
    if errors:
        raise typer.Exit(errors[0].exit_code)


@takes.command("show")
def show_take(name: TakeName, folder: FolderOption = Path(), json: Json = False) -> None:
    """Show what a take holds and how it was made."""
    from daw_bridge.cli.data import take_as_data
    from daw_bridge.deliver.take import DeliveredTake

    found = find_take_named(name, folder)
    delivered = DeliveredTake(found.file, found.take)
    if json:
        print_json(take_as_data(delivered))
    else:
        show_takes([delivered])


@takes.command("history")
def show_history(name: TakeName, folder: FolderOption = Path(), json: Json = False) -> None:
    """List what a take was made of, from the first to the last; `takes restore` goes back.

    \b
    Example:
      daw-bridge takes history bass
    """
    from rich.table import Table

    history = find_take_named(name, folder).take.history
    if json:
        print_json([version.model_dump(mode="json") for version in history])
        return
    table = Table("", "made", "presets", "edits and more", "notes", box=None, pad_edge=False)
    for version in history:
        source = version.taken_back
        notes = "as heard" if source is None else f"{source.notes} from {source.file}"
        recipe = version.recipe
        made = version.made.replace("T", " ")
        sounds = [*recipe.presets, *(f"{file} (recorded)" for file in version.recorded)]
        table.add_row(str(version.number), made, ", ".join(sounds), _edits(recipe), notes)
    stdout().print(table)


@takes.command("restore")
def restore(
    name: TakeName,
    number: Annotated[int, typer.Argument(help="A number from `takes history`.", metavar="NUMBER")],
    folder: FolderOption = Path(),
    json: Json = False,
) -> None:
    """Make a take again as it was once. What it is now stays in the history.

    \b
    Example:
      daw-bridge takes restore bass 1
    """
    from daw_bridge.cli.data import take_as_data
    from daw_bridge.cli.reporter import Reporter
    from daw_bridge.service.bridge import Bridge
    from daw_bridge.service.revoicing import revoice

    found = find_take_named(name, folder)
    version = next((v for v in found.take.history if v.number == number), None)
    if version is None:
        known = ", ".join(str(v.number) for v in found.take.history)
        raise TakeMissing(
            f"Its history has no number {number}.", where=found.file, advice=f"There are: {known}."
        )
    with Bridge() as bridge, Reporter(is_quiet=json) as reporter:
        was = found.changed(recipe=version.recipe, taken_back=version.taken_back)
        delivered = revoice(bridge, was, reporter)
    if json:
        print_json(take_as_data(delivered))
    else:
        show_takes([delivered])


@takes.command("remove")
def remove(
    name: TakeName,
    folder: FolderOption = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Delete a take's files, but none that was changed since. The bounce stays.

    \b
    Example:
      daw-bridge takes remove bass
    """
    from daw_bridge.deliver.removing import removable, remove_take

    found = find_take_named(name, folder)
    files = removable(found)
    if not yes:
        for file in files:
            stdout().print(short(file), markup=False)
        typer.confirm(f"Delete these {len(files)} files?", abort=True)
    left = remove_take(found)
    for file in left:
        say("!", f"{short(file)} stays: the take doesn't list it, or it was changed since.")
    say("✓", f"{found.folder.name} is removed; its bounce stays: {short(found.bounce)}")


def _edits(recipe: Recipe) -> str:
    """The edits with what is said of them, and whatever else is not as usual: `transpose: 12, tight`."""
    named = [edit.in_words() for edit in recipe.edits]
    more = [variant for variant in recipe.variants if variant != "played"]
    return ", ".join([*named, *more, *recipe.export, *(["compare"] if recipe.compare else [])])
