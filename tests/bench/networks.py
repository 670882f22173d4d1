"""How fast our network is beside basic-pitch's on the same onnxruntime, in turns, in one run.

    python -m tests.bench.networks [--rounds 9] [--models FILE ...]

Each hears clips of 10 to 120 s: spectra (ours) and network, no decoding of files and no notes. Prints a
markdown table: medians of processor time and of the clock, and how many times as fast we are; the last rows
are their sums. Processor time is what to go by on a machine that does other things too. `--models` compares
other model files.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from daw_bridge.core.audio import AudioClip
from daw_bridge.transcribe.basic_pitch.engine import BasicPitch
from daw_bridge.transcribe.bridge.engine import Bridge, find_model
from tests.transcribe.tones import RATE_HZ, chord_line

LENGTHS_S = (10.0, 20.0, 30.0, 60.0, 120.0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.networks")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--models", type=Path, nargs="+", default=[find_model()])
    options = parser.parse_args()
    rival = BasicPitch()
    mine = {model.name: Bridge(model) for model in options.models}
    print("| clip | who | processor time | times as fast | by the clock | times as fast |")
    print("|---|---|---|---|---|---|")
    sums = {name: np.zeros(2) for name in ("basic-pitch", *mine)}
    for length_s in LENGTHS_S:
        clip = AudioClip(np.asarray(chord_line(length_s, 1).samples, np.float32), RATE_HZ)
        hear: dict[str, Callable[[], object]] = {"basic-pitch": partial(rival.posteriors, clip)}
        for name, bridge in mine.items():
            hear[name] = partial(heard, bridge, clip)
        took = medians(hear, options.rounds)
        sums = {name: sums[name] + took[name] for name in sums}
        print_rows(f"{length_s:.0f} s", took)
    print_rows("all", sums)


def print_rows(clip: str, took: dict[str, npt.NDArray[np.float64]]) -> None:
    """A row for each who heard the clip."""
    for name, (processor_s, clock_s) in took.items():
        times = took["basic-pitch"] / took[name]
        cells = f"{processor_s:.3f} s | {times[0]:.1f} | {clock_s:.3f} s | {times[1]:.1f}"
        print(f"| {clip} | {name} | {cells} |", flush=True)


def heard(bridge: Bridge, clip: AudioClip) -> None:
    """All of our maps."""
    for _ in bridge.maps(clip.samples[0]):
        pass


def medians(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, npt.NDArray[np.float64]]:
    """Processor time and clock time of each call in seconds, taken in turns after one for warming up."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            processor_s, clock_s = time.process_time(), time.perf_counter()
            call()
            times[name].append((time.process_time() - processor_s, time.perf_counter() - clock_s))
    return {name: np.median(some[1:], axis=0) for name, some in times.items()}


if __name__ == "__main__":
    main()
