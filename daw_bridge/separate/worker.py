"""`python -m daw_bridge.separate.worker MIX FOLDER MODEL`: the process in which demucs runs.

Each line on standard output is a JSON object: `{"progress": 0.5}`, and at last `{"stems": {NAME: LEVEL}}`
with each stem's share of the mix's level, or `{"error": TEXT, "cause": "weights" | "failed"}`.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

RATE_HZ = 44_100


def main(arguments: list[str]) -> int:
    """Separate; 0 when it went well."""
    mix, folder, name = Path(arguments[0]), Path(arguments[1]), arguments[2]
    logging.disable(logging.WARNING)
    try:
        model = _load(name)
    except Exception as cause:  # noqa: BLE001 - whatever it is, the parent puts it into words
        weights = isinstance(cause, OSError)  # no network, no room on the disk
        return _fail(cause, "weights" if weights else "failed")
    try:
        _say(stems=_separate(model, mix, folder))
    except Exception as cause:  # noqa: BLE001
        return _fail(cause, "failed")
    return 0


def _load(name: str) -> Any:
    """demucs looks its weights up in its own cache, then downloads them."""
    from demucs.pretrained import get_model

    return get_model(name)


def _separate(model: Any, mix: Path, folder: Path) -> dict[str, float]:
    """Write the stems; each one's share of the mix's level.

    As demucs' own command does it, but without random shifts, so that the same mix gives the same stems.
    """
    import numpy as np
    import torch
    from demucs.apply import apply_model
    from pedalboard.io import AudioFile

    sound = _read(mix)
    heard = torch.from_numpy(sound)
    mean, spread = heard.mean(), heard.std() + 1e-8
    length = heard.shape[1]

    def on_chunk(state: dict[str, Any]) -> None:
        if state.get("state") == "end":
            _say(progress=min(state["segment_offset"] / length, 1.0))

    _say(progress=0.0)
    with torch.no_grad():
        stems = apply_model(
            model, ((heard - mean) / spread)[None], shifts=0, split=True, overlap=0.25, callback=on_chunk
        )[0]
    levels = {}
    for name, stem in zip(model.sources, (stems * spread).numpy(), strict=True):
        peak = max(float(np.abs(stem).max()), 1.0)
        with AudioFile(str(folder / f"{name}.wav"), "w", RATE_HZ, 2, bit_depth=24) as file:
            file.write((stem / peak).astype(np.float32))
        levels[name] = float(np.sqrt(np.mean(stem**2) / max(np.mean(sound**2), 1e-12)))
    return levels


def _read(path: Path) -> Any:
    """Two channels at 44.1 kHz."""
    import numpy as np
    from pedalboard.io import AudioFile

    with AudioFile(str(path)).resampled_to(RATE_HZ) as file:
        sound = file.read(file.frames)
    return np.ascontiguousarray(np.repeat(sound, 2, axis=0) if len(sound) == 1 else sound[:2])


def _say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _fail(cause: Exception, kind: str) -> int:
    _say(error=f"{type(cause).__name__}: {cause}", cause=kind)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
