"""How fast we are beside basic-pitch's own code, on the same stems, in turns, in one run.

    python -m tests.bench.speed [--rounds 5] [--preset fat-analog-sub]

Prints a markdown table, as docs/benchmarks.md shows it: the median of each side and the ratio of the
medians. Each round takes a stem that neither side has met (30 s, stereo, 44.1 kHz): first basic-pitch
hears it, then we do. Warm: the process runs and its model is loaded. Cold: from the shell, where each side
finds its Python compiled, as it is from the second time on.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from pedalboard.io import AudioFile, StreamResampler

from daw_bridge.core.audio import Samples
from tests.bench import workers
from tests.transcribe.tones import RATE_HZ, chord_line

STEM_S = 30.0
STEM_RATE_HZ = 44_100

Measure = Callable[[Path], float]
"""Takes a stem, tells how many seconds it took."""


def main() -> None:
    """Measure all pairs and print them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--preset", default="fat-analog-sub")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        stems = [write_stem(folder / f"stem-{seed}.wav", seed) for seed in range(options.rounds + 1)]
        print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {options.rounds} rounds\n")
        print("| 30 s stem | basic-pitch | DAW Bridge | ratio |")
        print("|---|---|---|---|")
        with workers.theirs("basic-pitch") as theirs:
            with workers.ours("transcribe") as ours:
                compare("warm: notes", stems, seconds_of(theirs), seconds_of(ours))
            with workers.ours("convert", options.preset, str(folder / "takes")) as ours:
                name = "warm: notes, against notes, rendering and files"
                compare(name, stems, seconds_of(theirs), seconds_of(ours))
        compare("cold: from the shell", stems[: 1 + min(options.rounds, 3)], *shells(folder, options.preset))
        helps = [wall_s([bridge_command(), "--help"]) for _ in range(1 + options.rounds)][1:]
        print(f"| `daw-bridge --help` | | {statistics.median(helps):.2f} s | |")


def compare(name: str, stems: Sequence[Path], theirs: Measure, ours: Measure) -> None:
    """In turns, stem by stem; the first is for warming up. Prints a row."""
    pairs = [(theirs(stem), ours(stem)) for stem in stems][1:]
    their_s, our_s = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"| {name} | {their_s:.2f} s | {our_s:.2f} s | {our_s / their_s:.2f} |", flush=True)


def seconds_of(worker: workers.Worker) -> Measure:
    """What the worker itself measures."""
    return lambda stem: float(worker.ask(stem)["seconds"])


def shells(folder: Path, preset: str) -> tuple[Measure, Measure]:
    """Both commands as they are typed."""
    command = workers.make_environment().with_name("basic-pitch")
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    state = {**compiled, "XDG_STATE_HOME": str(folder / "cold-state")}

    def theirs(stem: Path) -> float:
        output = folder / "theirs" / stem.stem
        output.mkdir(parents=True)
        return wall_s([str(command), str(output), str(stem)], compiled)

    def ours(stem: Path) -> float:
        deliver = folder / "ours"
        return wall_s(
            [bridge_command(), "convert", str(stem), "--preset", preset, "--deliver", str(deliver)], state
        )

    return theirs, ours


def bridge_command() -> str:
    """`daw-bridge` of the environment that runs this."""
    return str(Path(sys.executable).with_name("daw-bridge"))


def wall_s(command: Sequence[str], environment: dict[str, str] | None = None) -> float:
    """Seconds until the command has ended, with success."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


def write_stem(path: Path, seed: int) -> Path:
    """Thirty seconds of chords and bass, in stereo at 44.1 kHz, 24 bits."""
    mono: Samples = chord_line(STEM_S, seed).samples
    resampler = StreamResampler(RATE_HZ, STEM_RATE_HZ, 1)
    wide = np.concatenate([resampler.process(mono), resampler.process(None)], axis=1)
    with AudioFile(str(path), "w", samplerate=STEM_RATE_HZ, num_channels=2, bit_depth=24) as file:
        file.write(np.repeat(wide, 2, axis=0))
    return path


if __name__ == "__main__":
    main()
