"""What the host costs on top of the plugin: its render against a bare pedalboard call, in turns, in one run.

    python -m tests.bench.host [--rounds 15]

Prints a markdown table, as docs/benchmarks.md shows it. Both play the same 30 s of chords on the test synth
at 44.1 kHz; bare means: plugin loaded in this process, called with `reset=False`, nothing checked, nothing
written. Ratios are medians of each round's ratio. The bare call has nothing to fall silent from, so that the
part ends in silence.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pedalboard

from daw_bridge.core.notes import Note, Part
from daw_bridge.host import Host
from daw_bridge.host.events import midi_events
from tests.plugins_fixtures import BUILD, TEST_SYNTH, stored

RATE_HZ = 44_100
PART_S = 30.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    built = subprocess.run(["bash", str(BUILD)], capture_output=True, text=True, check=True)
    folder = Path(built.stdout.strip())
    part = chords()
    bare = bare_call(folder, part)
    preset = stored({"plugin": TEST_SYNTH})
    with Host(plugin_folders=[folder]) as host:

        def ours() -> None:
            host.render(part, preset, rate_hz=RATE_HZ)

        first_s = seconds(ours)
        later_s = [seconds(ours) for _ in range(99)]
        pairs = [(seconds(bare), seconds(ours)) for _ in range(rounds)]
    bare_s, ours_s = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(ours / bare for bare, ours in pairs)
    last_s = statistics.median(later_s[-9:])
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {rounds} rounds\n")
    print("| 30 s part on the test synth | time | ratio |")
    print("|---|---|---|")
    print(f"| bare pedalboard call, in-process | {1000 * bare_s:.0f} ms | 1 |")
    print(f"| through the host | {1000 * ours_s:.0f} ms | {ratio:.2f} of the bare call |")
    print(f"| the first render: the worker starts, the plugin loads | {1000 * first_s:.0f} ms | 1 |")
    print(f"| the second | {1000 * later_s[0]:.0f} ms | {later_s[0] / first_s:.2f} of the first |")
    print(f"| the hundredth (median of the last 9) | {1000 * last_s:.0f} ms | {last_s / first_s:.2f} |")


def chords() -> Part:
    """A chord of four notes every half second."""
    notes = [
        Note(onset_s, pitch, onset_s + 0.4)
        for onset_s in np.arange(0.0, PART_S - 1.0, 0.5)
        for pitch in (48, 60, 64, 67)
    ]
    return Part(tuple(notes), PART_S)


def bare_call(folder: Path, part: Part) -> Callable[[], None]:
    """The same events to the same plugin, in this process."""
    plugin = pedalboard.VST3Plugin(str(folder / f"{TEST_SYNTH}.vst3"))
    messages: list[Any] = [
        (event.data, event.frame / RATE_HZ) for event in midi_events(part, rate_hz=RATE_HZ)
    ]

    def call() -> None:
        sound = plugin(messages, PART_S, RATE_HZ, 2, 512, False)
        assert sound.shape == (2, round(PART_S * RATE_HZ))

    return call


def seconds(work: Callable[[], None]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
