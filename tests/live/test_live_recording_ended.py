"""Recordings that are ended before they are done: by Ctrl-C, or by an input that goes away."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest

from daw_bridge.core.files import sha256_of
from tests.live.hardware import hardware
from tests.live.jack import running_jack
from tests.live.record_command import await_struck, folder, recording

pytestmark = [pytest.mark.real, pytest.mark.slow]
__all__ = ["folder"]  # a fixture


def test_ctrl_c_while_it_records_leaves_the_take_as_it_was(jack: dict[str, str], folder: Path) -> None:
    before = {file: sha256_of(file) for file in (folder / "bass").iterdir()}
    with hardware(jack, sounds_s=30.0) as synth, recording(folder, "--tail", "60") as process:
        await_struck(synth, process)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130, stderr
    assert {file: sha256_of(file) for file in (folder / "bass").iterdir()} == before


def test_an_input_that_goes_while_it_records_is_said(folder: Path) -> None:
    before = {file: sha256_of(file) for file in (folder / "bass").iterdir()}
    with (
        running_jack() as own,
        hardware(own, sounds_s=30.0) as synth,
        recording(folder, "--tail", "60", environment=own) as process,
    ):
        await_struck(synth, process)
        own_server(own).terminate()
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 9, stderr
    # Whichever is seen first: JACK's end takes the synth's port along.
    assert "The audio input is gone." in stderr or "The process that plays was ended" in stderr
    assert {file: sha256_of(file) for file in (folder / "bass").iterdir()} == before


def own_server(environment: dict[str, str]) -> psutil.Process:
    """The JACK server of this name.

    To be ended, not killed: JACK has room for eight on a machine, and keeps that of a killed one.
    """
    name = environment["JACK_DEFAULT_SERVER"]
    return next(
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "jackd" and name in process.info["cmdline"]
    )
