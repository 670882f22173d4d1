"""Other people's transcription code as a worker; runs in an environment that make_env.sh makes.

    python theirs.py basic-pitch | posteriors | swift-f0 | transkun

Reads an audio file's path from each line, answers with a line of JSON: how long it took, and the notes (or
for `posteriors` the path of an .npz with what basic-pitch's `run_inference` says). Each runs as its authors'
own command runs it, with its defaults; a model is loaded once, before the first line.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import time
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Job = Callable[[Path], dict[str, Any]]


def basic_pitch() -> Job:
    """`basic_pitch.inference.predict`; its amplitude is the velocity, as in the MIDI files that it writes."""
    from basic_pitch.inference import predict

    model = _basic_pitch_model()

    def notes(audio: Path) -> dict[str, Any]:
        _, _, events = predict(audio, model)
        # Plain numbers, in the order of our own notes.
        rows = [[float(e[0]), int(e[2]), float(e[1]), round(127 * float(e[3]))] for e in events]
        return {"notes": sorted(rows)}

    return notes


def posteriors() -> Job:
    """`basic_pitch.inference.run_inference`."""
    import numpy as np
    from basic_pitch.inference import run_inference

    model = _basic_pitch_model()

    def maps(audio: Path) -> dict[str, Any]:
        heard, path = run_inference(audio, model), audio.with_suffix(".theirs.npz")
        np.savez(path, note=heard["note"], onset=heard["onset"])
        return {"posteriors": str(path)}

    return maps


def swift_f0() -> Job:
    """`detect_file`, then `segment_notes`; it tells no velocity, and writes 80."""
    import math

    from swift_f0 import SwiftF0, segment_notes

    detector = SwiftF0()

    def notes(audio: Path) -> dict[str, Any]:
        found = segment_notes(detector.detect_file(str(audio)))
        keys = [round(69 + 12 * math.log2(note.pitch_hz / 440)) for note in found]
        rows = [[float(n.start), key, float(n.end), 80] for n, key in zip(found, keys, strict=True)]
        return {"notes": sorted(rows)}

    return notes


def transkun() -> Job:
    """What its command does between reading the file and writing the MIDI file; then its pedal is applied, as
    its authors' evaluation does, since true notes last as long as the pedal holds them."""
    sys.modules["torchaudio"] = _torchaudio()
    import moduleconf
    import soundfile
    import soxr
    import torch
    import transkun as package

    pretrained = Path(package.__file__).parent / "pretrained"
    settings = moduleconf.parseFromFile(str(pretrained / "2.0.conf"))["Model"]
    model = settings.module.TransKun(conf=settings.config)
    weights = torch.load(pretrained / "2.0.pt", map_location="cpu", weights_only=False)
    model.load_state_dict(weights.get("best_state_dict", weights.get("state_dict")), strict=False)
    model.eval()
    torch.set_grad_enabled(False)

    def notes(audio: Path) -> dict[str, Any]:
        samples, rate_hz = soundfile.read(str(audio), dtype="float32", always_2d=True)
        found = model.transcribe(torch.from_numpy(soxr.resample(samples, rate_hz, model.fs)))
        return {"notes": pedalled(found)}

    return notes


def pedalled(found: list[Any]) -> list[list[float]]:
    """transkun's notes as rows; one whose key is let go while the pedal (pitch -64) is down lasts until the
    pedal comes up or the key is struck again."""
    pedals = [(float(event.start), float(event.end)) for event in found if event.pitch == -64]
    notes = sorted(
        (float(n.start), int(n.pitch), float(n.end), int(n.velocity)) for n in found if n.pitch > 0
    )
    rows = []
    for start_s, key, end_s, velocity in notes:
        held_s = max((up_s for down_s, up_s in pedals if down_s <= end_s < up_s), default=end_s)
        again_s = min((n[0] for n in notes if n[1] == key and n[0] > start_s), default=held_s)
        rows.append([start_s, key, max(end_s, min(held_s, again_s)), velocity])
    return rows


def _basic_pitch_model() -> Any:
    from basic_pitch import ICASSP_2022_MODEL_PATH
    from basic_pitch.inference import Model

    model = Model(ICASSP_2022_MODEL_PATH)
    if model.model_type != Model.MODEL_TYPES.ONNX:
        raise SystemExit(f"the ONNX model is wanted, not {model.model_type}")
    return model


def _torchaudio() -> types.ModuleType:
    """All that transkun asks of torchaudio, which has no wheel for every torch: triangles on the mel scale
    (2595 log10(1 + f / 700)) over the bins of a spectrum, float32 [n_freqs, n_mels]."""
    import torch

    def melscale_fbanks(n_freqs: int, f_min: float, f_max: float, n_mels: int, sample_rate: int) -> Any:
        bins_hz = torch.linspace(0, sample_rate // 2, n_freqs)
        low, high = (2595.0 * torch.log10(1.0 + torch.tensor(hz) / 700.0) for hz in (f_min, f_max))
        corners_hz = 700.0 * (10.0 ** (torch.linspace(float(low), float(high), n_mels + 2) / 2595.0) - 1.0)
        below, centre, above = corners_hz[:-2], corners_hz[1:-1], corners_hz[2:]
        rising = (bins_hz[:, None] - below) / (centre - below)
        falling = (above - bins_hz[:, None]) / (above - centre)
        return torch.minimum(rising, falling).clamp(min=0.0)

    module = types.ModuleType("torchaudio")
    module.functional = types.SimpleNamespace(melscale_fbanks=melscale_fbanks)  # type: ignore[attr-defined]
    return module


JOBS: dict[str, Callable[[], Job]] = {
    "basic-pitch": basic_pitch,
    "posteriors": posteriors,
    "swift-f0": swift_f0,
    "transkun": transkun,
}


def be_quiet() -> None:
    """Other people's warnings; only here, in a process that is theirs."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)


def main() -> None:
    """Answer until the input ends."""
    be_quiet()
    with contextlib.redirect_stdout(sys.stderr):  # they print
        job = JOBS[sys.argv[1]]()
    for line in sys.stdin:
        start, processor_start = time.perf_counter(), time.process_time()
        with contextlib.redirect_stdout(sys.stderr):
            answer = job(Path(line.strip()))
        answer["seconds"] = time.perf_counter() - start
        answer["processor_s"] = time.process_time() - processor_start
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
