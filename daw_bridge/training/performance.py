"""A line as it is played: off the grid, bent, without impossible overlaps. It is also the truth that
the network learns: a note lasts as long as its key is held (or the pedal holds it), not until its
reverberation has died away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from daw_bridge.core.notes import Bend, Note

SHORTEST_S = 0.03
BEND_STEP_S = 0.005


@dataclass(frozen=True)
class Performance:
    """Notes sorted by onset, and the pitch wheel's moves in semitones."""

    notes: tuple[Note, ...]
    bends: tuple[Bend, ...] = ()

    def transposed(self, semitones: int) -> Performance:
        """The same, so much higher."""
        notes = tuple(replace(note, pitch=note.pitch + semitones) for note in self.notes)
        return Performance(notes, self.bends)


def played(
    rng: np.random.Generator, notes: Sequence[Note], length_s: float, *, one_voice: bool, may_bend: bool
) -> Performance:
    """Half of all lines stay on the grid; the others are up to some 15 ms off it."""
    loose_s = float(rng.uniform(0.002, 0.012)) if rng.random() < 0.5 else 0.0
    notes = [_moved(note, rng.normal(0.0, loose_s), rng.normal(0.0, loose_s)) for note in notes]
    if rng.random() < 0.2:  # a dynamic that grows or fades
        slope = rng.uniform(-40, 40) / length_s
        notes = [
            _with_velocity(note, note.velocity + slope * (note.onset_s - length_s / 2)) for note in notes
        ]
    if rng.random() < 0.1:  # a sequencer's constant velocity
        notes = [_with_velocity(note, 100) for note in notes]
    tidy = without_overlaps(notes, length_s, one_voice=one_voice)
    bends = _bends(rng, tidy, length_s, one_voice=one_voice) if may_bend else ()
    return Performance(tuple(tidy), bends)


def without_overlaps(notes: Sequence[Note], length_s: float, *, one_voice: bool) -> list[Note]:
    """Each key (or with `one_voice` all of them) sounds once at a time; what is struck again ends."""
    last: dict[int, int] = {}
    tidy: list[Note] = []
    for note in sorted(notes):
        if note.onset_s > length_s - SHORTEST_S:
            continue
        note = Note(note.onset_s, note.pitch, min(note.offset_s, length_s), note.velocity)
        voice = 0 if one_voice else note.pitch
        if voice in last:
            before = tidy[last[voice]]
            if note.onset_s - before.onset_s < SHORTEST_S:
                continue
            if before.offset_s > note.onset_s:
                tidy[last[voice]] = Note(before.onset_s, before.pitch, note.onset_s, before.velocity)
        last[voice] = len(tidy)
        tidy.append(note)
    return tidy


def _bends(
    rng: np.random.Generator, notes: Sequence[Note], length_s: float, *, one_voice: bool
) -> tuple[Bend, ...]:
    """Detuning of the whole stem; for one voice also slides into notes and vibrato on long ones."""
    steps = int(length_s / BEND_STEP_S)
    time_s = np.arange(steps) * BEND_STEP_S
    curve = np.full(steps, rng.uniform(-0.3, 0.3) if rng.random() < 0.2 else 0.0)
    if one_voice and rng.random() < 0.5:
        slides, vibrato = rng.random() * 0.4, rng.random() * 0.8
        rate_hz, depth = rng.uniform(4.0, 7.0), rng.uniform(0.1, 0.5)
        for note in notes:
            inside = (time_s >= note.onset_s) & (time_s < note.offset_s)
            age_s = time_s[inside] - note.onset_s
            if rng.random() < slides:
                from_semitones, length = rng.choice([-2.0, -1.0, -1.0, 1.0]), rng.uniform(0.02, 0.09)
                curve[inside] += from_semitones * np.maximum(1 - age_s / length, 0.0)
            if note.duration_s > 0.3 and rng.random() < vibrato:
                swell = np.clip((age_s - 0.15) / 0.3, 0.0, 1.0)
                curve[inside] += depth * swell * np.sin(2 * np.pi * rate_hz * age_s)
    moved = np.flatnonzero(np.diff(curve, prepend=0.0))
    return tuple(Bend(float(time_s[i]), float(np.clip(curve[i], -2.0, 2.0))) for i in moved)


def _moved(note: Note, onset_by_s: float, offset_by_s: float) -> Note:
    onset_s = max(note.onset_s + onset_by_s, 0.0)
    return Note(onset_s, note.pitch, max(note.offset_s + offset_by_s, onset_s + SHORTEST_S), note.velocity)


def _with_velocity(note: Note, velocity: float) -> Note:
    return Note(note.onset_s, note.pitch, note.offset_s, int(np.clip(round(velocity), 1, 127)))
