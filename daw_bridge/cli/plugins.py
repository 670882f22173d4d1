"""`daw-bridge plugins`: which are on this machine, what can be set on them, which are set aside."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from daw_bridge.cli.console import print_json, say, stderr, stdout
from daw_bridge.cli.log import keep_log
from daw_bridge.cli.options import Json

if TYPE_CHECKING:
    from rich.progress import Progress

    from daw_bridge.host.catalog import KnownPlugin, ScannedFile
    from daw_bridge.host.finder import PluginFile
    from daw_bridge.host.plugins import Plugins
    from daw_bridge.host.questions import ParameterFacts

MANY_CHOICES = 12
"""More than these are not written out."""

plugins = typer.Typer(help="Which plugins are on this machine, and what they can do.", no_args_is_help=True)


@plugins.command()
def scan(
    again: Annotated[
        bool, typer.Option("--again", help="Open those as well that have not changed since the last scan.")
    ] = False,
    json: Json = False,
) -> None:
    """Look through the plugin folders.

    Each plugin is opened in a process of its own. One that crashes or hangs is listed with what happened,
    and left alone until it is updated or unblocked.
    """
    from daw_bridge.host.plugins import Plugins

    keep_log()
    found = Plugins.of_user()
    files, opened = _scan(found, again=again, is_quiet=json)
    if json:
        print_json({"opened": opened, "files": [_file_as_data(file) for file in files]})
        return
    console = stdout()
    count = sum(len(file.plugins) for file in files)
    console.print(f"Plugins: {count}, in files: {len(files)}, of which opened now: {opened}.")
    for file in files:
        for warning in file.warnings:
            say("!", f"{file.name}: {warning}")
        if file.failure is not None and not file.is_set_aside:
            say("!", f"{file.name}: {file.failure.what}")
    _show_set_aside(found)


@plugins.command("list")
def list_plugins(
    name: Annotated[str, typer.Option(help="Only those with this in their name.", metavar="WORD")] = "",
    maker: Annotated[
        str, typer.Option(help="Only those whose maker's name has this in it.", metavar="WORD")
    ] = "",
    kind: Annotated[
        Literal["instrument", "effect"] | None, typer.Option(help="Only instruments, or only effects.")
    ] = None,
    json: Json = False,
) -> None:
    """List the plugins that the last scan found, and those that are set aside."""
    from rich.table import Table
    from rich.text import Text

    from daw_bridge.host.plugins import Plugins

    found = Plugins.of_user()
    known = found.known(name=name, maker=maker, kind=kind)
    if json:
        aside = [{**asdict(entry), "path": str(entry.path)} for entry in found.set_aside()]
        print_json({"plugins": [_plugin_as_data(plugin) for plugin in known], "set_aside": aside})
        return
    console = stdout()
    if not found.catalog.files:
        console.print("No plugins are known yet: run `daw-bridge plugins scan`.")
    elif known:
        table = Table("plugin", "version", "maker", "kind", "file", box=None, pad_edge=False)
        for plugin in known:
            facts, file = plugin.facts, plugin.file
            words = (facts.name, facts.version, facts.maker, facts.kind, file.path.name)
            table.add_row(*map(Text, words))
        console.print(table)
    else:
        console.print("No plugin fits.")
    _show_set_aside(found)


@plugins.command()
def show(
    name: Annotated[str, typer.Argument(help="A plugin's name, or its file.", metavar="NAME")],
    plugin_name: Annotated[
        str | None, typer.Option("--plugin-name", help="Which plugin of a file that holds several.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what can be set on a plugin, and how it is set when it is loaded."""
    from rich.table import Table
    from rich.text import Text

    from daw_bridge.host.plugins import Plugins

    opened = Plugins.of_user().describe(name, plugin_name)
    if json:
        print_json(asdict(opened))
        return
    facts, console = opened.plugin, stdout()
    console.print(f"{facts.name} {facts.version}, {facts.kind} by {facts.maker}", style="bold", markup=False)
    table = Table("parameter", "is", "takes", box=None, pad_edge=False)
    for parameter in opened.parameters:
        table.add_row(parameter.name, Text(parameter.text), Text(_range_of(parameter)))
    console.print(table)


@plugins.command()
def unblock(
    name: Annotated[
        str, typer.Argument(help="A plugin that is set aside: its name, or its file.", metavar="NAME")
    ],
) -> None:
    """Give a plugin that was set aside another chance."""
    from daw_bridge.host.plugins import Plugins

    for freed in Plugins.of_user().unblock(name):
        say("✓", f"{freed} is opened again, by the next scan or render.")


def _scan(found: Plugins, *, again: bool, is_quiet: bool) -> tuple[list[ScannedFile], int]:
    """Every file, by name, and how many were opened; a bar on a terminal meanwhile."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = stderr()
    files, opened = [], 0
    progress = Progress(
        TextColumn("scanning"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.description}", style="dim"),
        console=console,
        transient=True,
        disable=is_quiet or not console.is_terminal,
    )
    bar = _Bar(progress)
    with progress, contextlib.closing(found.scan(again=again, begun=bar.begin)) as steps:
        for step in steps:
            files.append(step.file)
            opened += step.was_opened
            bar.move(step.done, step.total)
    return sorted(files, key=lambda file: file.name.casefold()), opened


class _Bar:
    """The scan's bar; its text is the plugin that was begun last."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._task = progress.add_task("", total=None)

    def begin(self, plugin: PluginFile, total: int) -> None:
        with self._lock:
            self._progress.update(self._task, description=plugin.name, total=total)

    def move(self, done: int, total: int) -> None:
        with self._lock:
            self._progress.update(self._task, completed=done, total=total)


def _show_set_aside(found: Plugins) -> None:
    aside = found.set_aside()
    for entry in aside:
        say("✗", f"{entry.name}: {entry.what}")
    if aside:
        stdout().print('  Set aside. Give one another chance with: daw-bridge plugins unblock "NAME"')


def _range_of(parameter: ParameterFacts) -> str:
    from daw_bridge.host.parameters import ParameterSpec

    choices = parameter.choices
    if len(choices) > MANY_CHOICES:
        return f"{choices[0]} … {choices[-1]} ({len(choices)} values)"
    spec = ParameterSpec(
        parameter.name,
        parameter.unit,
        parameter.minimum,
        parameter.maximum,
        tuple(choices),
        parameter.is_switch,
    )
    return spec.range_text


def _plugin_as_data(plugin: KnownPlugin) -> dict[str, Any]:
    return {**asdict(plugin.facts), "format": plugin.file.format, "path": str(plugin.file.path)}


def _file_as_data(file: ScannedFile) -> dict[str, Any]:
    return {**asdict(file), "path": str(file.path), "is_set_aside": file.is_set_aside}
