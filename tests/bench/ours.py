"""Our code as a worker, as theirs.py is other people's; runs in the project's environment.

    python ours.py transcribe [ENGINE [PROFILE]]
    python ours.py convert PRESET FOLDER

Reads an audio file's path from each line, answers with a line of JSON: how long it took, and the
notes, or for `convert` what was delivered into the folder. The first line finds all loaded.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pedalboard.io import AudioFile

from daw_bridge.core.audio import AudioClip
from daw_bridge.transcribe import DEFAULT_ENGINE, engine

if TYPE_CHECKING:
    from daw_bridge.service.bridge import Bridge


def read_mono(audio: Path, rate_hz: int) -> AudioClip:
    """The file's channels mixed to one, at `rate_hz`."""
    with AudioFile(str(audio)) as file, file.resampled_to(rate_hz) as resampled:
        samples = resampled.read(resampled.frames)
    return AudioClip(samples.mean(axis=0, keepdims=True, dtype=np.float32), rate_hz)


def transcribe(audio: Path, name: str = DEFAULT_ENGINE, profile: str = "auto") -> dict[str, Any]:
    """Decode and transcribe, nothing else."""
    hearing = engine(name)
    part = hearing.transcribe(read_mono(audio, hearing.rate_hz), profile=profile)
    return part.to_dict()


def convert(audio: Path, bridge: Bridge, preset: str, folder: Path) -> dict[str, Any]:
    """The whole way, as the daemon goes it: decode, transcribe, render, deliver."""
    take = bridge.convert(audio, deliver_to=folder, presets=[preset])
    failed = [r.preset for r in take.take.renderings if r.error]
    if failed:
        raise RuntimeError(f"{failed} did not render: the time would be too good")
    return {"delivered": str(take.folder)}


def main() -> None:
    """Warm up, then answer until the input ends."""
    if sys.argv[1] == "transcribe":
        options = sys.argv[2:]
        _warm(*options[:1])
        _answer(lambda audio: transcribe(audio, *options))
        return
    from daw_bridge.service.bridge import Bridge

    _warm()
    preset, folder = sys.argv[2], Path(sys.argv[3])
    with Bridge(state=folder / "state") as bridge:
        bridge.check(bridge.library().find(preset))
        _answer(lambda audio: convert(audio, bridge, preset, folder))


def _warm(name: str = DEFAULT_ENGINE) -> None:
    hearing = engine(name)
    hearing.transcribe(AudioClip(np.zeros((1, hearing.rate_hz), np.float32), hearing.rate_hz))


def _answer(job: Callable[[Path], dict[str, Any]]) -> None:
    for line in sys.stdin:
        start, processor_start = time.perf_counter(), time.process_time()
        answer = job(Path(line.strip()))
        answer["seconds"] = time.perf_counter() - start
        answer["processor_s"] = time.process_time() - processor_start
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
