"""The test VST3s, and presets and parts to play on it. Listed in `conftest.py`'s `pytest_plugins`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from daw_bridge.core.notes import Note, Part
from daw_bridge.presets import Preset, StoredPreset

TEST_SYNTH = "DAW Bridge Test Synth"
TEST_EFFECT = "DAW Bridge Test Effect"
TEST_SHELL = "DAW Bridge Test Shell"
"""A file that holds two: "… Sine" and "… Square"."""
BUILD = Path(__file__).parent / "real" / "vst3" / "build.sh"


@pytest.fixture(scope="session")
def test_synth_folder() -> Path:
    """The folder that holds our VST3s (synth, shell, effect), built when it is not there yet."""
    if shutil.which("cmake") is None or shutil.which("ninja") is None or not Path("/usr/share/juce").is_dir():
        reason = "JUCE, cmake or ninja is not installed (tests/run.sh installs them on Debian)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI tests hosting on a real VST3, and {reason}")
        pytest.skip(reason)
    built = subprocess.run(["bash", str(BUILD)], capture_output=True, text=True, check=False)
    assert built.returncode == 0, f"the test synth does not build:\n{built.stderr[-4000:]}"
    return Path(built.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def test_synth(test_synth_folder: Path) -> Path:
    """Our VST3 instrument's bundle."""
    return test_synth_folder / f"{TEST_SYNTH}.vst3"


def copy_plugin(bundle: Path, folder: Path, name: str) -> Path:
    """A copy under another name: "Shell" or "Effect" in it makes it those plugins, else the synth."""
    copied = folder / f"{name}.vst3"
    shutil.copytree(bundle, copied)
    for binary in list(copied.rglob("*.so")):
        binary.rename(binary.with_name(f"{name}.so"))
    return copied


def stored(instrument: dict[str, Any], *, folder: Path | None = None, **settings: Any) -> StoredPreset:
    """A preset that no file holds; `folder` is where it would lie."""
    preset = Preset.model_validate({"name": "Test", "instrument": instrument, **settings})
    return StoredPreset("test", (folder or Path.cwd()) / "test.yaml", preset)


def line(*pitches: int, step_s: float = 0.25, length_s: float = 0.2, velocity: int = 100) -> Part:
    """One note after the other, the first at `step_s`, and one step of silence at the end."""
    notes = [
        Note(step_s * (index + 1), pitch, step_s * (index + 1) + length_s, velocity)
        for index, pitch in enumerate(pitches)
    ]
    return Part(tuple(notes), step_s * (len(pitches) + 2))
