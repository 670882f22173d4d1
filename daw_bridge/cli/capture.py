"""`daw-bridge presets capture` and `presets edit`: a plugin's own sound, kept as a preset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daw_bridge.cli.console import print_json, say, short, stderr, stdout
from daw_bridge.cli.log import keep_log
from daw_bridge.cli.options import Json

if TYPE_CHECKING:
    from daw_bridge.host.errands import Tell
    from daw_bridge.host.parameters import Value
    from daw_bridge.host.protocol import Doing
    from daw_bridge.service.capture import Saved

Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help='Set a parameter first, such as "cutoff=320 Hz". May be given again.',
        metavar="NAME=VALUE",
    ),
]
NoEditor = Annotated[
    bool, typer.Option("--no-editor", help="Show no window: the sound is what --set and the preset say.")
]
Audition = Annotated[
    Path | None,
    typer.Option(help="A take whose part plays in a loop while the window is open.", metavar="TAKE"),
]


def capture(
    name: Annotated[str, typer.Argument(help="What the preset is to be called.")],
    plugin: Annotated[str, typer.Option("--plugin", help="A plugin's name, or its file.")],
    plugin_name: Annotated[
        str | None, typer.Option("--plugin-name", help="Which plugin of a file that holds several.")
    ] = None,
    from_vstpreset: Annotated[
        Path | None,
        typer.Option("--from-vstpreset", help="Take the sound from this file; no window.", metavar="FILE"),
    ] = None,
    settings: Settings = None,
    no_editor: NoEditor = False,
    audition: Audition = None,
    tag: Annotated[list[str] | None, typer.Option(help="A word to find it by. May be given again.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a preset of this name.")] = False,
    json: Json = False,
) -> None:
    """Open a plugin's own window, and keep the sound that you find there as a preset.

    Close the window when you have it. The preset lies in your presets folder, the plugin's state beside it.
    """
    from daw_bridge.service.bridge import Bridge
    from daw_bridge.service.capture import Wishes, capture_preset

    keep_log()
    if from_vstpreset is not None and not from_vstpreset.is_file():
        raise typer.BadParameter(f"{from_vstpreset} is no file", param_hint="--from-vstpreset")
    shows = not no_editor and from_vstpreset is None
    wishes = Wishes(shows, parse_settings(settings), audition)
    with Bridge() as bridge:
        saved = capture_preset(
            bridge,
            name,
            plugin,
            wishes,
            plugin_name=plugin_name,
            vstpreset=from_vstpreset.resolve() if from_vstpreset else None,
            tags=tuple(tag or ()),
            replaces=replace,
            tell=_teller(is_quiet=json),
        )
    _show(saved, as_json=json)


def edit(
    name: Annotated[str, typer.Argument(help="A preset's name, or its file.")],
    settings: Settings = None,
    no_editor: NoEditor = False,
    audition: Audition = None,
    json: Json = False,
) -> None:
    """Open a preset's plugin again as it was kept, and keep it as you leave it.

    What was there lies beside it (`NAME.yaml~`); comments in the file are not carried over. A factory preset
    stays as it is: the changed one is a copy in your presets folder, which is found first.
    """
    from daw_bridge.service.bridge import Bridge
    from daw_bridge.service.capture import Wishes, edit_preset

    keep_log()
    wishes = Wishes(not no_editor, parse_settings(settings), audition)
    with Bridge() as bridge:
        preset = bridge.library().find(name)
        saved = edit_preset(bridge, preset, wishes, tell=_teller(is_quiet=json))
    _show(saved, as_json=json)


def parse_settings(settings: list[str] | None) -> dict[str, Value]:
    """`["cutoff=320 Hz", "resonance=0.35"]`, numbers as numbers. Raises typer.BadParameter."""
    parsed: dict[str, Value] = {}
    for setting in settings or ():
        name, sign, value = (part.strip() for part in setting.partition("="))
        if not (name and sign and value):
            raise typer.BadParameter(f"{setting!r} is not NAME=VALUE", param_hint="--set")
        try:
            parsed[name] = float(value)
        except ValueError:
            parsed[name] = value
    return parsed


def _teller(*, is_quiet: bool) -> Tell:
    console = stderr()
    said: list[str] = []

    def tell(doing: Doing) -> None:
        if doing.activity == "showing its window" and not said and not is_quiet:
            said.append(doing.activity)
            words = f"{doing.plugin}: its window is open. Close it when you have found the sound."
            console.print(words, markup=False)

    return tell


def _show(saved: Saved, *, as_json: bool) -> None:
    preset = saved.preset
    if as_json:
        print_json(
            {
                "slug": preset.slug,
                "file": str(preset.path),
                "copied_from": str(saved.copied_from.path) if saved.copied_from else None,
                "warnings": list(saved.warnings),
                "preset": preset.preset.model_dump(mode="json"),
            }
        )
        return
    for warning in saved.warnings:
        say("!", warning, console=stderr())
    if saved.copied_from is not None:
        say("!", f"{saved.copied_from.name} comes with the bridge and stays as it is; this is your own copy.")
    say("✓", f"{preset.name}: {short(preset.path)}")
    stdout().print(f"  Play a stem on it with: daw-bridge convert AUDIO --preset {preset.slug}", markup=False)
