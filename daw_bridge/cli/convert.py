"""`daw-bridge convert`: one shot, no session needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daw_bridge.cli.console import print_json, show_error, show_takes
from daw_bridge.cli.log import keep_log
from daw_bridge.cli.options import (
    AtOption,
    CompareOption,
    EditOption,
    EngineOption,
    Json,
    SessionOption,
    TempoOption,
    VariantOption,
    parse_edit_options,
    parse_position_option,
    parse_tempo_option,
    parse_variant_options,
)
from daw_bridge.core.errors import BridgeError, PluginError
from daw_bridge.core.formats import ExportFormat
from daw_bridge.core.notes import Profile

if TYPE_CHECKING:
    from daw_bridge.host.process import WorkerProcess
    from daw_bridge.service.conversion import Wanted


def convert(
    audio: Annotated[
        list[Path], typer.Argument(help="WAV, AIFF, FLAC, MP3 or OGG; or MIDI.", metavar="AUDIO")
    ],
    preset: Annotated[
        list[str] | None,
        typer.Option("--preset", "-p", help="Who plays the part. May be given again.", metavar="NAME"),
    ] = None,
    deliver: Annotated[
        Path, typer.Option("--deliver", "-d", help="Where the takes go.", metavar="DIR")
    ] = Path(),
    profile: Annotated[Profile, typer.Option(help="What kind of part to expect.")] = "auto",
    tempo: TempoOption = None,
    at: AtOption = None,
    session: SessionOption = None,
    export: Annotated[
        ExportFormat | None,
        typer.Option("--export", help="Deliver this besides: dawproject, for Bitwig, Studio One, Cubase."),
    ] = None,
    edit: EditOption = None,
    variant: VariantOption = None,
    compare: CompareOption = False,
    no_bends: Annotated[
        bool, typer.Option("--no-bends", help="Leave pitch bends out: notes stay at their keys.")
    ] = False,
    engine: EngineOption = None,
    separate: Annotated[
        bool, typer.Option("--separate", help="These are mixes: separate them into stems first, by demucs.")
    ] = False,
    json: Json = False,
) -> None:
    """Turn stems into MIDI and into audio on your instruments, once.

    Each stem gets a folder of its own below --deliver: the MIDI, one WAV a preset and the take file.

    \b
    Examples:
      daw-bridge convert bass.wav --preset fat-analog-sub --tempo 97
      daw-bridge convert chorus.wav --session "My Song Project" --at 17
      daw-bridge convert song.wav --separate
      daw-bridge convert stems/*.wav -p string-machine -t "97 7/8" -d takes/
    """
    if separate and profile != "auto":
        raise typer.BadParameter("Each stem of a mix has a profile of its own: leave --profile out.")
    from daw_bridge.host.process import started_ahead

    with started_ahead() as worker:
        from daw_bridge.transcribe import DEFAULT_ENGINE

        asked: Wanted = {
            "presets": preset or (),
            "profile": profile,
            "tempo": parse_tempo_option(tempo),
            "at": parse_position_option(at),
            "session": session,
            "exports": [export] if export else (),
            "bends": not no_bends,
            "edits": parse_edit_options(edit) if edit else None,
            "variants": parse_variant_options(variant),
            "compare": compare,
            "engine_name": engine or DEFAULT_ENGINE,
        }
        _convert(audio, deliver, asked, worker, separate=separate, json=json)


def _convert(
    audio: list[Path], deliver: Path, asked: Wanted, worker: WorkerProcess, *, separate: bool, json: bool
) -> None:
    from daw_bridge.cli.data import error_as_data, take_as_data
    from daw_bridge.cli.reporter import Reporter
    from daw_bridge.service.bridge import Bridge

    keep_log()
    takes, failures = [], []
    with Bridge(ahead=worker) as bridge, Reporter(is_quiet=json) as reporter:
        for stem in audio:
            try:
                if separate:
                    takes += bridge.convert_mix(stem, deliver_to=deliver, tell=reporter, **asked)
                else:
                    takes.append(bridge.convert(stem, deliver_to=deliver, tell=reporter, **asked))
            except BridgeError as error:
                failures.append(error)
                if not json:
                    show_error(error)
    if json:
        done = [take_as_data(take) for take in takes]
        print_json({"takes": done, "errors": [error_as_data(error) for error in failures]})
    elif takes:
        show_takes(takes)
    if failures:
        raise typer.Exit(failures[0].exit_code)
    if any(rendering.error for take in takes for rendering in take.take.renderings):
        raise typer.Exit(PluginError.exit_code)
