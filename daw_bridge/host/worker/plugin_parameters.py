"""Setting a plugin's parameters by its own words, and reading back whether it took them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from daw_bridge.host.parameters import (
    ParameterSpec,
    Value,
    convert,
    key_of,
    parse_quantity,
    read_parameters,
    split_raw,
)


def set_parameters(plugin: Any, settings: Mapping[str, Value], label: str) -> list[str]:
    """Set what the preset names; returns a warning for each parameter that the plugin leaves as it was.

    Raises ParameterInvalid.
    """
    if not settings:
        return []
    parameters = parameters_by_name(plugin)
    specs = [spec_of(name, python_name, parameter) for name, (python_name, parameter) in parameters.items()]
    worded, raw = split_raw(settings)
    values = read_parameters(worded, specs, label)
    positions = read_parameters(raw, [_as_position(spec) for spec in specs], label)
    for name, value in values.items():
        parameter = parameters[name][1]
        if not _shows(parameter, value):  # what a captured state holds is finer than its words
            parameter.raw_value = _raw_value(parameter, value)
    for name, position in positions.items():
        parameters[name][1].raw_value = float(position)
    # Read only when all are set: some parameters change the meaning of others.
    ignored = [(name, f"{value}") for name, value in values.items() if not _took(parameters[name][1], value)]
    ignored += [
        (name, f"raw {position}")
        for name, position in positions.items()
        if not _stands_at(parameters[name][1], float(position))
    ]
    return [
        f"{label} ignored {name}: {value}; it stays at {parameters[name][1].string_value}."
        for name, value in ignored
    ]


def parameters_by_name(plugin: Any) -> dict[str, tuple[str, Any]]:
    """Name -> pedalboard's name and parameter. Pedalboard puts the unit into its name: `cutoff_hz`."""
    named: dict[str, tuple[str, Any]] = {}
    for python_name, parameter in plugin.parameters.items():
        name = key_of(parameter.name)
        named[name if name and name not in named else python_name] = (python_name, parameter)
    return named


def spec_of(name: str, python_name: str, parameter: Any) -> ParameterSpec:
    """What pedalboard says of one parameter."""
    is_number = parameter.type is float
    return ParameterSpec(
        name=name,
        unit=(parameter.label or "") if is_number else "",
        minimum=float(parameter.min_value) if is_number else None,
        maximum=float(parameter.max_value) if is_number else None,
        choices=tuple(str(choice) for choice in parameter.valid_values) if parameter.type is str else (),
        is_switch=parameter.type is bool,
        words=(python_name, parameter.name),
    )


def _as_position(spec: ParameterSpec) -> ParameterSpec:
    return ParameterSpec(spec.name, minimum=0.0, maximum=1.0, words=spec.words)


def _stands_at(parameter: Any, position: float) -> bool:
    """Also when a stepped parameter went to the step nearest to the position."""
    return bool(
        abs(parameter.raw_value - position) < 1e-3
        or parameter.get_text_for_raw_value(position) == parameter.string_value
    )


def _raw_value(parameter: Any, value: Value) -> float:
    """A value in the plugin's terms -> 0 to 1: the plugin's own reading, mended where that is off (#45)."""
    if isinstance(value, bool | str):
        return float(parameter.get_raw_value_for(value))
    wanted = float(value)
    raw_values = [parameter.get_raw_value_for_text(f"{wanted:g}"), parameter.get_raw_value_for(wanted)]
    best = min(raw_values, key=lambda raw: _distance(parameter, raw, wanted))
    if _distance(parameter, best, wanted) > _tolerance(parameter) / 10:
        best = min(best, _bisected(parameter, wanted), key=lambda raw: _distance(parameter, raw, wanted))
    return float(best)


def _bisected(parameter: Any, wanted: float) -> float:
    """The raw value at which the parameter shows `wanted`, if what it shows only rises or only falls."""
    low, high = 0.0, 1.0
    rising = _shown(parameter, low) <= _shown(parameter, high)
    for _ in range(30):
        middle = (low + high) / 2
        if (_shown(parameter, middle) < wanted) == rising:
            low = middle
        else:
            high = middle
    return high


def _shows(parameter: Any, value: Value) -> bool:
    """Whether it reads so already, to the last digit that the plugin writes."""
    if isinstance(value, bool | str):
        return _took(parameter, value)
    return math.isclose(_number(parameter, parameter.string_value), value, rel_tol=1e-6, abs_tol=1e-9)


def _took(parameter: Any, value: Value) -> bool:
    if isinstance(value, bool):
        return bool(parameter.raw_value >= 0.5) == value
    if isinstance(value, str):
        return str(parameter.string_value) == value
    return abs(_number(parameter, parameter.string_value) - float(value)) <= _tolerance(parameter)


def _tolerance(parameter: Any) -> float:
    """One of pedalboard's thousand steps of the range; a plugin shows its values rounded."""
    steps = (parameter.step_size, parameter.approximate_step_size)
    thousandth = float(parameter.max_value - parameter.min_value) / 1000
    return max([thousandth, *(float(step) for step in steps if step)])


def _distance(parameter: Any, raw_value: float, wanted: float) -> float:
    distance = abs(_shown(parameter, raw_value) - wanted)
    return math.inf if math.isnan(distance) else distance


def _shown(parameter: Any, raw_value: float) -> float:
    return _number(parameter, parameter.get_text_for_raw_value(raw_value))


def _number(parameter: Any, text: str) -> float:
    """What the plugin writes, as a number in the parameter's unit; NaN when it writes none."""
    quantity = parse_quantity(text)
    if quantity is None:
        return math.nan
    number, unit = quantity
    converted = convert(number, unit, parameter.label or "") if unit else number
    return number if converted is None else converted
