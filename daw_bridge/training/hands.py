"""Two hands: a tune, what accompanies it below, at times a bass under both, as pianists and guitarists play;
or chords over a note of theirs.

The other lines are one thing each, and as loud all through as sequencers are; `expressive` makes any line as
soft and as uneven as players are, the tune before the rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from daw_bridge.core.notes import Note
from daw_bridge.training import lines
from daw_bridge.training.lines import Setting

NARROWEST = 12
"""Keys of a hand's range."""
SOFTEST, LEAST_SHARE = 10, 0.25
"""Velocities: no note is softer, nor below that share of the loudest (24 dB, as SoundFonts play it): what
nobody hears isn't to be heard."""
TOGETHER_S = 0.03
STRUM_S = 0.13
"""What begins within this time of a chord's first note is of that chord."""


def hands(rng: np.random.Generator, setting: Setting) -> list[Note]:
    """A tune over broken or struck chords, one line in three with a bass of its own; one in two pedalled."""
    low, high = setting.lowest, setting.highest
    middle = int(rng.integers(low + (high - low) // 3, low + 2 * (high - low) // 3 + 1))
    below = replace(setting, highest=max(middle, low + NARROWEST))
    above = replace(setting, lowest=min(middle, high - NARROWEST))
    accompaniment = (lines.arpeggio, lines.arpeggio, lines.comping, lines.bed)[rng.integers(4)]
    tune = (lines.melody, lines.melody, lines.melody, lines.bed, lines.riff)[rng.integers(5)]
    notes = accompaniment(rng, below) + tune(rng, above)
    if rng.random() < 0.35:
        notes += lines.bass(rng, replace(setting, highest=low + NARROWEST + 7))
    return pedalled(notes, setting, float(rng.choice([8, 16]))) if rng.random() < 0.5 else notes


def grounded(rng: np.random.Generator, setting: Setting) -> list[Note]:
    """Chords over a note of theirs an octave or two below, mostly the lowest: as left hands play the root."""
    above = replace(setting, lowest=min(setting.lowest + 12, setting.highest - NARROWEST))
    chords = (lines.comping, lines.bed)[rng.integers(2)](rng, above)
    voice, octaves = int(rng.choice([0, 0, 0, 1, 2])), int(rng.choice([1, 1, 1, 2]))
    struck: list[list[Note]] = []
    for note in sorted(chords):
        if not struck or note.onset_s - struck[-1][0].onset_s > STRUM_S:
            struck.append([])
        struck[-1].append(note)
    return chords + [_ground(chord, voice, octaves, setting.lowest) for chord in struck]


def _ground(chord: Sequence[Note], voice: int, octaves: int, lowest: int) -> Note:
    """What its voice has, counted from the lowest, below all of the chord; what the lowest has where that key
    is none."""
    pitches = sorted(note.pitch for note in chord)
    pitch = pitches[min(voice, len(chord) - 1)] - 12 * octaves
    while pitch >= pitches[0]:
        pitch -= 12
    offset_s = max(note.offset_s for note in chord)
    return replace(chord[0], pitch=pitch if pitch >= lowest else pitches[0] - 12, offset_s=offset_s)


def pedalled(notes: Sequence[Note], setting: Setting, sixteenths: float) -> list[Note]:
    """Held until the pedal is changed, every so many sixteenths."""
    length_s, first_s = sixteenths * setting.sixteenth_s, setting.time_s(0)

    def held(note: Note) -> Note:
        change = math.floor((note.onset_s - first_s + TOGETHER_S) / length_s) + 1
        return replace(note, offset_s=max(note.offset_s, first_s + change * length_s))

    return [held(note) for note in notes]


def expressive(rng: np.random.Generator, notes: Sequence[Note]) -> tuple[Note, ...]:
    """With other velocities: from soft to loud as a whole, swelling and fading, no note quite like the next,
    and the highest note of those that sound (in one line of eight the lowest) before the others."""
    level, unevenness = rng.uniform(30, 112), rng.uniform(2, 12)
    swell, period_s, phase = rng.uniform(0, 18), rng.uniform(3, 12), rng.uniform(0, 2 * np.pi)
    before = rng.uniform(0.35, 1.0) if rng.random() < 0.75 else 1.0
    side = -1 if rng.random() < 0.125 else 1
    wanted = [
        (level + swell * math.sin(2 * np.pi * note.onset_s / period_s + phase) + rng.normal(0, unevenness))
        * (1.0 if _leads(note, notes, side) else before)
        for note in notes
    ]
    softest = max(SOFTEST, LEAST_SHARE * min(max(wanted, default=0.0), 127))
    return tuple(
        replace(note, velocity=int(np.clip(round(velocity), softest, 127)))
        for note, velocity in zip(notes, wanted, strict=True)
    )


def _leads(note: Note, notes: Sequence[Note], side: int) -> bool:
    """Whether no other that sounds at its onset, or is struck with it, is higher (`side` 1) or lower (-1)."""
    at_s = note.onset_s + TOGETHER_S
    return not any(
        side * (other.pitch - note.pitch) > 0 and other.onset_s <= at_s < other.offset_s for other in notes
    )
