"""`daw-bridge record` in a process of its own, and a take for it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from pathlib import Path

import pytest

from daw_bridge.core.meters import Position
from daw_bridge.core.notes import Note
from daw_bridge.settings import FixedTempo
from tests.fake_bridge import FakeBridge
from tests.flow.test_flow_pipeline import bounce_tone
from tests.live.hardware import DEVICE, PORT

NOTES = tuple(Note(0.1 + 0.19 * i, 60 + i, 0.2 + 0.19 * i, velocity=100) for i in range(6))


def needs_portaudio() -> None:
    if find_library("portaudio") is None:
        reason = "PortAudio is missing: Debian's package libportaudio2 has it (tests/run.sh installs it)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.fixture
def folder(tmp_path: Path, jack: dict[str, str]) -> Iterator[Path]:
    """Where a take `bass` lies, that begins in the middle of a bar; the command remembers its part."""
    needs_portaudio()
    stem = bounce_tone(tmp_path / "bass.wav", seconds=1.4)
    with FakeBridge(tmp_path / "daw-bridge") as bridge:
        bridge.engine.notes = NOTES
        bridge.convert(
            stem, deliver_to=tmp_path / "Bridge", tempo=FixedTempo(bpm=240), at=Position.parse("3.2.1")
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path))
        patch.setenv("COLUMNS", "200")
        yield tmp_path / "Bridge"


def record(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "daw_bridge", "record", "bass", "--in", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@contextmanager
def recording(
    folder: Path, *words: str, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """The command, that takes the latency for known."""
    command = [sys.executable, "-m", "daw_bridge", "record", "bass", "--in", str(folder)]
    command += ["--port", PORT, "--audio-in", DEVICE, "--latency", "0", *words]
    paths = {"XDG_STATE_HOME": os.environ["XDG_STATE_HOME"], "COLUMNS": "200"}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=None if environment is None else environment | paths,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def await_struck(synth: subprocess.Popen[str], process: subprocess.Popen[str]) -> None:
    """Until the synth has its first note. Fails with what the command says, if that ends before."""

    def end_with_it() -> None:
        process.wait()
        synth.terminate()

    threading.Thread(target=end_with_it, daemon=True).start()
    assert synth.stdout is not None
    if synth.stdout.readline() != "struck\n":
        pytest.fail("".join(process.communicate(timeout=30)))
