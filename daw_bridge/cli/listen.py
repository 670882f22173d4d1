"""`daw-bridge presets listen`: a few bars on a preset, through the loudspeakers or into a file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daw_bridge.cli.console import print_json, short, show_error, stderr, stdout
from daw_bridge.cli.log import keep_log
from daw_bridge.cli.options import Json
from daw_bridge.core.errors import AudioDeviceMissing, BridgeError

if TYPE_CHECKING:
    from rich.progress import Progress

    from daw_bridge.core.audio import AudioClip
    from daw_bridge.host.speaker import Speaker
    from daw_bridge.presets import PresetLibrary, StoredPreset
    from daw_bridge.service.bridge import Bridge

DEMOS = "demos"
"""Below the bridge's own folder: what could not be played."""


def listen(
    names: Annotated[list[str] | None, typer.Argument(help="Presets or their files.", metavar="NAME")] = None,
    tag: Annotated[str | None, typer.Option(help="All with this tag.", metavar="TAG")] = None,
    write: Annotated[
        Path | None, typer.Option(help="Write a WAV file, or one a preset into a folder.", metavar="FILE|DIR")
    ] = None,
    json: Json = False,
) -> None:
    """Hear presets: a bass line, chords, a melody or a beat, whichever fits.

    Where there is no audio device, it is written to a file. Ctrl-C stops it.

    \b
    Examples:
      daw-bridge presets listen fat-analog-sub
      daw-bridge presets listen --tag pad --write pads/
    """
    if not names and tag is None:
        raise typer.BadParameter("Name a preset, or a tag: --tag pad", param_hint="NAME")
    from daw_bridge.service.bridge import Bridge
    from daw_bridge.settings import user_state_folder

    keep_log()
    with ExitStack() as open_:
        bridge = open_.enter_context(Bridge())
        wanted = _wanted(bridge.library(), names or [], tag)
        if write is not None and _is_file(write) and len(wanted) > 1:
            raise typer.BadParameter(f"{len(wanted)} presets need a folder.", param_hint="--write")
        speaker = None if write is not None else _speaker(open_, is_quiet=json)
        progress = open_.enter_context(_progress(is_quiet=json))
        listening = _Listening(bridge, speaker, write or user_state_folder() / DEMOS, progress)
        heard, errors = [], []
        for preset in wanted:
            try:
                file, warnings = listening.hear(preset)
            except BridgeError as error:
                errors.append(error)
                if not json:
                    show_error(error)
            else:
                heard.append({"slug": preset.slug, "file": file and str(file), "warnings": warnings})
                if not json:
                    _show(preset, file, warnings)
    if json:
        from daw_bridge.cli.data import error_as_data

        print_json({"heard": heard, "errors": [error_as_data(error) for error in errors]})
    if errors:
        raise typer.Exit(errors[0].exit_code)


@dataclass(frozen=True)
class _Listening:
    """Plays presets on the speaker, or writes them to `place`: a WAV file or a folder."""

    bridge: Bridge
    speaker: Speaker | None
    place: Path
    progress: Progress

    def hear(self, preset: StoredPreset) -> tuple[Path | None, Sequence[str]]:
        """Where it was written, if it was, and warnings. Raises PluginError, DeliveryFailed."""
        task = self.progress.add_task(preset.name, total=None)
        try:
            if self.speaker is None:
                rendering = self.bridge.play_phrase(preset)
                return self._write(preset, rendering.clip), rendering.warnings
            rendering = self.bridge.play_phrase(preset, rate_hz=self.speaker.rate_hz)
            self.progress.update(task, total=rendering.clip.duration_s)
            for played_s in self.speaker.play(rendering.clip.samples):
                self.progress.update(task, completed=played_s)
            return None, rendering.warnings
        finally:
            self.progress.remove_task(task)

    def _write(self, preset: StoredPreset, clip: AudioClip) -> Path:
        place = self.place.expanduser().absolute()
        folder, name = (place.parent, place.stem) if _is_file(place) else (place, preset.name)
        return self.bridge.deliver_sound(clip, folder, name)


def _is_file(place: Path) -> bool:
    return place.suffix.lower() == ".wav"


def _speaker(open_: ExitStack, *, is_quiet: bool) -> Speaker | None:
    """The audio device; None, and said so, where there is none."""
    from rich.text import Text

    from daw_bridge.host.speaker import Speaker

    try:
        return open_.enter_context(Speaker())
    except AudioDeviceMissing as error:
        if not is_quiet:
            stderr().print(Text(f"Nothing plays, {error.what} It is written instead."))
        return None


def _progress(*, is_quiet: bool) -> Progress:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = stderr()
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", style="bold"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=is_quiet or not console.is_terminal,
    )


def _show(preset: StoredPreset, file: Path | None, warnings: Sequence[str]) -> None:
    from rich.text import Text

    words = f"→ {short(file)}" if file else preset.preset.description
    stdout().print(Text.assemble((preset.name, "bold"), "  ", words))
    for warning in warnings:
        stderr().print(Text.assemble(("! ", "yellow"), f"{preset.name}: {warning}"))


def _wanted(library: PresetLibrary, names: list[str], tag: str | None) -> list[StoredPreset]:
    found = [library.find(name) for name in names]
    if tag is None:
        return found
    from daw_bridge.presets import tagged

    these = tagged((library.find(slug) for slug in library.slugs()), tag)
    return list({preset.path: preset for preset in (*found, *these)}.values())
