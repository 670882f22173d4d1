"""How many repeated notes are lost: bars of sixteenths on one key, with hardly a gap, on our own instruments.

    python -m tests.bench.restrikes [--model FILE] [--engine bridge]

Prints a markdown table. Each bar strikes one key (or one triad) sixteen times, for every tempo and gap; the
first strike of a bar is no repeat. Instruments play with their first settings. Some of them the network has
heard in training, with random settings; those are counted apart. Nothing is tuned on this.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note, Part
from daw_bridge.host.naming import EMBEDDED_FOLDER
from daw_bridge.host.worker.faust import FaustInstrument
from daw_bridge.host.worker.instrument import Performance
from daw_bridge.training.recipe import FAUST
from daw_bridge.training.scoring import pairs
from daw_bridge.transcribe import DEFAULT_ENGINE, Engine, engine
from daw_bridge.transcribe.bridge.engine import Bridge

RATE_HZ = 22_050
"""Both engines'; the instruments play at it directly."""

TEMPI_BPM = (100, 120, 140)
GAPS = (0.1, 0.2, 0.3)
"""Parts of a sixteenth in which the key is up."""
KEYS = (24, 36, 48, 60, 72)
TRIAD = (0, 4, 7)
TRIAD_KEYS = (36, 48, 60)
STRIKES = 16
REST_S = 0.6

Labels = tuple[str, ...]


@dataclass(frozen=True)
class Bar:
    """Some strikes of the same keys, and what they are counted under."""

    notes: tuple[Note, ...]
    labels: Labels


def main() -> None:
    """Play, hear, count, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.restrikes")
    parser.add_argument("--engine", default=DEFAULT_ENGINE)
    parser.add_argument("--model", type=Path, help="another model file for the engine bridge")
    options = parser.parse_args()
    hearing = cast(Engine, Bridge(options.model)) if options.model else engine(options.engine)
    repeats, lost, extra = Counter[str](), Counter[str](), Counter[str]()
    for name, heard_before in instruments():
        for bars in clips(name, heard_before):
            for counts, found in zip((repeats, lost, extra), counted(name, bars, hearing), strict=True):
                counts.update(found)
    print(f"{hearing.name} {hearing.version}\n\n| repeats | notes | lost | made up |\n|---|---|---|---|")
    for label, notes in repeats.items():
        print(f"| {label} | {notes} | {lost[label] / notes:.0%} | {extra[label] / notes:.0%} |")


def instruments() -> Iterator[tuple[str, str]]:
    """Each one's name, and whether the network knows it."""
    for split, names in FAUST.items():
        for name in names:
            yield name, "heard in training" if split == "train" else "unheard"


def clips(name: str, heard_before: str) -> Iterator[list[Bar]]:
    """Every tempo with every gap, a clip for each key and each triad."""
    for lowest, size in [(key, 1) for key in KEYS] + [(key, len(TRIAD)) for key in TRIAD_KEYS]:
        keys = [lowest + step for step in TRIAD[:size]]
        at_s, bars = 0.1, []
        for tempo_bpm in TEMPI_BPM:
            for gap in GAPS:
                sixteenth_s = 15.0 / tempo_bpm
                starts_s = [at_s + i * sixteenth_s for i in range(STRIKES)]
                notes = [Note(s, key, s + (1 - gap) * sixteenth_s, 100) for s in starts_s for key in keys]
                what = "triads" if size > 1 else f"key {lowest}"
                labels = ("all", heard_before, name, what, f"{tempo_bpm} BPM", f"gaps of {gap:.0%}")
                bars.append(Bar(tuple(notes), labels))
                at_s = starts_s[-1] + sixteenth_s + REST_S
        yield bars


def counted(name: str, bars: list[Bar], hearing: Engine) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Repeats, those of them that were lost, and notes that were not played, by label."""
    true = [note for bar in bars for note in bar.notes]
    heard = hearing.transcribe(played(name, true), profile="auto").notes
    found = pairs(true, heard)
    right, taken = ({id(pair[side]) for pair in found} for side in (0, 1))
    made_up = [note for note in heard if id(note) not in taken]
    repeats, lost, extra = Counter[str](), Counter[str](), Counter[str]()
    for bar in bars:
        first_s, last_s = bar.notes[0].onset_s, bar.notes[-1].offset_s + REST_S / 2
        again = [note for note in bar.notes if note.onset_s > first_s]
        for label in bar.labels:
            repeats[label] += len(again)
            lost[label] += sum(id(note) not in right for note in again)
            extra[label] += sum(first_s - REST_S / 2 <= note.onset_s < last_s for note in made_up)
    return repeats, lost, extra


def played(name: str, notes: list[Note]) -> AudioClip:
    """One channel, as the instrument plays with its first settings."""
    length_s = max(note.offset_s for note in notes) + REST_S
    instrument = FaustInstrument(EMBEDDED_FOLDER / f"{name}.dsp", name, RATE_HZ, lambda *_, **__: None)
    sound = instrument.play(
        Performance(Part(tuple(notes), length_s), 1, RATE_HZ, round(length_s * RATE_HZ), 0)
    )
    mono = sound.mean(axis=0, keepdims=True)
    return AudioClip(np.asarray(mono * (0.5 / max(float(np.abs(mono).max()), 1e-6)), np.float32), RATE_HZ)


if __name__ == "__main__":
    main()
