"""Are our posteriorgrams basic-pitch's own? Both hear the same samples; the largest difference is told.

    python -m tests.bench.parity [AUDIO…]         default: a generated line of 30 s
    python -m tests.bench.parity --golden         writes tests/data/basic-pitch-posteriors.npz anew

basic-pitch counts 86 frames a second where there are 86.6, and so leaves out the last 0.5 % of a
file; frames are compared as far as it goes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from pedalboard.io import AudioFile

from daw_bridge.core.audio import AudioClip, Samples
from daw_bridge.transcribe.basic_pitch.engine import BasicPitch
from daw_bridge.transcribe.basic_pitch.posteriors import LOWEST_KEY, RATE_HZ, Posteriors
from tests.bench import ours, workers
from tests.transcribe.tones import chord_line

GOLDEN = workers.PROJECT / "tests" / "data" / "basic-pitch-posteriors.npz"
GOLDEN_LENGTH_S = 4.0
TOLERANCE = 1e-4


def their_posteriors(samples: Samples, folder: Path) -> Posteriors:
    """What basic-pitch's own `run_inference` says to these samples (one channel at 22,050 Hz)."""
    audio = folder / "heard.wav"
    with AudioFile(str(audio), "w", samplerate=RATE_HZ, num_channels=1, bit_depth=32) as file:
        file.write(samples)
    with workers.theirs("posteriors") as worker, np.load(worker.ask(audio)["posteriors"]) as heard:
        return Posteriors(heard["note"].T, heard["onset"].T)


def largest_difference(ours: Posteriors, theirs: Posteriors) -> float:
    """Over both posteriorgrams, as far as `theirs` goes."""
    frames = theirs.frames
    if not 0 < frames <= ours.frames:
        raise ValueError(f"{frames} frames can't be compared with {ours.frames}")
    pairs = ((ours.note, theirs.note), (ours.onset, theirs.onset))
    return max(float(np.abs(mine[:, :frames] - their).max()) for mine, their in pairs)


def write_golden() -> None:
    """Keep basic-pitch's own posteriors of a short line: every key that sounds, and each octave's C."""
    line = chord_line(GOLDEN_LENGTH_S)
    with tempfile.TemporaryDirectory() as folder:
        heard = their_posteriors(line.samples, Path(folder))
    keys = np.array(sorted({note.pitch for note in line.notes} | set(range(24, 109, 12))))
    rows = keys - LOWEST_KEY
    np.savez_compressed(GOLDEN, keys=keys, note=heard.note[rows], onset=heard.onset[rows])


def main() -> None:
    """Compare, print, fail when the difference is above 1e-4."""
    if sys.argv[1:] == ["--golden"]:
        write_golden()
        return
    clips = {path: ours.read_mono(Path(path), RATE_HZ) for path in sys.argv[1:]}
    clips = clips or {"generated": AudioClip(chord_line(30.0).samples, RATE_HZ)}
    engine, largest = BasicPitch(), 0.0
    for name, clip in clips.items():
        with tempfile.TemporaryDirectory() as folder:
            theirs = their_posteriors(clip.samples, Path(folder))
        difference = largest_difference(engine.posteriors(clip), theirs)
        print(json.dumps({"clip": name, "frames": theirs.frames, "largest_difference": difference}))
        largest = max(largest, difference)
    sys.exit(largest > TOLERANCE)


if __name__ == "__main__":
    main()
