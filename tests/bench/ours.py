"""Our code as a worker, as theirs.py is basic-pitch's; runs in the project's environment.

    python ours.py transcribe [PROFILE]

Reads an audio file's path from each line, answers with a line of JSON: how long it took, and the
notes. The model is loaded before the first line.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pedalboard.io import AudioFile

from daw_bridge.core.audio import AudioClip
from daw_bridge.transcribe import DEFAULT_ENGINE, engine


def read_mono(audio: Path, rate_hz: int) -> AudioClip:
    """The file's channels mixed to one, at `rate_hz`."""
    with AudioFile(str(audio)) as file, file.resampled_to(rate_hz) as resampled:
        samples = resampled.read(resampled.frames)
    return AudioClip(samples.mean(axis=0, keepdims=True, dtype=np.float32), rate_hz)


def transcribe(audio: Path, profile: str = "auto") -> dict[str, Any]:
    """Decode and transcribe, nothing else."""
    hearing = engine(DEFAULT_ENGINE)
    part = hearing.transcribe(read_mono(audio, hearing.rate_hz), profile=profile)
    return part.to_dict()


# `convert`, the whole way through daw_bridge.service, is to join here.
JOBS: dict[str, Callable[..., dict[str, Any]]] = {"transcribe": transcribe}


def main() -> None:
    """Answer until the input ends."""
    job, options = JOBS[sys.argv[1]], sys.argv[2:]
    hearing = engine(DEFAULT_ENGINE)
    hearing.transcribe(AudioClip(np.zeros((1, hearing.rate_hz), np.float32), hearing.rate_hz))
    for line in sys.stdin:
        start = time.perf_counter()
        answer = job(Path(line.strip()), *options)
        answer["seconds"] = time.perf_counter() - start
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
