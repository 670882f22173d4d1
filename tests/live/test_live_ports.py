"""Where this system has no MIDI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


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
