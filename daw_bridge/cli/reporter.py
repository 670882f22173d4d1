"""What the terminal shows while the bridge works.

On a terminal rich draws bars; piped, there is a plain line an event; with `--json`, a document an event.
"""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from daw_bridge.cli.console import counted, guesses, print_json, say, short, show_error, stderr, where
from daw_bridge.cli.data import event_as_data
from daw_bridge.deliver.take import DeliveredTake
from daw_bridge.flow import events
from daw_bridge.flow.events import Event

STEPS = {
    "listen": "listening",
    "separate": "separating the mix",
    "transcribe": "writing down the notes",
    "render": "playing them",
}


class Reporter:
    """Shows the flow's events as they come. A context manager; call it with events from any thread.

    `tells_all`: also what the table at the end says, for a daemon that has no end.
    """

    def __init__(self, *, as_json: bool = False, is_quiet: bool = False, tells_all: bool = False) -> None:
        self._tells_all = tells_all
        self._as_json = as_json
        self._is_quiet = is_quiet
        self._console = stderr()
        self._lock = threading.Lock()
        self._bars: dict[Path, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[bounce]}", style="bold"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=as_json or is_quiet or not self._console.is_terminal,
        )

    def __enter__(self) -> Reporter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        with self._lock:
            if self._as_json:
                print_json(event_as_data(event))
            elif not self._is_quiet:
                self._show(event)

    def _show(self, event: Event) -> None:
        match event:
            case events.Progress():
                self._show_progress(event.bounce, STEPS[event.step], event.fraction)
            case events.NotesDelivered():
                place = f"bar {event.bar}" if event.place_is_known else f"bar {event.bar}, a guess"
                self._say(event, f"{counted(event.notes)} → {short(event.midi)} ({place})")
            case events.TakeDelivered():
                self._end(event.bounce)
                for path in event.delivered.audio:
                    self._say(event, f"→ {short(path)}")
                if self._tells_all:
                    self._say_how(event, event.delivered)
            case events.Skipped():
                self._end(event.bounce)
            case events.Failed():
                self._end(event.bounce)
                if event.error.where != event.bounce:
                    self._say(event, "did not come through whole")
                show_error(event.error, console=self._console)

    def _say(self, event: Event, words: str) -> None:
        self._console.print(Text.assemble((event.bounce.name, "bold"), "  ", words))

    def _say_how(self, event: Event, delivered: DeliveredTake) -> None:
        take = delivered.take
        tempo = take.tempo
        self._say(event, f"tempo: {tempo.bpm:g} BPM {tempo.time_signature}, {tempo.source}")
        self._say(event, f"place: {where(take.place)}")
        if heard := guesses(take):
            self._say(event, f"guessed: {heard}")
        for warning in delivered.warnings:
            say("!", warning, console=self._console)

    def _show_progress(self, bounce: Path, step: str, fraction: float) -> None:
        if not self._bars:
            self._progress.start()
        if bounce not in self._bars:
            self._bars[bounce] = self._progress.add_task(step, bounce=bounce.name, total=1.0)
        self._progress.update(self._bars[bounce], description=step, completed=fraction)

    def _end(self, bounce: Path) -> None:
        bar = self._bars.pop(bounce, None)
        if bar is not None:
            self._progress.remove_task(bar)
        if not self._bars:
            self._progress.stop()  # a daemon that waits draws nothing
