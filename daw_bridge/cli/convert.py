"""`daw-bridge convert`: one shot, no session needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from daw_bridge.cli.console import Reporter, error_as_data, print_json, show_error, show_takes, take_as_data
from daw_bridge.cli.options import Json, TempoOption, parse_tempo_option
from daw_bridge.core.errors import BridgeError


def convert(
    audio: Annotated[list[Path], typer.Argument(help="WAV, AIFF, FLAC, MP3 or OGG.", metavar="AUDIO...")],
    preset: Annotated[
        list[str] | None, typer.Option("--preset", "-p", help="Who plays the part. May be given again.")
    ] = None,
    deliver: Annotated[
        Path, typer.Option("--deliver", "-d", help="Where the takes go.", metavar="DIR")
    ] = Path("."),
    profile: Annotated[
        str, typer.Option(help="What to expect: auto, bass, lead, piano, keys, pad, guitar, vocal, drums.")
    ] = "auto",
    tempo: TempoOption = None,
    json: Json = False,
) -> None:
    """Turn stems into MIDI and into audio on your own instruments, once.

    Each stem gets a folder of its own below --deliver: the MIDI, one WAV a preset and the take file.

    [dim]daw-bridge convert bass.wav --preset fat-analog-sub --tempo 97 --deliver takes/[/dim]

    [dim]daw-bridge convert stems/*.wav -p glassy-digital-pad -p fat-analog-sub --tempo "97 7/8"[/dim]
    """
    wanted = parse_tempo_option(tempo)
    from daw_bridge.service import Bridge

    takes, failures = [], []
    with Bridge() as bridge, Reporter(as_json=json) as reporter:
        listener = (lambda event: None) if json else reporter
        for stem in audio:
            try:
                takes.append(
                    bridge.convert(
                        stem,
                        deliver_to=deliver,
                        presets=preset or (),
                        profile=profile,
                        tempo=wanted,
                        tell=listener,
                    )
                )
            except BridgeError as error:
                failures.append(error)
                if not json:
                    show_error(error)
    if json:
        print_json({"takes": [take_as_data(t) for t in takes], "errors": [error_as_data(e) for e in failures]})
    elif takes:
        show_takes(takes)
    if failures:
        raise typer.Exit(failures[0].exit_code)
    if any(rendering.error for take in takes for rendering in take.take.renderings):
        from daw_bridge.core.errors import PluginError

        raise typer.Exit(PluginError.exit_code)
