"""Controllers, pedal, wheel, programs and key switches reach a real VST3, by the worker's own calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.audio import Samples
from daw_bridge.core.notes import Controller, Note, Part
from daw_bridge.host import Host
from tests.measure import brightness_hz, key_hz, mono, pitch_error_cents
from tests.plugin_process import Message, PluginProcess, plugin_process
from tests.plugins_fixtures import TEST_SYNTH, stored

pytestmark = pytest.mark.real

RATE_HZ = 44_100
NOTE_ON, NOTE_OFF = bytes((0x90, 69, 100)), bytes((0x80, 69, 0))


@pytest.fixture(scope="module")
def instrument(test_synth: Path) -> Iterator[PluginProcess]:
    with plugin_process(test_synth) as process:
        yield process


def played(instrument: PluginProcess, *messages: Message) -> Samples:
    """One second in which each message comes at its time in seconds; mono [frames]."""
    return mono(instrument.play(list(messages), frames=RATE_HZ, rate_hz=RATE_HZ))


def level(sound: Samples, start_s: float, end_s: float) -> float:
    return float(np.abs(sound[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]).max())


def test_the_pedal_holds_notes_until_it_comes_up(instrument: PluginProcess) -> None:
    up_and_down = [(0.0, bytes((0xB0, 64, 127))), (0.7, bytes((0xB0, 64, 0)))]
    sound = played(instrument, *up_and_down, (0.1, NOTE_ON), (0.3, NOTE_OFF))
    assert level(sound, 0.4, 0.7) > 0.1
    assert level(sound, 0.8, 1.0) < 1e-4
    without = played(instrument, (0.1, NOTE_ON), (0.3, NOTE_OFF))
    assert level(without, 0.4, 0.7) < 1e-4


def test_the_mod_wheel_makes_vibrato(instrument: PluginProcess) -> None:
    still = played(instrument, (0.0, NOTE_ON), (0.95, NOTE_OFF))
    moving = played(instrument, (0.0, bytes((0xB0, 1, 127))), (0.0, NOTE_ON), (0.95, NOTE_OFF))
    width = [np.diff(np.flatnonzero(np.diff(np.signbit(sound)))).std() for sound in (still, moving)]
    assert width[1] > width[0] + 0.5  # half-periods vary by half a semitone either way


def test_a_parts_controllers_reach_the_plugin(test_synth_folder: Path) -> None:
    still = Part((Note(0.0, 69, 0.95),), 1.0)
    moving = replace(still, controllers=(Controller(0.0, 1, 127),))
    with Host(plugin_folders=[test_synth_folder]) as host:
        sounds = [
            mono(host.render(part, stored({"plugin": TEST_SYNTH}), rate_hz=RATE_HZ).clip.samples)
            for part in (still, moving, still)
        ]
    width = [np.diff(np.flatnonzero(np.diff(np.signbit(sound)))).std() for sound in sounds]
    assert width[1] > width[0] + 0.5
    assert width[2] == pytest.approx(width[0], abs=0.01)  # the wheel is back at rest


def test_the_wheel_bends(instrument: PluginProcess) -> None:
    down = bytes((0xE0, 0, 0))  # two semitones, unless told otherwise
    sound = played(instrument, (0.0, NOTE_ON), (0.3, down), (0.95, NOTE_OFF))
    bent = sound[round(0.32 * RATE_HZ) : round(0.9 * RATE_HZ)]
    assert abs(pitch_error_cents(bent, RATE_HZ, key_hz(67))) < 2


def test_programs_change(instrument: PluginProcess) -> None:
    sine = brightness_hz(played(instrument, (0.0, NOTE_ON), (0.9, NOTE_OFF)), RATE_HZ)
    square = brightness_hz(
        played(instrument, (0.0, bytes((0xC0, 2))), (0.1, NOTE_ON), (0.9, NOTE_OFF)), RATE_HZ
    )
    assert square > 3 * sine


def test_messages_of_one_moment_all_arrive(instrument: PluginProcess) -> None:
    chord = [(0.1, bytes((0x90, pitch, 20))) for pitch in range(60, 76)]
    ends = [(0.5, bytes((0x80, pitch, 0))) for pitch in range(60, 76)]
    sound = played(instrument, *chord, *ends)
    assert level(sound, 0.2, 0.5) > 0.1
    assert level(sound, 0.6, 1.0) < 1e-4  # none of them is left hanging


@pytest.mark.parametrize("tempo_synced", [False, True])
def test_key_switches_are_pressed_before_the_part(test_synth_folder: Path, tempo_synced: bool) -> None:
    part = Part((Note(0.0, 60, 0.5),), 0.6)

    def sound(host: Host, wave: str, *keys: str) -> Samples:
        instrument = {"plugin": TEST_SYNTH, "parameters": {"key_switches": "On", "wave": wave}}
        preset = stored(instrument, notes={"key_switches": list(keys)}, tempo_synced=tempo_synced)
        return host.render(part, preset, rate_hz=RATE_HZ).clip.samples

    with Host(plugin_folders=[test_synth_folder]) as host:
        sine = sound(host, "Sine")
        switched = sound(host, "Sine", "D-2")
        assert np.abs(sound(host, "Sine") - sine).max() < 1e-4  # nothing is left of the switch
        assert np.abs(switched - sound(host, "Square")).max() < 1e-4
        assert np.abs(sound(host, "Sine", "C#-2") - sound(host, "Saw")).max() < 1e-4
        assert np.abs(switched - sine).max() > 0.1
