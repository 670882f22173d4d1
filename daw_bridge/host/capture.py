"""A plugin's sound, taken down: its state as it is, and its parameters in its own words."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from daw_bridge.core.errors import PluginCrashed, PluginHung
from daw_bridge.host.errands import Errands, Tell
from daw_bridge.host.parameters import Value
from daw_bridge.host.questions import Open, Opened, PluginFacts

STATE = "captured.state"


@dataclass(frozen=True)
class Source:
    """A plugin, and what it is set to before the user takes over: state, preset file, parameters."""

    path: Path
    label: str
    plugin_name: str | None = None
    state: Path | None = None
    vstpreset: Path | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Captured:
    """The sound: `parameters` are those that can be automated, as a preset says them."""

    plugin: PluginFacts
    state: bytes
    parameters: dict[str, Value]
    warnings: tuple[str, ...]


def capture(
    source: Source,
    *,
    show_editor: bool,
    time_limit_s: float,
    audition: Path | None = None,
    tell: Tell = lambda doing: None,
) -> Captured:
    """Load the plugin in a process of its own, and take down how it is set, or how the user sets it.

    A window that crashes or hangs costs the last second: what the plugin held before is kept, with a
    warning. `audition` is a MIDI file that plays while the window is open. Raises PluginError,
    DisplayMissing.
    """
    with (
        tempfile.TemporaryDirectory(prefix="daw-bridge-") as folder,
        Errands(time_limit_s=time_limit_s) as errands,
    ):
        state = Path(folder, STATE)
        question = Open(
            path=str(source.path),
            label=source.label,
            plugin_name=source.plugin_name,
            state=None if source.state is None else str(source.state),
            vstpreset=None if source.vstpreset is None else str(source.vstpreset),
            parameters=dict(source.parameters),
            state_to=str(state),
            show_editor=show_editor,
            audition=None if audition is None else str(audition),
        )
        try:
            return _captured(errands.ask(question, tell), state)
        except (PluginCrashed, PluginHung) as error:
            if not state.exists():  # it went wrong before its window was open
                raise
            warning = f"{error.what} What it held before that is kept."
        saved = Path(folder, "saved.state")
        state.replace(saved)
        quiet = replace(
            question, state=str(saved), vstpreset=None, parameters={}, show_editor=False, audition=None
        )
        captured = _captured(errands.ask(quiet, tell), state)
        return replace(captured, warnings=(*captured.warnings, warning))


def _captured(opened: Opened, state: Path) -> Captured:
    parameters = {
        parameter.name: parameter.value
        for parameter in opened.parameters
        if parameter.is_automatable and parameter.value is not None
    }
    return Captured(opened.plugin, state.read_bytes(), parameters, tuple(opened.warnings))
