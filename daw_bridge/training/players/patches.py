"""Sampled patches of the Gravis Ultrasound's format, played by timidity: Debian's `freepats`."""

from __future__ import annotations

import subprocess
import tempfile
import wave
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt

from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ, midi

PATCHES = Path("/etc/timidity/freepats.cfg")


def play(
    rng: np.random.Generator, performance: Performance, program: int, length_s: float
) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz.

    Raises FileNotFoundError without the patches, CalledProcessError when timidity fails.
    """
    if not PATCHES.is_file():
        raise FileNotFoundError(PATCHES)
    with tempfile.TemporaryDirectory() as folder:
        song, sound = Path(folder, "line.mid"), Path(folder, "line.wav")
        midi.write(song, performance, [mido.Message("program_change", program=program)])
        reverb = "1" if rng.random() < 0.2 else "0"
        # Without a cache of notes that come again (-S 0): with it they sound different at times.
        # fmt: off
        subprocess.run(
            ["timidity", "-c", str(PATCHES), "-s", str(PLAY_RATE_HZ), "-S", "0", "-EFchorus=0", "-EFdelay=0",
             f"-EFreverb={reverb}", "-Ow1slM", "-o", str(sound), str(song)],
            check=True, capture_output=True, timeout=120,
        )
        # fmt: on
        with wave.open(str(sound)) as file:
            heard = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    mono = np.zeros(round(length_s * PLAY_RATE_HZ), np.float32)
    # timidity begins with the first note.
    first = round(min(note.onset_s for note in performance.notes) * PLAY_RATE_HZ)
    heard = heard[: len(mono) - first]
    mono[first : first + len(heard)] = heard / 32768.0
    return mono
