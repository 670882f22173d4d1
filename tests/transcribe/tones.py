"""Lines whose notes are known to the sample: additive tones, seeded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from daw_bridge.core.audio import AudioClip, Samples
from daw_bridge.core.notes import Note

RATE_HZ = 22_050


@dataclass(frozen=True, eq=False)
class Line:
    """Samples float32 [1, frames] at 22,050 Hz, and the notes in them."""

    samples: Samples
    notes: tuple[Note, ...]

    @property
    def clip(self) -> AudioClip:
        """The line as a clip."""
        return AudioClip(self.samples, RATE_HZ)


def play(notes: Iterable[Note], length_s: float) -> Line:
    """Each note a decaying tone of eight partials, its level as its velocity (40 dB a tenfold)."""
    played = tuple(sorted(notes))
    samples = np.zeros(round(length_s * RATE_HZ))
    for note in played:
        start = round(note.onset_s * RATE_HZ)
        sound = _tone(note)[: len(samples) - start]
        samples[start : start + len(sound)] += sound
    return Line(samples.astype(np.float32)[None], played)


def melody(
    keys: Iterable[int],
    step_s: float,
    *,
    gate: float = 0.85,
    start_s: float = 0.25,
    velocities: Iterable[int] | None = None,
) -> list[Note]:
    """One note after the other, every `step_s`, each sounding for `gate` of it."""
    line = list(keys)
    levels = list(velocities or [96] * len(line))
    return [
        Note(start_s + index * step_s, key, start_s + (index + gate) * step_s, level)
        for index, (key, level) in enumerate(zip(line, levels, strict=True))
    ]


def chord_line(length_s: float, seed: int = 4) -> Line:
    """Triads every 0.6 s above a bass note, seeded: something for every register."""
    generator = np.random.default_rng(seed)
    notes = []
    for onset_s in np.arange(0.3, length_s - 0.7, 0.6):
        root = int(generator.integers(48, 72))
        keys = (root - 12, root, root + int(generator.integers(3, 5)), root + 7)
        notes += [Note(float(onset_s), key, float(onset_s) + 0.5) for key in keys]
    return play(notes, length_s)


def _tone(note: Note, attack_s: float = 0.003, release_s: float = 0.02) -> np.ndarray:
    time_s = np.arange(round((note.duration_s + release_s) * RATE_HZ)) / RATE_HZ
    fundamental_hz = 440.0 * 2 ** ((note.pitch - 69) / 12)
    tone = np.zeros(len(time_s))
    for partial in range(1, 9):
        frequency_hz = fundamental_hz * partial
        if frequency_hz < 0.45 * RATE_HZ:
            # A golden-ratio phase: fixed, and no two partials peak together.
            phase = 2 * np.pi * partial * 0.618
            tone += (
                np.sin(2 * np.pi * frequency_hz * time_s + phase) / partial * np.exp(-time_s * partial / 2)
            )
    envelope = np.minimum(time_s / attack_s, 1) * np.clip((time_s[-1] - time_s) / release_s, 0, 1)
    return np.asarray(0.15 * (note.velocity / 96) ** 2 * envelope * tone)


def glide(key: np.ndarray) -> AudioClip:
    """A steady tone of eight partials whose pitch is `key` (MIDI, with fractions) at each sample."""
    phase = 2 * np.pi * np.cumsum(440.0 * 2 ** ((key - 69) / 12)) / RATE_HZ
    tone = sum(np.sin(partial * phase) / partial for partial in range(1, 9))
    return AudioClip((0.15 * np.asarray(tone))[None].astype(np.float32), RATE_HZ)
