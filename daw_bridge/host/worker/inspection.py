"""What a plugin file holds, and how one of its plugins is set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from daw_bridge.core.errors import BridgeError
from daw_bridge.host.parameters import ParameterSpec, Value, read_value
from daw_bridge.host.questions import Open, Opened, ParameterFacts, PluginFacts, Survey, Surveyed
from daw_bridge.host.worker.instrument import Report
from daw_bridge.host.worker.live import LivePlugin
from daw_bridge.host.worker.loading import label_of, load_plugin, load_preset, load_state, names_in
from daw_bridge.host.worker.plugin_parameters import parameters_by_name, set_parameters, spec_of


def survey(question: Survey, report: Report) -> Surveyed:
    """Open every plugin of a file. Raises PluginUnloadable when not one of them loads."""
    path = Path(question.path)
    report(question.label, "reading its file")
    names = names_in(path, question.label)
    plugins, errors = [], []
    for name in names:
        inner = name if len(names) > 1 else None
        report(name, "loading")
        try:
            plugins.append(_facts_of(load_plugin(path, inner, name), inner))
        except BridgeError as error:
            errors.append(error)
    if not plugins:
        raise errors[0]
    return Surveyed(plugins, [str(error) for error in errors])


def open_plugin(question: Open, report: Report) -> Opened:
    """Load one plugin and set it: state, then preset file, then parameters; with a window, then the user."""
    label = question.label
    report(label, "loading")
    plugin = load_plugin(Path(question.path), question.plugin_name, label)
    label = label_of(plugin)
    live = LivePlugin(plugin, label)
    report(label, "being set")
    warnings = [] if question.state is None else load_state(plugin, Path(question.state), label)
    if question.vstpreset is not None:
        load_preset(plugin, Path(question.vstpreset))
    live.run_idle()
    warnings += set_parameters(plugin, question.parameters or {}, label)
    # A VST3's processor learns of its parameters while it processes; only then its state has them.
    live.run_idle()
    if question.show_editor:
        from daw_bridge.host.worker.editor import show_editor

        assert question.state_to is not None
        warnings += show_editor(live, Path(question.state_to), question.audition, report)
        live.run_idle()
    report(label, "telling its settings")
    if question.state_to is not None:
        Path(question.state_to).write_bytes(plugin.raw_state)
    return Opened(_facts_of(plugin, question.plugin_name), list(describe_parameters(plugin)), warnings)


def describe_parameters(plugin: Any) -> Iterator[ParameterFacts]:
    """Every parameter with its range and its value."""
    for name, (python_name, parameter) in parameters_by_name(plugin).items():
        spec = spec_of(name, python_name, parameter)
        yield ParameterFacts(
            name=name,
            title=str(parameter.name),
            text=_text_of(parameter, spec),
            raw_value=float(parameter.raw_value),
            unit=spec.unit,
            minimum=spec.minimum,
            maximum=spec.maximum,
            choices=list(spec.choices),
            is_switch=spec.is_switch,
            is_automatable=bool(parameter.is_automatable),
            value=_value_of(parameter, spec),
        )


def _text_of(parameter: Any, spec: ParameterSpec) -> str:
    """With its unit, which some plugins write themselves."""
    text = str(parameter.string_value).strip()
    return text if not spec.unit or text.endswith(spec.unit) else f"{text} {spec.unit}"


def _value_of(parameter: Any, spec: ParameterSpec) -> Value | None:
    """What a preset says to set it as it stands: `526.7 Hz`, `Saw`, `true`, `0.35`."""
    if spec.is_switch:
        return bool(parameter.raw_value >= 0.5)
    text = str(parameter.string_value).strip()
    said: Value = text
    if not spec.choices:
        try:
            said = f"{float(text):.10g} {spec.unit}" if spec.unit else float(text)
        except ValueError:
            said = text
    try:
        read_value(said, spec, "")
    except BridgeError:  # it writes what it does not read; the state has it all the same
        return None
    return said


def _facts_of(plugin: Any, plugin_name: str | None) -> PluginFacts:
    return PluginFacts(
        name=plugin.name,
        plugin_name=plugin_name,
        maker=plugin.manufacturer_name or "",
        version=plugin.version or "",
        kind="instrument" if plugin.is_instrument else "effect",
        category=plugin.category or "",
    )
