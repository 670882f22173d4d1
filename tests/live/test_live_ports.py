"""Which port is meant, and where this system has no MIDI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daw_bridge.core.errors import AudioInputMissing, PortMissing
from daw_bridge.live import ports
from daw_bridge.live.audio_in import InputDevice, find_input
from daw_bridge.live.ports import find_port, indices_of


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system always has MIDI")
def test_the_driver_prints_nothing_beside_our_words() -> None:
    environment = {
        **os.environ,
        "DAW_BRIDGE_MIDI": "jack",
        "JACK_DEFAULT_SERVER": "none-runs",
        "JACK_NO_START_SERVER": "1",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "daw_bridge", "ports"], env=environment, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("There are no MIDI ports") and len(ended.stdout.splitlines()) <= 2
    if not Path("/dev/snd/seq").exists():
        ended = subprocess.run(
            [sys.executable, "-m", "daw_bridge", "ports"],
            env={**environment, "DAW_BRIDGE_MIDI": "alsa"},
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 9 and ended.stdout == ""
        assert ended.stderr.startswith("✗ This system's MIDI does not answer")
        assert len(ended.stderr.splitlines()) == 2


def test_a_part_of_a_name_is_enough_and_an_empty_name_is_none() -> None:
    assert indices_of("MINI", ["IAC", "minilogue"]) == [1]
    assert indices_of("", ["minilogue"]) == indices_of(" ", ["a synth"]) == []


def test_the_ports_that_are_there_are_named() -> None:
    with pytest.raises(PortMissing, match='there are: "IAC", "minilogue"') as raised:
        find_port("TX7", ["IAC", "minilogue"], "output")
    assert raised.value.advice == "Name one of them."


def test_where_no_program_can_make_a_port_none_is_told_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from daw_bridge.cli import ports as command

    monkeypatch.setattr(ports, "HAS_VIRTUAL_PORTS", False)  # as on Windows
    monkeypatch.setattr(ports, "list_ports", lambda: ports.PortNames((), ()))
    monkeypatch.setattr(command, "_audio_inputs", tuple)
    command.ports(json=False)
    assert "loopMIDI" in (said := capsys.readouterr().out) and "--virtual" not in said


@pytest.mark.parametrize(
    ("kind", "is_windows", "advice"),
    [
        ("output", False, "--virtual NAME"),
        ("input", False, "or name none"),
        ("output", True, "loopMIDI"),
        ("input", True, "loopMIDI"),
    ],
)
def test_where_there_is_no_port_at_all_none_is_to_be_named(
    monkeypatch: pytest.MonkeyPatch, kind: str, is_windows: bool, advice: str
) -> None:
    monkeypatch.setattr(ports, "HAS_VIRTUAL_PORTS", not is_windows)
    with pytest.raises(PortMissing, match=f"There is no MIDI {kind} at all") as raised:
        find_port("TX7", [], kind)
    assert raised.value.advice is not None and advice in raised.value.advice
    assert "Name one of them" not in raised.value.advice


def test_where_there_is_no_audio_input_at_all_one_is_to_be_connected() -> None:
    with pytest.raises(AudioInputMissing, match="There is no audio input at all") as raised:
        find_input("Scarlett", [])
    assert raised.value.advice is not None and raised.value.advice.startswith("Connect one")
    with pytest.raises(AudioInputMissing, match='there are: "Scarlett 2i2"'):
        find_input("", [InputDevice(0, "Scarlett 2i2", 2, 48000)])
