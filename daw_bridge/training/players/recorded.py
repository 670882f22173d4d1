"""Recorded instruments, note by note: a grand piano in eight layers of touch, and twenty others.

The samples are npm packages (docs/training.md installs them): `tonejs-instrument-NAME-mp3`, from public
domain sources, and `@audio-samples/piano-velocityN`, the Salamander Grand Piano.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from daw_bridge.core.notes import Note
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ, SAMPLES

GRAND = "grand"
GRAND_LAYERS = (2, 4, 6, 8, 10, 12, 14, 16)
RANGES = {
    "bass-electric": (26, 60), "bassoon": (34, 72), "cello": (36, 76), "clarinet": (50, 91),
    "contrabass": (28, 60), "flute": (60, 96), "french-horn": (34, 77), "guitar-acoustic": (38, 76),
    "guitar-electric": (40, 84), "guitar-nylon": (40, 84), "harmonium": (36, 84), "harp": (31, 96),
    "organ": (28, 84), "piano": (21, 108), GRAND: (21, 108), "saxophone": (49, 88), "trombone": (34, 72),
    "trumpet": (53, 86), "tuba": (28, 64), "violin": (55, 96), "xylophone": (67, 108),
}  # fmt: skip
"""MIDI keys that each plays."""
ENDING = (
    "bass-electric",
    "guitar-acoustic",
    "guitar-electric",
    "guitar-nylon",
    "harp",
    "piano",
    GRAND,
    "xylophone",
)
"""What dies away by itself; the others sound on, in a loop, as long as they are held."""
SILENT_BELOW, STRUCK_ABOVE = 0.01, 0.1
"""Of a sample's first peak: before, nothing is heard but noise; from then on it is heard as a note."""
ATTACK_S = 0.3
"""The first peak is within this time."""
CROSSFADE_S = 0.12
LONGEST_S = 15.0
"""More of a sample is not read."""
SEMITONE = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

Samples = npt.NDArray[np.float32]


def play(
    rng: np.random.Generator, performance: Performance, instrument: str, length_s: float
) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz; bends are not played. Raises FileNotFoundError without the samples."""
    layers = [_sampled(folder) for folder in _folders(instrument)]
    # The grand's layers differ in level by themselves.
    span_db = float(rng.uniform(0.0, 8.0) if len(layers) > 1 else rng.uniform(10.0, 30.0))
    cents, release_s = float(rng.normal(0.0, 6.0)), float(rng.uniform(0.04, 0.2))
    sound = np.zeros(round((length_s + 1.0) * PLAY_RATE_HZ), np.float32)
    for note in performance.notes:
        layer = layers[min(note.velocity * len(layers) // 128, len(layers) - 1)]
        tone, before = tone_of(note, layer, cents, release_s, on=instrument not in ENDING)
        tone *= np.float32(10 ** (span_db * (note.velocity / 127 - 1) / 20))
        add(sound, tone, round(note.onset_s * PLAY_RATE_HZ) - before)
    sound = sound[: round(length_s * PLAY_RATE_HZ)]
    return np.asarray(0.5 * sound / max(float(np.abs(sound).max()), 1e-9), np.float32)


def add(sound: npt.NDArray[np.floating], tone: npt.NDArray[np.floating], first: int) -> None:
    """Mix the tone in from the sample `first` on; what lies outside is left out."""
    tone = tone[max(-first, 0) : len(sound) - first]
    sound[max(first, 0) : max(first, 0) + len(tone)] += tone


def tone_of(
    note: Note, layer: dict[int, Path], cents: float, release_s: float, *, on: bool
) -> tuple[Samples, int]:
    """One note, released; and how many samples there are before it is heard."""
    key = min(layer, key=lambda sampled: (abs(sampled - note.pitch), sampled))
    sample, before = _recorded(layer[key])
    step = 2 ** ((note.pitch - key + cents / 100) / 12)
    before = round(before / step)
    held, released = before + round(note.duration_s * PLAY_RATE_HZ), round(5 * release_s * PLAY_RATE_HZ)
    needed = int((held + released) * step) + 2
    source = _looped(sample, needed) if on else sample
    at = np.arange(min(held + released, int((len(source) - 2) / step))) * step
    tone = np.interp(at, np.arange(len(source)), source)
    falling = np.maximum(np.arange(len(tone)) - held, 0) / (release_s * PLAY_RATE_HZ)
    return np.asarray(tone * np.exp(-falling), np.float32), before


def _looped(sample: Samples, needed: int) -> Samples:
    """As long as needed: the middle of the sample again and again, faded into itself."""
    fade = round(CROSSFADE_S * PLAY_RATE_HZ)
    start, end = int(0.3 * len(sample)), int(0.75 * len(sample))
    if needed <= end or end - start < 2 * fade:
        return sample
    turn = np.sin(np.linspace(0, np.pi / 2, fade, dtype=np.float32))
    loop = sample[start:end].copy()
    loop[-fade:] = loop[-fade:] * turn[::-1] + sample[start - fade : start] * turn
    times = -(-(needed - end) // len(loop)) + 1
    return np.concatenate([sample[:start], *[loop] * times])


def _folders(instrument: str) -> list[Path]:
    if instrument == GRAND:
        return [SAMPLES / "@audio-samples" / f"piano-velocity{layer}" / "audio" for layer in GRAND_LAYERS]
    return [SAMPLES / f"tonejs-instrument-{instrument}-mp3"]


@functools.cache
def _sampled(folder: Path) -> dict[int, Path]:
    """The keys that there are samples of."""
    found = {}
    for path in sorted(folder.glob("*.*")):
        named = re.match(r"([A-G])(s|#)?(\d)(v\d+)?$", path.stem)
        if named and path.suffix in (".mp3", ".ogg"):
            found[SEMITONE[named[1]] + bool(named[2]) + 12 * (int(named[3]) + 1)] = path
    if not found:
        raise FileNotFoundError(folder)
    return found


@functools.cache
def _recorded(path: Path) -> tuple[Samples, int]:
    """One channel at 44,100 Hz from where something sounds, and how many samples later the note is heard."""
    from pedalboard.io import AudioFile

    with AudioFile(str(path)).resampled_to(PLAY_RATE_HZ) as file:
        frames = min(file.frames, round(LONGEST_S * PLAY_RATE_HZ))
        sample = np.asarray(file.read(frames).mean(axis=0), np.float32)
    level = np.abs(sample)
    first = int(np.argmax(level > SILENT_BELOW * level.max()))
    attack = level[first : first + round(ATTACK_S * PLAY_RATE_HZ)]
    begins = first + int(np.argmax(attack > SILENT_BELOW * attack.max()))
    struck = first + int(np.argmax(attack > STRUCK_ABOVE * attack.max()))
    return sample[begins:], struck - begins
