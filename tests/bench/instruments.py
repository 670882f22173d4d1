"""How long the embedded instruments play at 30 s of music, beside one voice of theirs that is held so long.

    python -m tests.bench.instruments [--rounds 5] [NAME ...]

Prints a markdown table: processor time at 44.1 kHz, settings as they are at first. The bass line has four
notes a second, the bed a chord of four notes every two seconds; both ring out. The bare voice is the compiled
program alone.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from daw_bridge.core.notes import Note, Part
from daw_bridge.host.naming import EMBEDDED_FOLDER
from daw_bridge.host.worker.faust import VOICE_CONTROLS, FaustInstrument
from daw_bridge.host.worker.faust_program import Program
from daw_bridge.host.worker.instrument import MAX_TAIL_S, Performance

RATE_HZ = 44_100
PART_S = 30.0
FRAMES, TAIL_FRAMES = round(PART_S * RATE_HZ), round(MAX_TAIL_S * RATE_HZ)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "names", nargs="*", default=sorted(path.stem for path in EMBEDDED_FOLDER.glob("*.dsp"))
    )
    options = parser.parse_args()
    print("| 30 s on | one voice, bare | bass line | voices | chord bed | voices |")
    print("|---|---|---|---|---|---|")
    for name in options.names:
        path = EMBEDDED_FOLDER / f"{name}.dsp"
        voice = Program(path, "process", VOICE_CONTROLS, RATE_HZ)
        held = np.zeros((len(VOICE_CONTROLS), FRAMES), np.float32)
        held[0] = 1.0
        bare_ms = cpu_ms(partial(voice.play, held), options.rounds)
        instrument = FaustInstrument(path, name, RATE_HZ, lambda *_, **__: None)
        cells = [f"{bare_ms:.0f} ms"]
        for part in (line(), bed()):
            performance = Performance(part, 1, RATE_HZ, FRAMES, TAIL_FRAMES)
            ours_ms = cpu_ms(partial(instrument.play, performance), options.rounds)
            cells += [f"{ours_ms:.0f} ms", f"{ours_ms / bare_ms:.1f}"]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def line() -> Part:
    """Four notes a second, with gaps."""
    return Part(
        tuple(Note(i / 4, 36 + i * 7 % 12, i / 4 + 0.2, 70 + i * 13 % 50) for i in range(116)), PART_S
    )


def bed() -> Part:
    """A chord of four notes every two seconds."""
    return Part(
        tuple(Note(2.0 * i, pitch, 2.0 * i + 1.9) for i in range(14) for pitch in (48, 60, 64, 67)), PART_S
    )


def cpu_ms(call: Callable[[], object], rounds: int) -> float:
    """The median of processor times: what else runs on the machine counts little."""
    times = []
    for _ in range(rounds + 1):
        start = time.process_time()
        call()
        times.append(1000.0 * (time.process_time() - start))
    return statistics.median(times[1:])


if __name__ == "__main__":
    main()
