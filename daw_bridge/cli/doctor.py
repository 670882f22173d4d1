"""`daw-bridge doctor`: what is installed, which folders, which plugins, what is wrong and how to mend it."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from daw_bridge.cli.console import print_json, stdout
from daw_bridge.cli.log import LOG_NAME
from daw_bridge.cli.options import Json
from daw_bridge.core.errors import BridgeError, SettingsInvalid

PACKAGES = ("pedalboard", "dawdreamer", "onnxruntime", "basic-pitch", "mido", "watchdog")


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `mend` says what to do when it is wrong, and is empty when it is right."""

    topic: str
    found: str
    mend: str = ""


def doctor(json: Json = False) -> None:
    """Look at this machine: packages, folders, plugins, instruments.

    Says what is wrong and how to mend it, and ends with exit code 1 then.
    """
    parts = [_looked_at("engine", _engine), _looked_at("instruments", _instruments)]
    findings = [*_packages(), *_folders(), *parts, *_set_aside()]
    plugins, folders = _plugins()
    if json:
        data = {"findings": [vars(f) for f in findings], "plugins": plugins, "plugin_folders": folders}
        print_json(data)
    else:
        _show(findings, plugins, folders)
    if any(finding.mend for finding in findings):
        raise typer.Exit(1)


def _show(findings: list[Finding], plugins: list[dict[str, str]], folders: list[str]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("", "", "", box=None, show_header=False, pad_edge=False)
    for finding in findings:
        mark = "[red]✗[/red]" if finding.mend else "[green]✓[/green]"
        table.add_row(mark, finding.topic, finding.found)
        if finding.mend:
            table.add_row("", "", f"[bold]{finding.mend}[/bold]")
    for plugin in plugins:
        table.add_row("[green]✓[/green]", plugin["format"], f"{plugin['name']}  [dim]{plugin['path']}[/dim]")
    if not plugins:
        table.add_row("–", "plugins", "none seen; the embedded instruments play without any")
    table.add_row("", "looked in", "[dim]" + "\n".join(map(escape, folders)) + "[/dim]")
    stdout(markup=True).print(table)


def _packages() -> list[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    findings = [Finding("python", f"{platform.python_version()} on {platform.platform()}")]
    for package in PACKAGES:
        try:
            findings.append(Finding(package, version(package)))
        except PackageNotFoundError:
            findings.append(
                Finding(package, "not installed", f"Install daw-bridge again, or: uv pip install {package}")
            )
    return findings


def _folders() -> list[Finding]:
    from daw_bridge.presets import factory_folder
    from daw_bridge.settings import load_user_settings, user_folder, user_state_folder

    findings = [
        Finding("your settings", str(user_folder() / "settings.yaml")),
        Finding("your presets", str(user_folder() / "presets")),
        Finding("your instruments", str(user_folder() / "instruments")),
        Finding("log", str(user_state_folder() / LOG_NAME)),
        Finding("factory presets", str(factory_folder().path)),
    ]
    findings.append(_looked_at("settings", lambda: f"{load_user_settings().workers} workers"))
    return findings


def _engine() -> str:
    from daw_bridge.transcribe import DEFAULT_ENGINE, engine, engine_names, pianist

    default = engine(DEFAULT_ENGINE)
    missing = () if pianist(DEFAULT_ENGINE) else ("transkun",)
    others = ", ".join(name for name in engine_names() if name not in (DEFAULT_ENGINE, *missing))
    return (
        f"{default.name} {default.version}"
        + (f"; also {others}" if others else "")
        + ("; transkun comes with the extra piano" if missing else "")
    )


def _instruments() -> str:
    from daw_bridge.service.bridge import Bridge

    with Bridge() as bridge:
        preset = bridge.library().find("fat-analog-sub")
        bridge.check(preset)
        count = sum(1 for _ in bridge.library().files())
    return f"{preset.name} plays; {count} presets"


def _plugins() -> tuple[list[dict[str, str]], list[str]]:
    """The plugins whose files are there, and the folders that they were looked for in."""
    from daw_bridge.host import installed_plugins
    from daw_bridge.host.finder import standard_folders
    from daw_bridge.settings import UserSettings, load_user_settings

    try:
        settings = load_user_settings()
    except SettingsInvalid:  # a finding of its own; the system's folders are looked through all the same
        settings = UserSettings()
    folders = [Path(folder).expanduser() for folder in settings.plugin_folders]
    plugins = [
        {"name": plugin.name, "format": plugin.format, "path": str(plugin.path)}
        for plugin in installed_plugins(folders)
    ]
    return plugins, [str(folder) for folder in (*folders, *standard_folders())]


def _set_aside() -> list[Finding]:
    from daw_bridge.host.plugins import Plugins

    try:
        aside = Plugins.of_user().set_aside()
    except SettingsInvalid:  # a finding of its own
        return []
    return [
        Finding(
            "set aside",
            f"{plugin.name}: {plugin.what}",
            f'Try again: daw-bridge plugins unblock "{plugin.name}"',
        )
        for plugin in aside
    ]


def _looked_at(topic: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(topic, look())
    except BridgeError as error:
        return Finding(topic, error.what.rstrip(), error.advice)
