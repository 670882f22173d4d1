"""Which audio inputs are there, as PortAudio says it of a JACK server."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.live.hardware import DEVICE, hardware
from tests.live.record_command import needs_portaudio

pytestmark = [pytest.mark.real]

ASKS = """
import os
from daw_bridge.live.audio_in import _inputs, list_inputs
server = os.environ["JACK_DEFAULT_SERVER"]
os.environ["JACK_DEFAULT_SERVER"] = "none-runs"
print([device.name for device in _inputs()])
os.environ["JACK_DEFAULT_SERVER"] = server
print([device.name for device in list_inputs()])
"""


def test_an_input_that_did_not_answer_at_first_is_asked_again(jack: dict[str, str]) -> None:
    needs_portaudio()
    with hardware(jack):
        asked = subprocess.run([sys.executable, "-c", ASKS], env=jack, capture_output=True, text=True)
    before, after = asked.stdout.splitlines()
    assert before == "[]", asked.stderr
    assert f"{DEVICE}, JACK Audio Connection Kit" in after
