"""Takes played into a synth in another process and recorded from it, by `daw-bridge record`, through JACK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.files import sha256_of
from daw_bridge.deliver.take import TakeRendering
from daw_bridge.deliver.take_file import find_take
from tests.flow.test_flow_pipeline import RATE_HZ
from tests.live import jack as server
from tests.live.hardware import DEVICE, PORT, SOUNDS_S, hardware
from tests.live.record_command import NOTES, folder, record
from tests.measure import Signal

pytestmark = [pytest.mark.real, pytest.mark.slow]
__all__ = ["folder"]  # a fixture

PERIOD_MS = 1000 * server.PERIOD_FRAMES / server.RATE_HZ
WITHIN_S = 0.002
"""JACK takes MIDI in at the beginning of a period (1.3 ms), a ping's as well as a note's."""
BARS_S = 1.75
"""From the bounce's first sample, on a bar's second beat, to the end of the second bar."""
ATTEMPTS = 5
TAIL_S = 1.0
BUSY = ("This machine is busy", "The latency wanders", "The audio input lost")


@dataclass(frozen=True)
class Recorded:
    """What the command says of a recording, and its sound."""

    latency_ms: float
    warnings: list[str]
    clip: AudioClip

    @property
    def heard(self) -> Signal:
        """The larger sample of both channels."""
        return np.asarray(np.abs(self.clip.samples).max(axis=0))


def recorded(
    jack: dict[str, str], folder: Path, holds: Callable[[Recorded], None], *words: str, **synth: float
) -> None:
    """Record from `synth` what `holds` of; again where it doesn't, if the command itself says that the
    machine was busy: when JACK is held up, so are the notes that are on their way. A machine that is always
    so can't tell."""
    for _ in range(ATTEMPTS):
        with hardware(jack, **synth):
            done = record(folder, "--port", PORT, "--audio-in", DEVICE, "--json", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        said = json.loads(done.stdout)["recorded"]
        how, warnings = said["recorded"], said["warnings"]
        what = Recorded(how["latency_ms"], warnings, sound_of(folder / "bass" / said["file"]))
        try:
            holds(what)
        except AssertionError:
            if not any(warning.startswith(BUSY) for warning in warnings):
                raise
        else:
            return
    pytest.skip(f"this machine was too busy for {ATTEMPTS} recordings, each of which said so: {warnings}")


def sound_of(file: Path) -> AudioClip:
    from pedalboard.io import AudioFile

    with AudioFile(str(file)) as audio:
        return AudioClip(audio.read(audio.frames), round(audio.samplerate))


def onsets_s(what: Recorded) -> list[float]:
    """When each note that was played begins, by its loudest swing."""
    found = []
    for note in NOTES:
        first = round((note.onset_s - 0.05) * RATE_HZ)
        near = what.heard[first : first + round(0.1 * RATE_HZ)]
        found.append((first + int(np.argmax(near > 0.5 * near.max()))) / RATE_HZ)
    return found


@pytest.mark.parametrize("delay_ms", [0.0, 47.3])
def test_notes_are_heard_where_they_stand(jack: dict[str, str], folder: Path, delay_ms: float) -> None:
    def stand(what: Recorded) -> None:
        assert (what.clip.rate_hz, what.clip.channels) == (RATE_HZ, 2)
        assert onsets_s(what) == pytest.approx([note.onset_s for note in NOTES], abs=WITHIN_S)
        assert what.clip.duration_s == pytest.approx(1.4, abs=0.001)  # the last note has died away before
        assert what.latency_ms == pytest.approx(delay_ms, abs=PERIOD_MS + 1)

    recorded(jack, folder, stand, delay_ms=delay_ms)


def test_a_latency_that_is_known_is_taken_off_and_no_ping_is_played(
    jack: dict[str, str], folder: Path
) -> None:
    def is_as_late_as_it_was_said(what: Recorded) -> None:
        assert what.latency_ms == 100.0
        first_s = float(np.argmax(what.heard > 0.1)) / RATE_HZ
        assert first_s == pytest.approx(NOTES[0].onset_s + 0.3, abs=0.004)
        assert what.clip.duration_s == pytest.approx(NOTES[-1].onset_s + 0.3 + SOUNDS_S, abs=0.05)

    recorded(jack, folder, is_as_late_as_it_was_said, "--latency", "100", delay_ms=400.0)


def test_the_take_says_it_and_what_was_there_stays(jack: dict[str, str], folder: Path) -> None:
    before = find_take(folder / "bass" / "bass.take.yaml")
    with hardware(jack):
        for _ in range(2):
            words = ["--latency", "0", "--name", "Mini: the red one"]
            done = record(folder, "--port", PORT, "--audio-in", DEVICE, *words)
            assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"✓ {folder / 'bass' / 'bass - Mini the red one 2.wav'}  1.4 s, ")
    take = find_take(before.file).take
    first, *recordings = take.renderings
    assert first == before.take.renderings[0]
    assert [r.file for r in recordings] == ["bass - Mini the red one.wav", "bass - Mini the red one 2.wav"]
    assert all(is_as_listed(before.folder, r) for r in take.renderings)
    how = recordings[0].recorded
    assert how is not None
    assert (how.port, how.audio_input) == (PORT, f"{DEVICE}, JACK Audio Connection Kit")
    assert [list(version.recorded) for version in take.history] == [
        [],
        ["bass - Mini the red one.wav"],
        ["bass - Mini the red one.wav", "bass - Mini the red one 2.wav"],
    ]
    history = subprocess.run(
        [sys.executable, "-m", "daw_bridge", "takes", "history", "bass", "--in", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "bass - Mini the red one 2.wav (recorded)" in history


def is_as_listed(folder: Path, rendering: TakeRendering) -> bool:
    return rendering.file is not None and sha256_of(folder / rendering.file) == rendering.sha256


def test_an_input_that_clips_is_told_with_its_place(jack: dict[str, str], folder: Path) -> None:
    def clips(what: Recorded) -> None:
        assert any(warning.startswith("The input clipped, first at 3.2.") for warning in what.warnings)

    recorded(jack, folder, clips, "--latency", "0", gain=3.0)


def test_a_synth_that_sounds_on_is_faded_out_and_measured_by_its_first_ping(
    jack: dict[str, str], folder: Path
) -> None:
    def fades_out(what: Recorded) -> None:
        assert any(warning.startswith("It still sounds 1 s after the end") for warning in what.warnings)
        assert what.latency_ms == pytest.approx(47.3, abs=PERIOD_MS + 1)
        assert what.clip.duration_s == pytest.approx(BARS_S + TAIL_S, abs=0.5)
        assert what.heard[-RATE_HZ // 2 : -RATE_HZ // 4].max() > 0.02
        assert what.heard[-20:].max() < 0.001

    recorded(jack, folder, fades_out, "--tail", str(TAIL_S), delay_ms=47.3, gain=0.2, sounds_s=25.0)


# -- what is missing ----------------------------------------------------------------------------------


def test_a_synth_that_is_not_heard_leaves_the_take_as_it_was(jack: dict[str, str], folder: Path) -> None:
    before = {file: sha256_of(file) for file in (folder / "bass").iterdir()}
    with hardware(jack, gain=0.0):
        done = record(folder, "--port", PORT, "--audio-in", DEVICE)
    assert done.returncode == 9
    assert "No ping was heard, only silence." in done.stderr
    assert {file: sha256_of(file) for file in (folder / "bass").iterdir()} == before


def test_an_audio_input_that_is_not_there_is_said_with_those_that_are(
    jack: dict[str, str], folder: Path
) -> None:
    with hardware(jack):
        done = record(folder, "--port", PORT, "--audio-in", "Scarlett")
        assert done.returncode == 9
        assert "✗ Scarlett: There is no audio input of this name; there are: " in done.stderr
        assert f'"{DEVICE}, JACK Audio Connection Kit"' in done.stderr
        done = record(folder, "--port", PORT, "--audio-in", DEVICE, "--inputs", "3,4")
        assert done.returncode == 9
        assert "It has 1 input, and no 4." in done.stderr
        ports = [sys.executable, "-m", "daw_bridge", "ports"]
        said = json.loads(subprocess.run([*ports, "--json"], capture_output=True, check=True).stdout)
        assert f"{DEVICE}, JACK Audio Connection Kit" in said["audio_inputs"]
        listed = subprocess.run(ports, capture_output=True, text=True, check=True).stdout
        assert f"{DEVICE}, JACK Audio Connection Kit  1" in listed


def test_a_port_that_is_not_there_is_said(jack: dict[str, str], folder: Path) -> None:
    with hardware(jack):
        done = record(folder, "--port", "minilogue", "--audio-in", DEVICE)
    assert done.returncode == 9
    assert "minilogue: There is no MIDI output of this name; there are: " in done.stderr


@pytest.mark.parametrize(
    ("raises", "says"),
    [
        ("ImportError('no')", "uv sync --inexact --extra hardware"),
        ("OSError('PortAudio library not found')", "apt install libportaudio2"),
    ],
)
def test_what_is_not_installed_is_said(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raises: str, says: str
) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "sounddevice.py").write_text(f"raise {raises}\n")
    path = os.pathsep.join(filter(None, [str(tmp_path / "without"), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    done = record(folder, "--port", PORT, "--audio-in", DEVICE)
    assert done.returncode == 9
    assert says in done.stderr


def test_inputs_that_are_none_are_a_mistake(folder: Path) -> None:
    done = record(folder, "--port", PORT, "--audio-in", DEVICE, "--inputs", "left")
    assert done.returncode == 2 and "write 3 or 3,4" in done.stderr
