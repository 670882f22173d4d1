"""Drum parts: grooves by rule, and the drum tracks of MIDI files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np

from daw_bridge.core.notes import Note
from daw_bridge.training import songs

Rng = np.random.Generator
HIT_S = 0.1
KITS = {
    "FluidR3_GM": (0, 8, 16, 24, 25, 32, 40, 48),
    "MuseScore_General_Full": (0, 8, 16, 24, 25, 32, 40),
    "OPL-3_FM_128M": (0,),
    "TimGM6mb": (0, 8, 16, 24, 25, 32, 40),
    "sf_GMbank": (0,),
}
"""Which General MIDI drum kits (programs of bank 128) each SoundFont has."""

KICKS = ("x.......x.......", "x...x...x...x...", "x.....x...x.....", "x..x......x..x..", "x......xx.......")
SNARES = ("....x.......x...", "........x.......", "....x.......x..x", "....x..x.x..x...")
HATS = ("x.x.x.x.x.x.x.x.", "xxxxxxxxxxxxxxxx", "x...x...x...x...", "..x...x...x...x.", "x.xxx.x.x.xxx.xx")


def groove(rng: Rng, length_s: float) -> list[Note]:
    """Some bars of kick, backbeat and hats or ride, with ghost notes, open hats, rolls, fills and crashes."""
    step_s = 15.0 / float(rng.uniform(70, 180))
    swing = float(rng.uniform(0.1, 0.33)) if rng.random() < 0.25 else 0.0
    loose_s = float(rng.uniform(0.0, 0.008))
    kick, snare = int(rng.choice([35, 36, 36])), int(rng.choice([38, 38, 40, 39, 37]))
    timekeeper = int(rng.choice([42, 42, 42, 51, 59, 46]))
    patterns = [str(rng.choice(some)) for some in (KICKS, SNARES, HATS)]
    ghosts, opens, extra = rng.random() * 0.15, rng.random() * 0.15, rng.random() * 0.1
    notes: list[Note] = []

    def hit(step: float, key: int, velocity: float) -> None:
        at_s = 0.1 + (step + (swing if int(step) % 2 else 0.0)) * step_s + rng.normal(0, loose_s)
        if 0.0 <= at_s < length_s - 0.3:
            loud = int(np.clip(velocity + rng.normal(0, 7), 5, 127))
            notes.append(Note(float(at_s), key, float(at_s) + HIT_S, loud))

    for bar in range(int(length_s / step_s / 16) + 1):
        fill = bar % 4 == 3 and rng.random() < 0.7
        if bar % 4 == 0 and rng.random() < 0.6:
            hit(16 * bar, int(rng.choice([49, 57, 52, 55], p=[0.5, 0.3, 0.1, 0.1])), 105)
        for at in range(16):
            step, in_fill = 16 * bar + at, fill and at >= 8
            if patterns[0][at] == "x" or rng.random() < extra:
                hit(step, kick, 105)
            if in_fill:
                if rng.random() < 0.75:
                    hit(step, int(rng.choice([50, 48, 47, 45, 43, 41, 38])), 95)
                continue
            if patterns[1][at] == "x":
                hit(step, snare, 105)
            elif rng.random() < ghosts:
                hit(step, 38 if snare != 40 else 40, 40)
            if patterns[2][at] == "x":
                is_open = timekeeper == 42 and rng.random() < opens
                hit(step, 46 if is_open else timekeeper, 95 if at % 4 == 0 else 70)
                if timekeeper == 42 and rng.random() < 0.04:
                    hit(step + 0.5, 42, 60)
            elif rng.random() < 0.02:
                hit(step, int(rng.choice([44, 46, 53, 48, 45])), 80)
    return once_each(notes)


def once_each(notes: Sequence[Note], apart_s: float = 0.03) -> list[Note]:
    """Without hits of a key that come right after another of it."""
    last: dict[int, float] = {}
    kept = []
    for note in sorted(notes):
        if note.onset_s - last.get(note.pitch, -1.0) >= apart_s:
            last[note.pitch] = note.onset_s
            kept.append(note)
    return kept


def drum_tracks(folders: Sequence[Path]) -> list[tuple[str, tuple[Note, ...]]]:
    """Name and hits in seconds of every MIDI file's drums, in order of name."""
    tracks = []
    for path in sorted(path for folder in folders for path in folder.rglob("*.mid")):
        song = mido.MidiFile(path, clip=True)
        now_s, hits = 0.0, []
        for message in song:
            now_s += message.time
            is_hit = message.type == "note_on" and message.velocity > 0
            if is_hit and message.channel == songs.DRUM_CHANNEL:
                hits.append(Note(now_s, message.note, now_s + HIT_S, message.velocity))
        if len(hits) >= songs.FEWEST_NOTES:
            tracks.append((path.name, tuple(once_each(hits))))
    return tracks


def excerpt(rng: Rng, hits: Sequence[Note], length_s: float) -> list[Note]:
    """Some seconds of a drum track from one of its hits on."""
    start_s = hits[int(rng.integers(0, max(len(hits) - 20, 1)))].onset_s - 0.1
    start_s = max(start_s, 0.0)
    return [
        Note(n.onset_s - start_s, n.pitch, n.onset_s - start_s + HIT_S, n.velocity)
        for n in hits
        if start_s <= n.onset_s < start_s + length_s - 0.3
    ]
