"""Stems whose notes are known: lines made by rule (seeded), played by fluidsynth on a General MIDI bank.

    python tests/bench/stems.py FOLDER        writes NAME.wav and NAME.notes.json for every stem

Needs Debian's `fluidsynth` and `fluid-soundfont-gm`. The notes are rows of onset and offset in
seconds, MIDI key, velocity. Stems of the `tune` set may be used to choose thresholds; the figures
that docs/benchmarks.md shows come from the `held-out` set: other programs, other lines.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
LENGTH_S = 16.0
TICKS_PER_SECOND = 960  # 480 a beat at 120 BPM: the file's tempo is only a clock here

Row = tuple[float, float, int, int]
"""Onset and offset in seconds, MIDI key, velocity."""
Line = Callable[[np.random.Generator, int, int], list[Row]]

_MINOR, _MAJOR = (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 5, 7, 9, 11)


@dataclass(frozen=True)
class Stem:
    """One stem: what plays (a General MIDI program, 0 to 127) what, between two keys."""

    family: str
    program: int
    line: Line
    lowest: int
    highest: int
    held_out: bool = False

    @property
    def name(self) -> str:
        """Such as `held-out-bass-038`."""
        return f"{'held-out' if self.held_out else 'tune'}-{self.family}-{self.program:03d}"

    @property
    def seed(self) -> int:
        """Every stem plays a line of its own."""
        return 1000 * self.held_out + self.program


def melody(generator: np.random.Generator, lowest: int, highest: int) -> list[Row]:
    """One voice: steps and leaps in a scale, eighths and quarters, some rests, some staccato."""
    keys = _scale(generator, lowest, highest)
    position, time_s, rows = len(keys) // 2, 0.2, []
    beat_s = 60 / generator.uniform(80, 160)
    while time_s < LENGTH_S - 2:
        length_s = beat_s * generator.choice([0.25, 0.5, 0.5, 0.5, 1.0, 1.0, 2.0])
        position = int(np.clip(position + generator.integers(-3, 4), 0, len(keys) - 1))
        if generator.random() > 0.12:
            gate = generator.choice([0.5, 0.85, 0.97])
            rows.append((time_s, time_s + gate * length_s, keys[position], _velocity(generator)))
        time_s += length_s
    return rows


def chords(generator: np.random.Generator, lowest: int, highest: int) -> list[Row]:
    """Triads and sevenths, a half or a whole bar each, hands slightly apart."""
    keys = _scale(generator, lowest, highest)
    time_s, rows = 0.2, []
    beat_s = 60 / generator.uniform(70, 140)
    while time_s < LENGTH_S - 3:
        length_s = beat_s * generator.choice([1.0, 2.0, 2.0, 4.0])
        root, size = generator.integers(0, len(keys) - 7), generator.choice([3, 3, 4])
        level = _velocity(generator)
        for step in range(size):
            start_s = time_s + generator.uniform(0, 0.015)
            velocity = int(np.clip(level + generator.integers(-8, 9), 1, 127))
            rows.append((start_s, time_s + 0.95 * length_s, keys[root + 2 * step], velocity))
        time_s += length_s
    return rows


def arpeggio(generator: np.random.Generator, lowest: int, highest: int) -> list[Row]:
    """Broken chords in sixteenths, up and down."""
    keys = _scale(generator, lowest, highest)
    time_s, count, rows = 0.2, 0, []
    step_s = 15 / generator.uniform(80, 140)
    root = 0
    while time_s < LENGTH_S - 2:
        if count % 16 == 0:
            root = int(generator.integers(0, max(len(keys) - 10, 1)))
        turn = (0, 2, 4, 7, 9, 7, 4, 2)[count % 8]
        key = keys[min(root + turn, len(keys) - 1)]
        rows.append((time_s, time_s + 0.9 * step_s, key, _velocity(generator)))
        time_s, count = time_s + step_s, count + 1
    return rows


def riff(generator: np.random.Generator, lowest: int, highest: int) -> list[Row]:
    """A one-bar pattern of sixteenths and eighths, repeated: what a bass or a sequence plays."""
    keys = _scale(generator, lowest, highest)
    step_s = 15 / generator.uniform(85, 135)
    root = int(generator.integers(0, len(keys) - 5))
    pattern = [(int(generator.choice([0, 0, 0, 2, 4, -1])), generator.choice([1, 2, 2, 3])) for _ in range(8)]
    time_s, rows = 0.2, []
    while time_s < LENGTH_S - 2:
        for turn, steps in pattern:
            position = int(np.clip(root + turn, 0, len(keys) - 1))
            if turn >= 0:
                rows.append((time_s, time_s + 0.85 * steps * step_s, keys[position], _velocity(generator)))
            time_s += steps * step_s
        root = int(np.clip(root + generator.integers(-2, 3), 0, len(keys) - 1))
    return rows


STEMS: tuple[Stem, ...] = (
    *(Stem("bass", p, riff, 28, 50) for p in (33, 34, 38)),
    *(Stem("bass", p, melody, 28, 50, True) for p in (32, 35, 39)),
    *(Stem("lead", p, melody, 55, 84) for p in (80, 65, 73)),
    *(Stem("lead", p, melody, 55, 84, True) for p in (81, 66, 56)),
    *(Stem("piano", p, line, 40, 84) for p, line in ((0, chords), (1, arpeggio))),
    *(Stem("piano", p, line, 40, 84, True) for p, line in ((2, chords), (3, arpeggio))),
    *(Stem("keys", p, line, 40, 84) for p, line in ((4, chords), (16, chords), (11, arpeggio))),
    *(Stem("keys", p, line, 40, 84, True) for p, line in ((5, chords), (18, chords), (8, arpeggio))),
    *(Stem("pad", p, chords, 45, 80) for p in (48, 89, 61)),
    *(Stem("pad", p, chords, 45, 80, True) for p in (49, 88, 62)),
    *(Stem("guitar", p, line, 40, 76) for p, line in ((24, arpeggio), (27, chords))),
    *(Stem("guitar", p, line, 40, 76, True) for p, line in ((25, arpeggio), (28, chords))),
    *(Stem("vocal", p, melody, 50, 76) for p in (52, 54)),
    *(Stem("vocal", p, melody, 50, 76, True) for p in (53, 85)),
)


def render(stem: Stem, folder: Path) -> Path:
    """Write the stem's audio and notes into `folder`; returns the audio's path."""
    rows = without_overlap(stem.line(np.random.default_rng(stem.seed), stem.lowest, stem.highest))
    audio = folder / f"{stem.name}.wav"
    (folder / f"{stem.name}.notes.json").write_text(json.dumps(rows))
    with tempfile.TemporaryDirectory() as scratch:
        midi = Path(scratch) / "line.mid"
        _save_midi(rows, stem.program, midi)
        command = ["fluidsynth", "-ni", "-q", "-r", "44100", "-g", "0.6", "-F", str(audio)]
        subprocess.run([*command, str(SOUNDFONT), str(midi)], check=True, stdout=subprocess.DEVNULL)
    return audio


def without_overlap(rows: Sequence[Row]) -> list[Row]:
    """A key that sounds is let go before it is struck again."""
    kept: list[Row] = []
    for onset_s, offset_s, key, velocity in sorted(rows, key=lambda row: (row[2], row[0])):
        if kept and kept[-1][2] == key and kept[-1][1] > onset_s - 0.005:
            last = kept.pop()
            kept.append((last[0], onset_s - 0.005, key, last[3]))
        kept.append((onset_s, offset_s, key, velocity))
    return sorted(row for row in kept if row[1] - row[0] > 0.02)


def _scale(generator: np.random.Generator, lowest: int, highest: int) -> list[int]:
    tonic, steps = int(generator.integers(12)), _MINOR if generator.random() < 0.5 else _MAJOR
    return [key for key in range(lowest, highest + 1) if (key - tonic) % 12 in steps]


def _velocity(generator: np.random.Generator) -> int:
    return int(np.clip(generator.normal(88, 18), 30, 127))


def _save_midi(rows: Sequence[Row], program: int, path: Path) -> None:
    events = [(onset_s, 1, key, velocity) for onset_s, _, key, velocity in rows]
    events += [(offset_s, 0, key, 0) for _, offset_s, key, _ in rows]
    track = mido.MidiTrack([mido.Message("program_change", program=program)])
    last = 0
    for time_s, on, key, velocity in sorted(events):
        tick = round(time_s * TICKS_PER_SECOND)
        track.append(
            mido.Message("note_on" if on else "note_off", note=key, velocity=velocity, time=tick - last)
        )
        last = tick
    file = mido.MidiFile(ticks_per_beat=TICKS_PER_SECOND // 2, tracks=[track])
    file.save(path)


def main() -> None:
    """Render every stem."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for stem in STEMS:
        print(render(stem, folder))


if __name__ == "__main__":
    main()
