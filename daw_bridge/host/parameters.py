"""A preset's words for a parameter -> the value that the instrument takes. Pure.

`cutoff: 320 Hz`, `attack: 5 ms`, `mix: 35 %`, `wave: Saw`, `resonance: 0.35`; for what a plugin's words
fail at `cutoff: raw 0.42`, its own position from 0 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from daw_bridge.core.errors import Mistake, ParameterInvalid

Value = bool | int | float | str

MEND = "Mend the preset's parameters."

_FACTORS = {
    "hz": ("frequency", 1.0),
    "khz": ("frequency", 1e3),
    "s": ("time", 1.0),
    "sec": ("time", 1.0),
    "second": ("time", 1.0),
    "seconds": ("time", 1.0),
    "ms": ("time", 1e-3),
    "us": ("time", 1e-6),
    "st": ("interval", 1.0),
    "semi": ("interval", 1.0),
    "semitone": ("interval", 1.0),
    "semitones": ("interval", 1.0),
    "ct": ("interval", 0.01),
    "cent": ("interval", 0.01),
    "cents": ("interval", 0.01),
    "oct": ("interval", 12.0),
    "%": ("share", 0.01),
    "": ("share", 1.0),
}
"""Unit, in small letters -> what it measures, and how many of that measure's first unit it is."""

_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-zµ%°]*)", re.IGNORECASE)
_RAW = re.compile(r"raw\s*[:=]?\s*([+-]?(?:\d+\.?\d*|\.\d+))", re.IGNORECASE)
_YES, _NO = {"on", "true", "yes", "enabled"}, {"off", "false", "no", "disabled"}


@dataclass(frozen=True)
class ParameterSpec:
    """What an instrument says of one parameter: its range in `unit`, or the words to choose from.

    `words` are other names for it: a plugin's "Cutoff Frequency" is also `cutoff_frequency_hz`.
    """

    name: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    is_switch: bool = False
    words: tuple[str, ...] = ()

    @property
    def range_text(self) -> str:
        """`20 to 20000 Hz`, for messages."""
        if self.choices:
            return ", ".join(self.choices)
        if self.is_switch:
            return "true or false"
        if self.minimum is None or self.maximum is None:
            return f"a number in {self.unit}" if self.unit else "a number"
        return f"{self.minimum:g} to {self.maximum:g} {self.unit}".rstrip()


def key_of(name: str) -> str:
    """`Cutoff Freq (Hz)` -> `cutoff_freq_hz`: names are the same that differ in case and signs only."""
    return "_".join(re.findall(r"[a-z0-9]+", name.casefold()))


def read_parameters(
    settings: Mapping[str, Value], specs: Iterable[ParameterSpec], instrument: str
) -> dict[str, Value]:
    """A preset's settings -> spec name -> number in the parameter's own unit, bool, or one of its choices.

    Raises ParameterInvalid with every name that is not known and every value that is not taken.
    """
    known = list(specs)
    by_key = {key_of(word): spec for spec in reversed(known) for word in (*spec.words, spec.name)}
    values: dict[str, Value] = {}
    refused: list[Mistake] = []
    for name, value in settings.items():
        try:
            spec = by_key.get(key_of(name))
            if spec is None:
                _refuse_name(name, known, instrument)
            values[spec.name] = read_value(value, spec, instrument)
        except ParameterInvalid as error:
            refused.append(Mistake((name,), error.what))
    if refused:
        raise refusal(refused, instrument)
    return values


def refusal(mistakes: Sequence[Mistake], instrument: str) -> ParameterInvalid:
    """All mistakes in a preset's parameters as one error."""
    listing = "".join(f"\n  {mistake.what}" for mistake in mistakes)
    what = f"{len(mistakes)} parameters are wrong:{listing}\n" if len(mistakes) > 1 else mistakes[0].what
    return ParameterInvalid(what, where=instrument, advice=MEND, mistakes=mistakes)


def split_raw(settings: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, float]]:
    """The settings in words and units, and those by position: `raw 0.42` -> 0.42, whatever it is."""
    raw = {
        name: float(match[1])
        for name, value in settings.items()
        if isinstance(value, str) and (match := _RAW.fullmatch(value.strip()))
    }
    return {name: value for name, value in settings.items() if name not in raw}, raw


def read_value(value: Value, spec: ParameterSpec, instrument: str) -> Value:
    """One value in the parameter's own terms. Raises ParameterInvalid that says what is taken instead."""
    if spec.is_switch:
        return _read_switch(value, spec, instrument)
    if spec.choices:
        return _read_choice(value, spec, instrument)
    number = _read_number(value, spec, instrument)
    tolerance = 1e-6 * max(abs(spec.minimum or 0.0), abs(spec.maximum or 0.0))
    if (spec.minimum is not None and number < spec.minimum - tolerance) or (
        spec.maximum is not None and number > spec.maximum + tolerance
    ):
        _refuse_value(value, spec, instrument, "out of range")
    return number


def parse_quantity(text: str) -> tuple[float, str] | None:
    """ "1.2 kHz" -> (1.2, "kHz"); None if it is no number with or without a unit."""
    match = _QUANTITY.fullmatch(text.strip().replace("−", "-"))
    return (float(match[1]), match[2]) if match else None


def convert(number: float, unit: str, to_unit: str) -> float | None:
    """A number from one unit to another; None if they measure different things.

    >>> convert(1.2, "kHz", "Hz")
    1200.0
    """
    unit, to_unit = (name.casefold().replace("µ", "u") for name in (unit, to_unit))
    if unit == to_unit:
        return number
    measure, factor = _FACTORS.get(unit, (unit, 1.0))
    to_measure, to_factor = _FACTORS.get(to_unit, (to_unit, 1.0))
    return number * factor / to_factor if measure == to_measure else None


def _read_switch(value: Value, spec: ParameterSpec, instrument: str) -> bool:
    word = str(value).casefold()
    if word in _YES or value == 1:
        return True
    if word in _NO or value == 0:
        return False
    _refuse_value(value, spec, instrument, "neither on nor off")


def _read_choice(value: Value, spec: ParameterSpec, instrument: str) -> str:
    # YAML reads a bare On or Off as a boolean.
    wanted = (_YES if value else _NO) if isinstance(value, bool) else {str(value).casefold()}
    for choice in spec.choices:
        if choice.casefold() in wanted or key_of(choice) in {key_of(word) for word in wanted if key_of(word)}:
            return choice
    _refuse_value(value, spec, instrument, "not one of its values")


def _read_number(value: Value, spec: ParameterSpec, instrument: str) -> float:
    if isinstance(value, bool):
        _refuse_value(value, spec, instrument, "no number")
    if not isinstance(value, str):
        return float(value)
    quantity = parse_quantity(value)
    if quantity is None:
        _refuse_value(value, spec, instrument, "no number")
    number, unit = quantity
    converted = number if not unit else convert(number, unit, spec.unit)
    if converted is None:
        _refuse_value(value, spec, instrument, f"in {unit}, which it is not measured in")
    return converted


def _refuse_name(name: str, known: list[ParameterSpec], instrument: str) -> NoReturn:
    from daw_bridge.core.document import did_you_mean  # brings pydantic, which workers start without

    names = {spec.name for spec in known}
    raise ParameterInvalid(
        f'There is no parameter "{name}". {did_you_mean(key_of(name), names)}',
        where=instrument,
        advice=MEND,
    )


def _refuse_value(value: Value, spec: ParameterSpec, instrument: str, reason: str) -> NoReturn:
    raise ParameterInvalid(
        f'"{value}" for {spec.name} is {reason}. It takes {spec.range_text}.',
        where=instrument,
        advice=MEND,
    )
