"""What the terminal shows: progress while it works, one table when it is done, errors that help.

On a terminal rich draws; piped, there is a plain line an event; with `--json`, nothing but JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from daw_bridge.core.errors import BridgeError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from daw_bridge.deliver.take import DeliveredTake
    from daw_bridge.events import Event

STEPS = {"listen": "listening", "transcribe": "writing down the notes", "render": "playing them"}


def stdout() -> Console:
    """The console for results."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def stderr() -> Console:
    """The console for progress and errors."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def show_error(error: BridgeError, *, as_json: bool = False) -> None:
    """Say what happened, where, and what to do."""
    if as_json:
        print_json({"error": error_as_data(error)})
        return
    from rich.text import Text

    console = stderr()
    console.print(Text.assemble(("✗ ", "bold red"), (f"{error.where}: " if error.where else ""), error.what))
    console.print(Text(f"  {error.advice}", style="dim"))


def error_as_data(error: BridgeError) -> dict[str, Any]:
    """The error for machines."""
    return {
        "code": error.code,
        "exit_code": error.exit_code,
        "what": error.what,
        "where": str(error.where) if error.where is not None else None,
        "advice": error.advice,
    }


def take_as_data(delivered: DeliveredTake) -> dict[str, Any]:
    """A delivered take for machines: full paths, and what the take file says."""
    return {
        "take": str(delivered.file),
        "midi": str(delivered.midi),
        "audio": [str(path) for path in delivered.audio],
        **delivered.take.model_dump(mode="json", exclude={"midi"}),
    }


def print_json(data: Any) -> None:
    """One JSON document on one line of standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def show_takes(takes: list[DeliveredTake]) -> None:
    """What came back, and where."""
    from rich.table import Table

    console = stdout()
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for heading in ("take", "what", "file", ""):
        table.add_column(heading, overflow="fold")
    for delivered in takes:
        take = delivered.take
        grid = f"{take.tempo.bpm:g} BPM {take.tempo.time_signature}, bar {take.place.bar}"
        table.add_row(
            delivered.folder.name, f"{take.transcription.notes} notes", delivered.midi.name, grid
        )
        for rendering in take.renderings:
            table.add_row(
                "",
                rendering.name,
                rendering.file or "[red]not rendered[/red]",
                "; ".join(rendering.warnings) if rendering.file else rendering.error,
            )
        table.add_row("", "recipe", delivered.file.name, f"tempo: {take.tempo.source}")
    console.print(table)
    for folder in dict.fromkeys(delivered.folder for delivered in takes):
        console.print(f"[green]✓[/green] {short(folder)}{os.sep}")


def short(path: Path) -> str:
    """The path, relative to where the user stands when it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


class Reporter:
    """Shows the flow's events as they come. A context manager; call it with events from any thread."""

    def __init__(self, *, as_json: bool = False) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._as_json = as_json
        self._console = stderr()
        self._bars: dict[Path, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[bounce]}", style="bold"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=as_json or not self._console.is_terminal,
        )

    def __enter__(self) -> Reporter:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        from daw_bridge import events

        match event:
            case events.Progress():
                self._show_progress(event.bounce, STEPS[event.step], event.fraction)
            case events.NotesDelivered():
                self._say(event, f"{event.notes} notes → {short(event.midi)}", midi=str(event.midi))
            case events.TakeDelivered():
                self._end(event.bounce)
                if self._as_json:
                    print_json({"event": "delivered", **take_as_data(event.delivered)})
            case events.Failed():
                self._end(event.bounce)
                if self._as_json:
                    print_json({"event": "failed", "error": error_as_data(event.error)})
                else:
                    show_error(event.error)
            case events.Skipped():
                self._say(event, "delivered before, and unchanged since")

    def _say(self, event: Event, words: str, **data: Any) -> None:
        if self._as_json:
            print_json({"event": type(event).__name__, "bounce": str(event.bounce), **data})
        else:
            self._console.print(f"[bold]{event.bounce.name}[/bold]  {words}")

    def _show_progress(self, bounce: Path, step: str, fraction: float) -> None:
        if bounce not in self._bars:
            self._bars[bounce] = self._progress.add_task(step, bounce=bounce.name, total=1.0)
        self._progress.update(self._bars[bounce], description=step, completed=fraction)

    def _end(self, bounce: Path) -> None:
        bar = self._bars.pop(bounce, None)
        if bar is not None:
            self._progress.remove_task(bar)
