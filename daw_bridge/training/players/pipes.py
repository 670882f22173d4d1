"""The pipes of a church organ, recorded stop by stop (Debian's `grandorgue-demo`; read by `wavpack`).

Each key sounds the stops that are drawn for the stem, of 16', 8', 4' and above. The organ has 8' stops and
one of 2': the others are its own pipes, played higher or lower.
"""

from __future__ import annotations

import functools
import re
import subprocess
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ, recorded, stops

FOLDER = Path("/usr/share/GrandOrgue/packages")
RANKS = {
    "Montre8": 0,
    "Bourdon8": 0,
    "FlHarm8": 0,
    "Gamba8": 0,
    "Trompette8": 0,
    "Hautbois8": 0,
    "Octavin2": 24,
}
"""By how many semitones each sounds above the key that its files name."""
FOUNDATIONS = ("Montre8", "Bourdon8", "FlHarm8", "Gamba8")
FOUNDATION_SHARE = 0.45
"""Of the 8' stops that are no reeds each is drawn as often as this; one of them always."""
OTHERS = (
    ("Bourdon8", -12, 0.3), ("Montre8", -12, 0.15), ("Trompette8", -12, 0.05), ("Trompette8", 0, 0.2),
    ("Hautbois8", 0, 0.2), ("FlHarm8", 12, 0.3), ("Montre8", 12, 0.4), ("Montre8", 19, 0.2),
    ("Octavin2", 24, 0.35), ("Montre8", 31, 0.1),
)  # fmt: skip
"""Which pipes, by how many semitones above the key, and how often."""
HIGHEST_KEY = 112
"""What would sound higher is not in an organ either."""


def play(rng: np.random.Generator, performance: Performance, length_s: float) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz; how hard a key is struck does not matter.

    Raises FileNotFoundError without the organ or without `wvunpack`.
    """
    drawn = [(rank, 0) for rank in FOUNDATIONS if rng.random() < FOUNDATION_SHARE]
    drawn = drawn or [(str(rng.choice(FOUNDATIONS)), 0)]
    drawn += [(rank, above) for rank, above, share in OTHERS if rng.random() < share]
    release_s = float(rng.uniform(0.04, 0.25))
    sound = np.zeros(round((length_s + 1.0) * PLAY_RATE_HZ))
    for rank, above in drawn:
        level, cents = float(rng.uniform(0.4, 1.0)), float(rng.normal(0.0, 3.0))
        for note in performance.transposed(above).notes:
            if note.pitch > HIGHEST_KEY:
                continue
            tone, before = recorded.tone_of(note, _ranks()[rank], cents, release_s, on=True)
            recorded.add(sound, level * tone, round(note.onset_s * PLAY_RATE_HZ) - before)
    sound = sound[: round(length_s * PLAY_RATE_HZ)]
    sound = stops.turned(rng, sound) if rng.random() < 0.2 else sound
    return np.asarray(0.5 * sound / max(np.abs(sound).max(), 1e-9), np.float32)


@functools.cache
def _ranks() -> dict[str, dict[int, Path]]:
    """The pipes of every stop by the key that they sound, unpacked for as long as the process lives."""
    packed = next(iter(sorted(FOLDER.glob("demo-*.orgue"))), None)
    if packed is None:
        raise FileNotFoundError(FOLDER)
    folder = Path(_folder().name)
    found: dict[str, dict[int, Path]] = {rank: {} for rank in RANKS}
    with zipfile.ZipFile(packed) as archive:
        for name in archive.namelist():
            named = re.fullmatch(r"(\w+)/(\d{3})-[A-G]#?\.wav", name)
            if named and named[1] in RANKS:
                path = folder / f"{named[1]}-{named[2]}.wav"
                wavpack = path.with_suffix(".wv")
                wavpack.write_bytes(archive.read(name))
                subprocess.run(
                    ["wvunpack", "-q", str(wavpack), "-o", str(path)], check=True, capture_output=True
                )
                found[named[1]][int(named[2]) + RANKS[named[1]]] = path
    return found


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="daw-bridge-pipes-")
