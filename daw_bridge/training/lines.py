"""Lines made by rule: basses, riffs, melodies, arpeggios, chord beds, comping, repeated notes.

Each takes a generator and the range of keys, and returns notes in seconds. Times lie on a grid of
sixteenths (with swing, at times); `performance.played` moves them off it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from daw_bridge.core.notes import Note

SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10), (0, 3, 5, 7, 10))
PROGRESSIONS = (
    (0, 5, 3, 4),
    (0, 3, 4, 4),
    (0, 4, 5, 3),
    (5, 3, 0, 4),
    (0, 0, 3, 0),
    (1, 4, 0, 0),
    (0, 6, 5, 4),
)

FASTEST_RESTRIKES_S, SLOW_RESTRIKES_S = 0.075, 0.2
"""Repeated notes follow one another as fast as that, and a third or twice as slow when faster than this."""

Rng = np.random.Generator


@dataclass(frozen=True)
class Setting:
    """What a line keeps to: keys, length in seconds, a sixteenth's length, swing, a tonic and a scale."""

    lowest: int
    highest: int
    length_s: float
    sixteenth_s: float
    swing: float
    tonic: int
    scale: tuple[int, ...]
    progression: tuple[int, ...]

    @classmethod
    def draw(cls, rng: Rng, lowest: int, highest: int, length_s: float) -> Setting:
        """Tempo from 60 to 180 BPM, one line in four swung."""
        return cls(
            lowest=lowest,
            highest=highest,
            length_s=length_s,
            sixteenth_s=15.0 / float(rng.uniform(60, 180)),
            swing=float(rng.uniform(0.1, 0.33)) if rng.random() < 0.25 else 0.0,
            tonic=int(rng.integers(0, 12)),
            scale=SCALES[rng.integers(len(SCALES))],
            progression=PROGRESSIONS[rng.integers(len(PROGRESSIONS))],
        )

    def time_s(self, sixteenth: float) -> float:
        """When a sixteenth is: the odd ones late, if swung."""
        late = self.swing if int(sixteenth) % 2 else 0.0
        return 0.1 + (sixteenth + late) * self.sixteenth_s

    @property
    def sixteenths(self) -> int:
        """How many there are."""
        return int((self.length_s - 0.4) / self.sixteenth_s)

    def key(self, degree: int, around: int) -> int:
        """The scale's degree (0 is the tonic) in the octave nearest to the key `around`, within range."""
        octave, step = divmod(degree, len(self.scale))
        pitch = self.tonic + self.scale[step] + 12 * octave
        return self.folded(pitch + 12 * round((around - pitch) / 12))

    def folded(self, pitch: int) -> int:
        """Moved by octaves into the range."""
        while pitch < self.lowest:
            pitch += 12
        while pitch > self.highest:
            pitch -= 12
        return max(pitch, self.lowest)

    def chord(self, bar: int, around: int, size: int) -> list[int]:
        """The bar's chord, in thirds of the scale, as close as can be to `around`."""
        degree = self.progression[bar % len(self.progression)]
        keys = {self.key(degree + 2 * step, around + 4 * (step - size // 2)) for step in range(size)}
        return sorted(keys)


Line = Callable[[Rng, Setting], list[Note]]


def bass(rng: Rng, setting: Setting) -> list[Note]:
    """Roots and fifths in a pattern of two bars; passing notes, octaves, ghost notes."""
    home = int(rng.integers(setting.lowest, min(setting.lowest + 14, setting.highest - 5) + 1))
    rhythm = _rhythm(rng, int(rng.choice([1, 2, 2, 4, 4, 8])), 32)
    gate = float(rng.choice([0.35, 0.7, 0.9, 1.0]))
    ghosts = rng.random() < 0.3
    moves = [int(rng.choice([0, 0, 0, 0, 4, 7, 12, 2, -3])) for _ in rhythm]
    notes = []
    for start in range(0, setting.sixteenths, 32):
        for (at, steps), move in zip(rhythm, moves, strict=True):
            if start + at >= setting.sixteenths:
                break
            root = setting.key(setting.progression[(start + at) // 16 % len(setting.progression)], home)
            pitch = root + 12 if move == 12 else setting.key(_degree(setting, root) + move, root + move)
            velocity = _accent(rng, at)
            if ghosts and rng.random() < 0.2:
                notes.append(
                    _note(setting, start + at, 0.4, setting.folded(pitch), int(rng.integers(12, 40)))
                )
            else:
                notes.append(_note(setting, start + at, gate * steps, setting.folded(pitch), velocity))
    return notes


def riff(rng: Rng, setting: Setting) -> list[Note]:
    """One bar of few keys, repeated, with repeated notes."""
    home = int(rng.integers(setting.lowest, setting.highest - 4))
    rhythm = _rhythm(rng, int(rng.choice([1, 1, 2])), 16)
    degrees = [int(rng.choice([0, 0, 0, 1, 2, 4, 7, -2])) for _ in rhythm]
    gate = float(rng.choice([0.3, 0.6, 0.9]))
    notes = []
    for start in range(0, setting.sixteenths, 16):
        shift = setting.progression[start // 16 % len(setting.progression)] if rng.random() < 0.5 else 0
        for (at, steps), degree in zip(rhythm, degrees, strict=True):
            if start + at < setting.sixteenths:
                pitch = setting.key(shift + degree, home + degree)
                notes.append(_note(setting, start + at, gate * steps, pitch, _accent(rng, at)))
    return notes


def melody(rng: Rng, setting: Setting) -> list[Note]:
    """Steps and leaps, phrases with rests, long notes at their ends, some legato."""
    around = int(
        rng.integers(
            (2 * setting.lowest + setting.highest) // 3, (setting.lowest + 2 * setting.highest) // 3 + 1
        )
    )
    degree = _degree(setting, around)
    density = float(rng.choice([1, 2, 2, 4]))
    legato = float(rng.choice([0.6, 0.85, 0.97, 1.0]))
    at, notes = 0.0, []
    while at < setting.sixteenths:
        steps = (
            float(rng.choice([1, 2, 2, 3, 4, 6, 8], p=[0.25, 0.2, 0.15, 0.1, 0.15, 0.05, 0.1])) * density / 2
        )
        if rng.random() < 0.12:
            at += steps
            continue
        degree += int(rng.choice([-4, -2, -1, -1, 0, 1, 1, 2, 3]))
        pitch = setting.key(degree, around + int(1.7 * (degree - _degree(setting, around))))
        notes.append(_note(setting, at, legato * steps, pitch, _accent(rng, int(at))))
        at += steps
    return notes


def arpeggio(rng: Rng, setting: Setting) -> list[Note]:
    """Broken chords, up, down, both or in disorder, over one or two octaves."""
    step = (
        float(rng.choice([0.5, 1, 1, 2, 4 / 3])) if setting.sixteenth_s > 0.11 else float(rng.choice([1, 2]))
    )
    gate = float(rng.choice([0.4, 0.8, 1.0, 3.0]))
    size, way = int(rng.choice([3, 4, 5, 6])), int(rng.integers(0, 4))
    around = int(rng.integers(setting.lowest + 6, max(setting.highest - 12, setting.lowest + 7)))
    at, count, notes = 0.0, 0, []
    while at < setting.sixteenths:
        chord = setting.chord(int(at) // 16, around, min(size, 4))
        chord = chord + [key + 12 for key in chord[: size - 3] if key + 12 <= setting.highest]
        turn = count % len(chord)
        cycle = count % max(2 * len(chord) - 2, 1)
        index = (
            turn,
            len(chord) - 1 - turn,
            min(cycle, 2 * len(chord) - 2 - cycle),
            int(rng.integers(len(chord))),
        )
        pitch = chord[index[way] % len(chord)]
        notes.append(_note(setting, at, gate * step, pitch, _accent(rng, int(at))))
        at, count = at + step, count + 1
    return notes


def bed(rng: Rng, setting: Setting) -> list[Note]:
    """Chords held for half a bar to two bars, common keys tied over at times."""
    length, size = int(rng.choice([8, 16, 16, 32])), int(rng.choice([2, 3, 3, 4, 5]))
    around = int(rng.integers(setting.lowest + 8, max(setting.highest - 8, setting.lowest + 9)))
    gate, tied = float(rng.choice([0.8, 0.95, 1.0, 1.05])), rng.random() < 0.4
    held: dict[int, Note] = {}
    notes: list[Note] = []
    for start in range(0, setting.sixteenths, length):
        velocity = _accent(rng, 0)
        chord = setting.chord(start // 16 + (start // 8) % 2, around, size)
        fresh = {}
        for key in chord:
            note = _note(
                setting, start, gate * length, key, int(np.clip(velocity + rng.integers(-9, 10), 1, 127))
            )
            if tied and key in held:
                before = held.pop(key)
                note = Note(before.onset_s, key, note.offset_s, before.velocity)
            fresh[key] = note
        notes += held.values()
        held = fresh
    return notes + list(held.values())


def comping(rng: Rng, setting: Setting) -> list[Note]:
    """Chords in a rhythm of one bar, short or held, some strummed."""
    rhythm = _rhythm(rng, int(rng.choice([2, 2, 4])), 16)
    around = int(rng.integers(setting.lowest + 8, max(setting.highest - 8, setting.lowest + 9)))
    gate, size = float(rng.choice([0.3, 0.6, 0.95])), int(rng.choice([2, 3, 4, 5]))
    strum_s = float(rng.uniform(0.005, 0.03)) if rng.random() < 0.3 else 0.0
    notes = []
    for start in range(0, setting.sixteenths, 16):
        for at, steps in rhythm:
            velocity = _accent(rng, at)
            chord = setting.chord(start // 16, around, size)
            if rng.random() < 0.5:
                chord = chord[::-1]
            for order, key in enumerate(chord):
                note = _note(
                    setting,
                    start + at,
                    gate * steps,
                    key,
                    int(np.clip(velocity + rng.integers(-9, 10), 1, 127)),
                )
                onset_s = note.onset_s + order * strum_s
                notes.append(Note(onset_s, key, max(note.offset_s, onset_s + 0.04), note.velocity))
    return notes


def restrikes(rng: Rng, setting: Setting) -> list[Note]:
    """One key, or one chord, struck again and again with hardly a gap, as sequenced sixteenths and eighths
    are, until the harmony moves on."""
    step = 1.0
    while step * setting.sixteenth_s < FASTEST_RESTRIKES_S:
        step *= 2
    if rng.random() < 0.35 and step * setting.sixteenth_s < SLOW_RESTRIKES_S:
        step *= float(rng.choice([4 / 3, 2.0]))
    size = int(rng.choice([1, 1, 1, 2, 3, 4]))
    gate = float(rng.choice([rng.uniform(0.7, 1.0), rng.uniform(0.85, 0.98), 1.0], p=[0.6, 0.3, 0.1]))
    around = int(rng.integers(setting.lowest, setting.highest - 4))
    stay = int(rng.choice([2, 4, 4, 8, 16, 16, 32]))
    level, unevenness, rests = (
        int(rng.integers(60, 118)),
        float(rng.uniform(0, 12)),
        float(rng.uniform(0, 0.15)),
    )
    accents = float(rng.choice([0.0, 0.5, 1.0]))
    moves = [int(rng.choice([0, 0, 1, 2, 3, 4, 7, -3])) for _ in range(8)]
    at, notes = 0.0, []
    while at < setting.sixteenths:
        turn = int(at) // stay
        if size == 1:
            keys = [
                setting.key(
                    setting.progression[int(at) // 16 % 4] + moves[turn % 8], around + moves[turn % 8]
                )
            ]
        else:
            keys = setting.chord(turn, around, size)
        accent = accents * (_accent(rng, int(at)) - 86)
        if rng.random() >= rests:
            for key in keys:
                velocity = int(np.clip(level + accent + rng.normal(0, unevenness), 8, 127))
                notes.append(_note(setting, at, gate * step, key, velocity))
        at += step
    return notes


def _rhythm(rng: Rng, unit: int, length: int) -> list[tuple[int, int]]:
    """Starts and lengths in sixteenths that fill `length`; the shortest and commonest is `unit`."""
    rhythm: list[tuple[int, int]] = []
    at = 0
    while at < length:
        steps = int(min(unit * rng.choice([1, 1, 1, 2, 3]), length - at))
        if rng.random() > 0.12 or not rhythm:
            rhythm.append((at, steps))
        at += steps
    return rhythm


def _degree(setting: Setting, pitch: int) -> int:
    """The scale's degree nearest below a key."""
    octave, rest = divmod(pitch - setting.tonic, 12)
    return octave * len(setting.scale) + max(i for i, step in enumerate(setting.scale) if step <= rest)


def _accent(rng: Rng, sixteenth: int) -> int:
    """A velocity; louder on the beat."""
    level = {0: 100, 2: 86}.get(sixteenth % 4, 78)
    return int(np.clip(level + rng.normal(0, 12), 20, 127))


def _note(setting: Setting, sixteenth: float, steps: float, pitch: int, velocity: int) -> Note:
    onset_s = setting.time_s(sixteenth)
    return Note(onset_s, pitch, onset_s + max(steps * setting.sixteenth_s, 0.04), max(velocity, 1))
