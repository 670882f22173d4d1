"""What the terminal shows: one table when it is done, errors that help, or JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daw_bridge.core.errors import BridgeError

if TYPE_CHECKING:
    from rich.console import Console

    from daw_bridge.deliver.take import DeliveredTake, Take, TakePlace
    from daw_bridge.session.reading import Read


TELLING_CENTS = 10
"""What is less out of tune nobody hears beside it."""
MOST_NAMED = 6


def stdout(*, markup: bool = False) -> Console:
    """The console for results. Without `markup`, so that brackets in names are shown as they are."""
    from rich.console import Console

    return Console(highlight=False, markup=markup, soft_wrap=not sys.stdout.isatty())


def stderr() -> Console:
    """The console for progress and errors."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, soft_wrap=not sys.stderr.isatty())


def show_error(error: BridgeError, *, console: Console | None = None) -> None:
    """Say what happened, where, and what to do."""
    from rich.text import Text

    console = console or stderr()
    where = short(error.where) if isinstance(error.where, Path) else error.where
    place = f"{where}: " if where else ""
    console.print(Text.assemble(("✗ ", "bold red"), place, error.what.rstrip()))
    console.print(Text(f"  {error.advice}", style="dim"))


def say(mark: str, words: str, *, console: Console | None = None) -> None:
    """One line with a mark: ✓ done, ! worth knowing, ✗ wrong. `words` are plain: names may hold brackets."""
    from rich.text import Text

    style = {"✓": "green", "!": "yellow", "✗": "bold red"}[mark]
    (console or stdout()).print(Text.assemble((f"{mark} ", style), words))


def show_session(read: Read, console: Console) -> None:
    """What the DAW's own file says, and what to know of it."""
    from daw_bridge.session.describing import describe

    if read.info:
        say("✓", describe(read.info), console=console)
    for warning in read.warnings:
        say("!", warning, console=console)


def print_json(data: Any) -> None:
    """One JSON document on one line of standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def show_takes(takes: list[DeliveredTake]) -> None:
    """What came back, and where."""
    from rich.table import Table
    from rich.text import Text

    console = stdout()
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for heading in ("take", "what", "file", ""):
        table.add_column(heading, overflow="fold")
    for delivered in takes:
        take = delivered.take
        place = f"bar {take.place.bar}" if take.place.is_known else f"bar {take.place.bar} (a guess)"
        grid = f"{take.tempo.bpm:g} BPM {take.tempo.time_signature}, {place}"
        table.add_row(delivered.folder.name, counted(take.notes), delivered.midi.name, grid)
        for more in take.midi[1:]:
            table.add_row("", more.variant, more.file, "")
        if heard := guesses(take):
            table.add_row("", "guessed", "", heard)
        if take.chords:
            table.add_row("", "chords", "", _some(take.chords))
        for rendering in take.renderings:
            table.add_row(
                "",
                rendering.name,
                rendering.file or Text("not rendered", style="red"),
                "; ".join(rendering.warnings) if rendering.file else rendering.error,
            )
        if take.doubtful:
            table.add_row("", "doubtful", "", _some(take.doubtful))
        if take.worth_a_look:
            bars = [str(bar.bar) for bar in take.worth_a_look]
            table.add_row("", "worth a look", "", f"bars {_some(bars)}")
        if take.picture:
            table.add_row("", "picture", take.picture.file, "")
        for exported in take.exports:
            table.add_row("", "export", exported.file, take.place.position)
        table.add_row("", "recipe", delivered.file.name, f"tempo: {take.tempo.source}")
        table.add_row("", "", "", f"place: {where(take.place)}")
    console.print(table)
    for warning in _warnings(takes):
        say("!", warning, console=console)
    for folder in dict.fromkeys(delivered.folder for delivered in takes):
        say("✓", f"{short(folder)}{os.sep}", console=console)


def _warnings(takes: Sequence[DeliveredTake]) -> list[str]:
    """Each warning once, with the takes that it is about where others are shown besides."""
    about: dict[str, list[str]] = {}
    for delivered in takes:
        for warning in dict.fromkeys(delivered.warnings):
            about.setdefault(warning, []).append(delivered.folder.name)
    return [
        warning if len(names) == len(takes) else f"{_some(names)}: {warning}"
        for warning, names in about.items()
    ]


def counted(notes: int) -> str:
    """`1 note`, `20 notes`."""
    return f"{notes} note{'' if notes == 1 else 's'}"


def _some(words: Sequence[str]) -> str:
    """As many as a line holds."""
    more = f", and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return ", ".join(words[:MOST_NAMED]) + more


def where(place: TakePlace) -> str:
    """Where the audio begins and how that is known: `17.2.1, its clip in Night Drive.als`."""
    return f"{place.position}, {place.source}" if place.is_known else place.source


def guesses(take: Take) -> str:
    """What nobody named: `profile: bass (auto, 93% sure), key: A minor (guess, 84% sure)`."""
    heard = take.transcription
    guesses = [f"profile: {heard.profile} ({heard.profile_source})"] if heard.profile_source else []
    guesses += [f"key: {take.key.name} ({take.key.source})"] if take.key else []
    cents = heard.tuning_cents or 0
    if abs(cents) >= TELLING_CENTS:
        a_hz = 440.0 * 2 ** (cents / 1200)
        guesses.append(f"tuning: {abs(cents)} cents {'sharp' if cents > 0 else 'flat'} (A at {a_hz:.0f} Hz)")
    return ", ".join(guesses)


def short(path: Path) -> str:
    """The path, relative to where the user stands when it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
