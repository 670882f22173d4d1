"""`daw-bridge record`: a take's part on a hardware synth, and its sound as the take's rendering."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daw_bridge.cli.console import print_json, say, short, stderr, stdout
from daw_bridge.cli.log import keep_log
from daw_bridge.cli.options import FolderOption, Json, needs_a_name
from daw_bridge.cli.play import (
    BankOption,
    CcOption,
    ChannelOption,
    FitOption,
    PartVariantOption,
    ProgramOption,
    bar_of,
    parse_patch,
    song_of_take,
)

if TYPE_CHECKING:
    from daw_bridge.deliver.take import DeliveredTake, TakeRendering
    from daw_bridge.live.playing import Moment


def record(
    take: Annotated[str, typer.Argument(help="A take, by name or path.", metavar="TAKE")],
    port: Annotated[
        str,
        typer.Option(
            "--port",
            help="The synth's MIDI port, or a part of its name.",
            metavar="NAME",
            callback=needs_a_name,
        ),
    ],
    audio_in: Annotated[
        str,
        typer.Option(
            "--audio-in",
            help="The audio device that it comes in by, or a part of its name.",
            metavar="NAME",
            callback=needs_a_name,
        ),
    ],
    inputs: Annotated[
        str | None,
        typer.Option(help="Which of the device's inputs: 3 or 3,4; the first two without it.", metavar="N"),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="What the synth or its sound is called; as its port without it.", metavar="NAME"),
    ] = None,
    latency: Annotated[
        float | None,
        typer.Option(help="Milliseconds, where they are known: no ping is played.", min=0, metavar="MS"),
    ] = None,
    tail: Annotated[
        float,
        typer.Option(help="So long its sound may last after the end.", min=0, max=300, metavar="SECONDS"),
    ] = 10.0,
    channel: ChannelOption = None,
    preset: FitOption = None,
    variant: PartVariantOption = "played",
    program: ProgramOption = None,
    bank: BankOption = None,
    cc: CcOption = None,
    folder: FolderOption = Path(),
    json: Json = False,
) -> None:
    """Play a take's part on a hardware synth, and record its sound as a rendering of the take.

    Short notes are played first: how late they are heard is the latency, which is taken off. It needs the
    extra `hardware`.

    \b
    Examples:
      daw-bridge record bass --port minilogue --audio-in "Scarlett 2i2"
      daw-bridge record bass --port minilogue --audio-in "Scarlett 18i20" --inputs 3,4 --name "Fat Mini"
      daw-bridge record bass --port TX7 --channel 2 --program 12 --audio-in "Scarlett 2i2" --latency 11.5
    """
    patch, chosen = parse_patch(program, bank, cc), _parse_inputs(inputs)
    from daw_bridge.cli.takes import find_take_named
    from daw_bridge.live.ping import Latency
    from daw_bridge.service.bridge import Bridge
    from daw_bridge.service.recording import HardwareSetup
    from daw_bridge.service.recording import record as recorded

    keep_log()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found = find_take_named(take, folder)
    song = song_of_take(found, variant, (), preset)
    hardware = HardwareSetup(
        port,
        audio_in,
        chosen,
        channel,
        patch,
        name,
        preset,
        None if latency is None else Latency(latency / 1000),
        tail,
    )
    console = stderr()
    with Bridge() as bridge, console.status(song.name) as status:
        if json or not console.is_terminal:
            status.stop()

        def show(moment: Moment) -> None:
            bar = bar_of(song, moment)
            status.update(f"{song.name}: recording" + (f", bar {bar} of {song.last_bar}" if bar else ""))

        delivered, rendering = recorded(
            bridge,
            found,
            song,
            hardware,
            on_step=lambda step: status.update(f"{song.name}: {step}"),
            on_moment=show,
        )
    if json:
        from daw_bridge.cli.data import take_as_data

        print_json({**take_as_data(delivered), "recorded": rendering.model_dump(mode="json")})
    else:
        _tell(delivered, rendering)


def _tell(delivered: DeliveredTake, rendering: TakeRendering) -> None:
    assert rendering.recorded is not None and rendering.file is not None
    taken_off = f"{rendering.recorded.latency_ms:g} ms of latency taken off"
    say("✓", f"{short(delivered.folder / rendering.file)}  {rendering.duration_s:.1f} s, {taken_off}")
    for warning in rendering.warnings:
        say("!", warning, console=stdout())


def _parse_inputs(text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    found = re.fullmatch(r"\s*([1-9]\d{0,2})\s*(?:,\s*([1-9]\d{0,2})\s*)?", text)
    if found is None:
        raise typer.BadParameter(f"{text!r} names no inputs; write 3 or 3,4", param_hint="--inputs")
    return tuple(int(number) for number in found.groups() if number)
