"""`daw-bridge play`: a take's part on a synth, in time with the DAW."""

from __future__ import annotations

import math
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from daw_bridge.cli.console import print_json, say, short, show_error, stderr, stdout
from daw_bridge.cli.log import keep_log
from daw_bridge.cli.options import EditOption, FolderOption, Json, needs_a_name, parse_edit_options
from daw_bridge.core.errors import BridgeError

if TYPE_CHECKING:
    from rich.status import Status

    from daw_bridge.deliver.take_file import FoundTake
    from daw_bridge.edit import Edit
    from daw_bridge.live.player import Timing
    from daw_bridge.live.playing import LivePlayer, Moment
    from daw_bridge.live.program import Patch
    from daw_bridge.service.auditioning import TakeSong, Wish

ARRIVALS_S = 0.1
"""So often the bridge looks for takes that have come."""

PortOption = Annotated[
    str | None,
    typer.Option(
        "--port",
        help="The MIDI port to play to, or a part of its name.",
        metavar="NAME",
        callback=needs_a_name,
    ),
]
VirtualOption = Annotated[
    str | None,
    typer.Option(
        "--virtual",
        help="Open a port of this name instead, for the DAW to hear.",
        metavar="NAME",
        callback=needs_a_name,
    ),
]
ChannelOption = Annotated[int | None, typer.Option(help="Play on this channel.", min=1, max=16)]
ProgramOption = Annotated[
    int | None, typer.Option(help="Choose this patch first, 1 to 128.", min=1, max=128, metavar="N")
]
BankOption = Annotated[
    int | None, typer.Option(help="In this bank, 1 to 16384.", min=1, max=16384, metavar="N")
]
CcOption = Annotated[
    list[str] | None,
    typer.Option("--cc", help="Set a controller first: 74=64. May be given again.", metavar="N=VALUE"),
]
PartVariantOption = Annotated[
    str, typer.Option(help="Which of the take's MIDI files: played, tight.", metavar="NAME")
]
FitOption = Annotated[
    str | None,
    typer.Option("--preset", "-p", help="Fit the notes as this preset does: range, voices.", metavar="NAME"),
]


def play(
    take: Annotated[str | None, typer.Argument(help="A take, by name or path.", metavar="TAKE")] = None,
    port: PortOption = None,
    virtual: VirtualOption = None,
    sync: Annotated[
        Literal["none", "link", "clock"],
        typer.Option(help="Whose time: the part's own, Ableton Link's, or MIDI clock's."),
    ] = "none",
    clock_in: Annotated[
        str | None,
        typer.Option(
            help="The port that the clock comes in by; one of our own without it.",
            metavar="NAME",
            callback=needs_a_name,
        ),
    ] = None,
    send_clock: Annotated[bool, typer.Option("--send-clock", help="Send MIDI clock along.")] = False,
    loop: Annotated[bool, typer.Option("--loop", help="Again and again, until Ctrl-C.")] = False,
    from_bar: Annotated[int | None, typer.Option("--from", help="From this bar on.", metavar="BAR")] = None,
    to_bar: Annotated[int | None, typer.Option("--to", help="To the end of this bar.", metavar="BAR")] = None,
    channel: ChannelOption = None,
    preset: FitOption = None,
    edit: EditOption = None,
    variant: PartVariantOption = "played",
    program: ProgramOption = None,
    bank: BankOption = None,
    cc: CcOption = None,
    anywhere: Annotated[
        bool,
        typer.Option("--anywhere", help="With a clock: begin where it starts, not at the take's own bar."),
    ] = False,
    on_arrival: Annotated[
        bool,
        typer.Option("--on-arrival", help="Every take that comes, once, while `watch` runs beside it."),
    ] = False,
    folder: FolderOption = Path(),
    json: Json = False,
) -> None:
    """Play a take's part on a synth, in the DAW or in hardware, in time. Ctrl-C ends it.

    Bars are the session's, as the take names them. With --sync link the part begins on Link's next bar; with
    --sync clock at its own bar, when the DAW plays there.

    \b
    Examples:
      daw-bridge play bass --port "IAC Driver Bus 1"
      daw-bridge play bass --virtual "DAW Bridge" --sync link --loop
      daw-bridge play bass --port minilogue --channel 2 --program 12 --from 5 --to 9
      daw-bridge play --on-arrival --in "My Song Project" --virtual "DAW Bridge" --sync link
    """
    if (port is None) == (virtual is None):
        raise typer.BadParameter(
            "Name one of the two; `daw-bridge ports` lists ports.", param_hint="--port, --virtual"
        )
    if (take is None) != on_arrival:
        raise typer.BadParameter("Name a take, or say --on-arrival.", param_hint="TAKE")
    if on_arrival:
        _check_arrivals(
            {
                "--loop": loop,
                "--from": from_bar is not None,
                "--to": to_bar is not None,
                "--anywhere": anywhere,
            }
        )
    patch, edits = parse_patch(program, bank, cc), parse_edit_options(edit)
    if sync == "none" and clock_in is not None:
        raise typer.BadParameter("It is for --sync clock.", param_hint="--clock-in")
    if sync == "clock" and send_clock:
        raise typer.BadParameter("A clock comes in already: leave it out.", param_hint="--send-clock")
    from daw_bridge.live.playing import LivePlayer
    from daw_bridge.live.wire import Setup
    from daw_bridge.service.auditioning import Wish

    keep_log()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if take is None:
        wish = Wish(channel=channel, patch=patch, sends_clock=send_clock, in_place=False)
        with LivePlayer(Setup(port, virtual or "", sync, clock_in)) as player:
            _play_arrivals(player, folder, wish, variant, edits, preset, is_quiet=json)
        return
    song = _song(take, folder, variant, edits, preset)
    wish = Wish(from_bar, to_bar, channel, patch, loop, send_clock, in_place=not anywhere)
    _check_bars(song, wish)
    with LivePlayer(Setup(port, virtual or "", sync, clock_in, song.song.tempo.initial_bpm)) as player:
        try:
            timing = _play(player, song, wish, is_quiet=json)
        except KeyboardInterrupt:
            player.stop()
            timing = player.timing()
    _tell(song, player, timing, is_quiet=json)


def _check_arrivals(is_given: dict[str, bool]) -> None:
    if unfit := [option for option, given in is_given.items() if given]:
        raise typer.BadParameter(
            "With --on-arrival a take is played once, whole, and wherever the clock is: leave it out.",
            param_hint=", ".join(unfit),
        )


def _tell(song: TakeSong, player: LivePlayer, timing: Timing, *, is_quiet: bool) -> None:
    if is_quiet:
        from dataclasses import asdict

        print_json({"take": song.name, "port": player.port, "timing": asdict(timing)})
    else:
        say("✓", f"{song.name} on {player.port}: {timing}", console=stdout())


def _play_arrivals(
    player: LivePlayer,
    folder: Path,
    wish: Wish,
    variant: str,
    edits: Sequence[Edit],
    preset: str | None,
    *,
    is_quiet: bool,
) -> None:
    """One after the other, as they come, until Ctrl-C."""
    from daw_bridge.cli.takes import takes_folder
    from daw_bridge.service.auditioning import Arrivals

    below = takes_folder(folder)
    arrivals = Arrivals(below)
    if not is_quiet:
        stderr().print(f"Playing what comes into {short(below)} on {player.port} (Ctrl-C ends it)")
    try:
        while True:
            for found in arrivals.new():
                try:
                    song = song_of_take(found, variant, edits, preset)
                except BridgeError as error:
                    show_error(error)
                    continue
                _tell(song, player, _play(player, song, wish, is_quiet=is_quiet), is_quiet=is_quiet)
            time.sleep(ARRIVALS_S)
    except KeyboardInterrupt:
        return


def _song(name: str, folder: Path, variant: str, edits: Sequence[Edit], preset: str | None) -> TakeSong:
    from daw_bridge.cli.takes import find_take_named

    return song_of_take(find_take_named(name, folder), variant, edits, preset)


def song_of_take(found: FoundTake, variant: str, edits: Sequence[Edit], preset: str | None) -> TakeSong:
    """The take's notes, edited, and fitted to the preset of that name. Says what there is to say of it.

    Raises BridgeError.
    """
    from daw_bridge.service.auditioning import song_of
    from daw_bridge.service.bridge import Bridge
    from daw_bridge.service.revoicing import session_of

    if preset is None:
        song = song_of(found, variant=variant, edits=edits)
    else:
        with Bridge() as bridge:
            fitting = bridge.library(session_of(found.file)).find(preset)
        song = song_of(found, variant=variant, edits=edits, preset=fitting)
    if song.remark:
        say("!", song.remark, console=stderr())
    return song


def _check_bars(song: TakeSong, wish: Wish) -> None:
    first = song.bar if wish.from_bar is None else wish.from_bar
    last = song.last_bar if wish.to_bar is None else wish.to_bar
    if not song.bar <= first <= last <= song.last_bar:
        raise typer.BadParameter(
            f"{song.name} lies in bars {song.bar} to {song.last_bar}.", param_hint="--from, --to"
        )


def _play(player: LivePlayer, song: TakeSong, wish: Wish, *, is_quiet: bool) -> Timing:
    """To the end."""
    console = stderr()
    waits = f"{song.name}: waiting for the DAW to play" if player.clock else f"{song.name}: about to play"
    if player.clock and not is_quiet:
        console.print(f"Following MIDI clock on {player.clock}; press play in the DAW")
    with console.status(waits) as status:
        if is_quiet or not console.is_terminal:
            status.stop()

        def show(moment: Moment) -> None:
            _show(status, song, wish, moment, waits)

        return player.play(song.piece(wish), show)


def _show(status: Status, song: TakeSong, wish: Wish, moment: Moment, waits: str) -> None:
    bar = bar_of(song, moment, wish.from_bar)
    status.update(waits if bar is None else f"{song.name}: bar {bar}, {moment.tempo_bpm:.1f} BPM")


def bar_of(song: TakeSong, moment: Moment, from_bar: int | None = None) -> int | None:
    """The session's bar that is being played; None while the player waits."""
    if moment.beat is None or moment.beat < 0:
        return None
    begin = 0.0 if from_bar is None else song.song.meters.start_of(from_bar - song.bar + 1)
    return song.song.meters.bar_at(math.fmod(moment.beat, song.song.end_beat) + begin) + song.bar - 1


def parse_patch(program: int | None, bank: int | None, cc: list[str] | None) -> Patch:
    """What --program, --bank and --cc say. Raises typer.BadParameter."""
    from daw_bridge.live.program import Patch

    controllers = []
    for text in cc or []:
        found = re.fullmatch(r"\s*(\d{1,3})\s*=\s*(\d{1,3})\s*", text)
        number, value = (int(found[1]), int(found[2])) if found else (-1, -1)
        if not (0 <= number < 120 and 0 <= value < 128):
            raise typer.BadParameter(f"{text!r} is no controller; write 74=64", param_hint="--cc")
        controllers.append((number, value))
    return Patch(program, bank, tuple(controllers))
