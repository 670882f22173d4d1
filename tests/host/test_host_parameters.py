"""Parameters in the instrument's own words and units; what is wrong is said with what is right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.errors import ParameterInvalid
from daw_bridge.host.parameters import (
    ParameterSpec,
    Value,
    convert,
    key_of,
    parse_quantity,
    read_parameters,
    read_value,
)

CUTOFF = ParameterSpec("cutoff", unit="Hz", minimum=20, maximum=20_000, words=("cutoff_hz",))
ATTACK = ParameterSpec("attack", unit="s", minimum=0.001, maximum=10)
MIX = ParameterSpec("mix", minimum=0, maximum=1)
WIDTH = ParameterSpec("width", unit="%", minimum=0, maximum=100)
TUNE = ParameterSpec("tune", unit="st", minimum=-24, maximum=24)
GAIN = ParameterSpec("gain", unit="dB", minimum=-60, maximum=6)
WAVE = ParameterSpec("wave", choices=("Saw", "Pulse Width", "Off"))
CHORUS = ParameterSpec("chorus", is_switch=True)
SPECS = [CUTOFF, ATTACK, MIX, WIDTH, TUNE, GAIN, WAVE, CHORUS]


@pytest.mark.parametrize(
    ("spec", "value", "expected"),
    [
        (CUTOFF, "320 Hz", 320.0),
        (CUTOFF, "1.2 kHz", 1200.0),
        (CUTOFF, "1.2khz", 1200.0),
        (CUTOFF, 320, 320.0),
        (CUTOFF, "320", 320.0),
        (CUTOFF, 20_000.0001, 20_000.0001),  # a range in 32-bit floats is not exact
        (ATTACK, "5 ms", 0.005),
        (ATTACK, "0.2 s", 0.2),
        (MIX, 0.35, 0.35),
        (MIX, "35 %", 0.35),
        (WIDTH, "35 %", 35.0),
        (TUNE, "3 st", 3.0),
        (TUNE, "-50 cents", -0.5),
        (GAIN, "-6 dB", -6.0),
        (GAIN, "−6 dB", -6.0),
        (WAVE, "saw", "Saw"),
        (WAVE, "pulse-width", "Pulse Width"),
        (WAVE, False, "Off"),  # YAML's reading of a bare Off
        (CHORUS, True, True),
        (CHORUS, "off", False),
        (CHORUS, 1, True),
    ],
)
def test_values_that_are_taken(spec: ParameterSpec, value: Value, expected: Value) -> None:
    read = read_value(value, spec, "synth")
    assert read == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert type(read) is type(expected)


@pytest.mark.parametrize(
    ("spec", "value", "message"),
    [
        (CUTOFF, "30 kHz", "out of range. It takes 20 to 20000 Hz"),
        (CUTOFF, "5 ms", "in ms, which it is not measured in"),
        (CUTOFF, "high", "no number"),
        (CUTOFF, True, "no number"),
        (MIX, "5 Hz", "in Hz"),
        (MIX, "135 %", "It takes 0 to 1."),
        (WAVE, "Sine", "It takes Saw, Pulse Width, Off"),
        (CHORUS, "perhaps", "It takes true or false"),
    ],
)
def test_values_that_are_not(spec: ParameterSpec, value: Value, message: str) -> None:
    with pytest.raises(ParameterInvalid, match="synth") as caught:
        read_value(value, spec, "synth")
    assert message in str(caught.value)
    assert spec.name in str(caught.value)


def test_names_are_found_in_any_spelling_and_units_may_be_left_out() -> None:
    assert read_parameters({"Cutoff": 100}, SPECS, "synth") == {"cutoff": 100.0}
    assert read_parameters({"cutoff_hz": 100}, SPECS, "synth") == {"cutoff": 100.0}


def test_a_wrong_name_says_which_is_meant() -> None:
    with pytest.raises(ParameterInvalid, match='Did you mean "cutoff"'):
        read_parameters({"cutof": 100}, SPECS, "synth")


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ParameterInvalid) as caught:
        read_parameters({"cutof": 100, "wave": "Saw", "mix": 7}, SPECS, "synth")
    assert caught.value.what.splitlines() == [
        "2 parameters are wrong:",
        '  There is no parameter "cutof". Did you mean "cutoff"?',
        '  "7" for mix is out of range. It takes 0 to 1.',
    ]


@given(st.floats(-1e6, 1e6), st.sampled_from(["Hz", "kHz", "ms", "s", "dB", "%", "st", "cents", ""]))
def test_quantities_are_read_as_they_are_written(number: float, unit: str) -> None:
    assert parse_quantity(f"{number!r} {unit}") == (number, unit)


@given(st.floats(1e-3, 1e6), st.sampled_from([("Hz", "kHz"), ("ms", "s"), ("%", ""), ("st", "cents")]))
def test_conversions_come_back(number: float, units: tuple[str, str]) -> None:
    there = convert(number, units[0], units[1])
    assert there is not None
    assert convert(there, units[1], units[0]) == pytest.approx(number)


def test_units_that_measure_different_things_do_not_convert() -> None:
    assert convert(1.0, "Hz", "ms") is None
    assert convert(1.0, "bpm", "BPM") == 1.0


@given(st.text())
def test_any_text_is_a_quantity_or_none(text: str) -> None:
    parse_quantity(text)
    key_of(text)
