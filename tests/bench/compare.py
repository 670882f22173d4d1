"""How well comparing a rendering with the bounce finds the bars in which the part is wrong.

    python -m tests.bench.compare [--parts 48] [--set test]

Makes parts (bass lines, leads, chords, arpeggios; 12 bars each) and plays each on a factory preset, which
is the bounce. Then three bars in ten are damaged: of a third to three quarters of their notes some are
left out, some moved by a step or two, some by 0.12 to 0.3 s in time, or as many are added. What is left is
played on another preset of the same family, and compared. Prints a markdown table, as docs/benchmarks.md
shows it. The thresholds of `daw_bridge/compare` were chosen on a draw that is in neither set.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from statistics import median

import numpy as np

from daw_bridge.compare import compare, worth_a_look
from daw_bridge.core.grid import Grid
from daw_bridge.core.notes import Note, Part
from daw_bridge.host import Host
from tests.tools.match_levels import RATE_HZ, factory_presets

SETS = {"development": 0, "test": 1000}
TEMPO_BPM, BARS = 110.0, 12
BEAT_S = 60.0 / TEMPO_BPM
GRID = Grid.constant(TEMPO_BPM).placed(0.0)
CHORDS = ((57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62), (50, 53, 57), (52, 56, 59))
FAMILIES = {
    "bass": ("bass",),
    "lead": ("lead", "pluck", "keys"),
    "chords": ("pad", "keys", "organ", "strings"),
    "arpeggio": ("pluck", "keys", "bell", "bells"),
}
DAMAGES = ("missing", "added", "wrong", "moved")


@dataclass(frozen=True)
class Judged:
    """A bar, what was done to it (nothing: None), and what comparing says."""

    damage: str | None
    below_usual: float
    is_found: bool


def main() -> None:
    """Play, damage, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--parts", type=int, default=48)
    parser.add_argument("--set", choices=SETS, default="test")
    options = parser.parse_args()
    with Host() as host:
        judged = [
            bar
            for number in range(options.parts)
            for bar in judge(host, Random(SETS[options.set] + number), list(FAMILIES)[number % len(FAMILIES)])
        ]
    good = [bar for bar in judged if bar.damage is None]
    bad = [bar for bar in judged if bar.damage]
    found = [bar for bar in judged if bar.is_found]
    print(f"Set `{options.set}`: {options.parts} parts, {len(bad)} damaged bars among {len(judged)}.\n")
    print("| bars | named as worth a look |")
    print("|---|---|")
    print(f"| damaged | {share(bad):.0%} |")
    for damage in DAMAGES:
        print(f"| … notes {damage} | {share([bar for bar in bad if bar.damage == damage]):.0%} |")
    print(f"| whole | {share(good):.1%} |")
    right = sum(bar.damage is not None for bar in found) / max(len(found), 1)
    below = np.array([bar.below_usual for bar in bad])[:, None] > np.array([bar.below_usual for bar in good])
    print(f"\nOf the bars named {right:.0%} are damaged. A damaged bar scores further below its take's usual")
    print(f"bar than a whole one in {below.mean():.0%} of all pairs.")


def share(bars: list[Judged]) -> float:
    """How many of the bars are found."""
    return sum(bar.is_found for bar in bars) / max(len(bars), 1)


def judge(host: Host, chance: Random, family: str) -> Iterator[Judged]:
    """One part, played and damaged."""
    part = made(chance, family)
    damaged, damages = damage(chance, part)
    presets = [it for it in factory_presets() if it.preset.tags[0] in FAMILIES[family]]
    bounce, rendering = (
        host.render(one, preset, rate_hz=RATE_HZ).clip
        for one, preset in ((part, chance.choice(presets)), (damaged, chance.choice(presets)))
    )
    bars = compare(bounce, rendering, GRID)[:BARS]
    found, usual = {bar.bar for bar in worth_a_look(bars)}, median(bar.score for bar in bars)
    for bar in bars:
        yield Judged(damages.get(bar.bar), usual - bar.score, bar.bar in found)


def made(chance: Random, family: str) -> Part:
    """A part as it is played: a few milliseconds off, not all as loud."""
    notes: list[Note] = []
    for bar in range(BARS):
        chord = chance.choice(CHORDS)
        for beat, pitch, beats in _bar(chance, family, chord):
            onset_s = max((4 * bar + beat) * BEAT_S + chance.gauss(0.0, 0.006), 0.0)
            notes.append(Note(onset_s, pitch, onset_s + 0.95 * beats * BEAT_S, chance.randint(70, 115)))
    return Part(tuple(notes), 4 * BARS * BEAT_S)


def _bar(chance: Random, family: str, chord: tuple[int, ...]) -> Iterator[tuple[float, int, float]]:
    """Beat, pitch and length of each note."""
    if family == "chords":
        step = chance.choice((1, 2, 4))
        yield from ((beat, pitch, step) for beat in range(0, 4, step) for pitch in chord)
        if chance.random() < 0.7:
            yield 0, chord[0] - 12, 4
        return
    root, third, fifth = chord
    keys = [root, third, fifth, root + 12, third + 12, third + 2]
    if family == "bass":
        keys = [root - 24, root - 24, fifth - 24, root - 12, third - 24]
    beat = 0.0
    while beat < 4.0:
        beats = min(0.5 if family == "arpeggio" else chance.choice((0.5, 0.5, 1.0, 2.0)), 4.0 - beat)
        if chance.random() < 0.88:
            yield beat, chance.choice(keys), beats
        beat += beats


def damage(chance: Random, part: Part) -> tuple[Part, dict[int, str]]:
    """The part with some bars damaged, and what was done to which."""
    damages: dict[int, str] = {}
    kept: list[Note] = []
    for bar in range(1, BARS + 1):
        notes = [note for note in part.notes if GRID.meters.bar_at(GRID.beat_at(note.onset_s) + 0.06) == bar]
        if not notes or chance.random() >= 0.3:
            kept += notes
            continue
        damages[bar] = chance.choice(DAMAGES)
        count = max(round(chance.choice((0.34, 0.5, 0.75)) * len(notes)), 1)
        chosen = set(chance.sample(range(len(notes)), count))
        for index, note in enumerate(notes):
            kept += _damaged(chance, damages[bar], note, bar) if index in chosen else [note]
    return Part(tuple(kept), part.duration_s), damages


def _damaged(chance: Random, how: str, note: Note, bar: int) -> list[Note]:
    if how == "missing":
        return []
    if how == "wrong":
        return [replace(note, pitch=note.pitch + chance.choice((-3, -2, -1, 1, 2, 3)))]
    if how == "moved":
        onset_s = max(note.onset_s + chance.choice((-1, 1)) * chance.uniform(0.12, 0.3), 0.0)
        return [replace(note, onset_s=onset_s, offset_s=onset_s + note.duration_s)]
    onset_s = (4 * (bar - 1) + chance.uniform(0.0, 3.3)) * BEAT_S
    pitch = note.pitch + chance.choice((-5, -2, 1, 3, 6))
    return [note, Note(onset_s, pitch, onset_s + chance.choice((0.5, 1.0)) * BEAT_S, 90)]


if __name__ == "__main__":
    main()
