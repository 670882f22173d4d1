"""How long each edit of a part of 10,000 notes takes, beside building the same notes anew; and its picture.

    python -m tests.bench.edits [--notes 10000] [--repeats 15]

Prints a markdown table, as docs/benchmarks.md shows it: the least processor time of the repeats, which is
what the code costs when nobody else is there, and the ratio to a plain copy of the part, made in turns
with it. `apply` is measured, so each row holds the tidying that follows every edit. The session's tempo
changes every 32 beats, by ramps and by jumps, and so does its meter.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import time
from collections.abc import Callable
from functools import partial
from random import Random

import numpy as np
import yaml

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.envelope import envelope
from daw_bridge.core.grid import Grid, PlacedGrid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.core.timing import Curve, TempoChange, TempoMap
from daw_bridge.deliver.picture import picture_png
from daw_bridge.edit import apply
from tests.edit.entries import ENTRIES
from tests.edit.parts import edit


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    part, grid = played(options.notes), changing()
    onsets_s = np.array([note.onset_s for note in part.notes])
    beats = grid.beats_at(onsets_s)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {options.notes:,} notes\n")
    print("| | ms | times a copy |")
    print("|---|---|---|")

    def row(name: str, run: Callable[[], object]) -> None:
        taken_ms, copy_ms = shortest_ms(options.repeats, run, lambda: copied(part))
        print(f"| {name} | {taken_ms:.1f} | {taken_ms / copy_ms:.1f} |", flush=True)

    row("a plain copy", lambda: copied(part))
    row("seconds to beats, one by one", lambda: [grid.beat_at(note.onset_s) for note in part.notes])
    row("beats to seconds, one by one", lambda: [grid.time_at(beat) for beat in beats.tolist()])
    row("seconds to beats, all at once", lambda: grid.beats_at(onsets_s))
    row("beats to seconds, all at once", lambda: grid.times_at(beats))
    for entry in [*ENTRIES, {"layer": 12}]:
        made = edit(entry)
        row(f"`{written(entry)}`", lambda made=made: apply([made], part, grid))  # type: ignore[misc]
    print_pictures(max(options.repeats // 3, 1), part, grid)


def written(entry: object) -> str:
    """As in a list of edits in YAML."""
    return yaml.safe_dump(entry, default_flow_style=True, width=math.inf).removesuffix("...\n").strip()


def print_pictures(repeats: int, part: Part, grid: PlacedGrid) -> None:
    """Of its first half minute, over noise, and of all of it."""
    samples = np.random.default_rng(6).uniform(-0.5, 0.5, (2, round(part.duration_s * 8000)))
    sound = envelope(AudioClip(samples.astype(np.float32), 8000))
    half_minute = Part(tuple(note for note in part.notes if note.offset_s < 30.0), 30.0)
    print("\n| a picture of | notes | ms | kB |")
    print("|---|---|---|---|")
    for name, one in (("30 s", half_minute), (f"{part.duration_s / 60:.0f} minutes", part)):
        draw = partial(picture_png, one, grid, sound, title="bass")
        (taken_ms,) = shortest_ms(repeats, draw)
        print(f"| {name} | {len(one.notes):,} | {taken_ms:.0f} | {len(draw()) / 1000:.0f} |")


def played(notes: int) -> Part:
    """Chords and runs, some ornamented, overlapping as hands do; with bends and a pedal."""
    chance, made, onset_s = Random(6), list[Note](), 0.0
    while len(made) < notes:
        onset_s += chance.choice((0.06, 0.125, 0.25, 0.5)) * chance.uniform(0.9, 1.1)
        for _ in range(min(chance.choice((1, 1, 1, 3, 4)), notes - len(made))):
            starts_s = onset_s + chance.uniform(0.0, 0.012)
            length_s = chance.uniform(0.03, 1.0)
            made.append(
                Note(
                    starts_s,
                    chance.randint(30, 90),
                    starts_s + length_s,
                    chance.randint(20, 120),
                    chance.random(),
                )
            )
    bends = tuple(Bend(k * 0.5, chance.uniform(-1.0, 1.0)) for k in range(round(onset_s)))
    pedal = tuple(Controller(k * 2.0, 64, 127 * (k % 2)) for k in range(round(onset_s / 2)))
    return Part(tuple(made), onset_s + 2.0, bends, pedal)


def changing() -> PlacedGrid:
    """Tempo and meter of a song that never stays as it is for long."""
    tempi = [
        TempoChange(32.0 * k, 90.0 + 7.0 * (k % 9), (Curve.IN_BEATS, Curve.STEP, Curve.IN_TIME)[k % 3])
        for k in range(100)
    ]
    meters = [MeterChange(32.0 * k, TimeSignature(*((4, 4), (7, 8), (3, 4))[k % 3])) for k in range(100)]
    return Grid(TempoMap(tuple(tempi)), Meters(tuple(meters))).placed(8.0)


def copied(part: Part) -> Part:
    """Each note made again."""
    return part.with_notes(
        Note(note.onset_s, note.pitch, note.offset_s, note.velocity, note.confidence) for note in part.notes
    )


def shortest_ms(repeats: int, *runs: Callable[[], object]) -> list[float]:
    """Milliseconds of processor time that each of `runs` takes at its best; they take turns."""
    taken: list[list[float]] = [[] for _ in runs]
    for _ in range(repeats):
        for times, run in zip(taken, runs, strict=True):
            started = time.process_time()
            run()
            times.append(time.process_time() - started)
    return [1000 * min(times) for times in taken]


if __name__ == "__main__":
    main()
