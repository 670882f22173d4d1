"""`daw-bridge`: its commands, each imported when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from daw_bridge.cli.overview import NAMES, overview


def _version(wanted: bool) -> None:
    if wanted:
        from daw_bridge import version

        typer.echo(f"daw-bridge {version()}")
        raise typer.Exit


class _Commands(MutableMapping[str, Any]):
    """Commands by name."""

    def __init__(self) -> None:
        self._added: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._added:
            if name not in NAMES:
                raise KeyError(name)
            asked = getattr(import_module(f"daw_bridge.cli.{name}"), name)
            around = typer.Typer(rich_markup_mode=None, add_completion=False)
            if isinstance(asked, typer.Typer):
                around.add_typer(asked, name=name)
            else:
                around.command(name)(asked)
            self._added[name] = get_group(around).commands[name]
        return self._added[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._added[name] = command

    def __delitem__(self, name: str) -> None:
        del self._added[name]

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


class _Group(TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Commands()

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(overview())

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as mistake:
            mistake.message = _plainly(mistake.message)
            raise


def _plainly(message: str) -> str:
    """Typer's words for what can't be a value; where it is one of a few words, with the nearest of them."""
    message = message.removeprefix("Value error, ")
    choice = re.fullmatch(r"'(.*)' is not one of '(.*)'\.", message)
    if choice is None:
        return message
    from daw_bridge.core.document import did_you_mean

    wrong, known = choice[1], choice[2].split("', '")
    return f'"{wrong}" is unknown. {did_you_mean(wrong, known)}'


app = typer.Typer(
    name="daw-bridge",
    cls=_Group,
    rich_markup_mode=None,  # rich takes twice as long to draw the help as all the rest
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    pass
