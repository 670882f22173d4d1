"""basic-pitch's own code as a worker; runs in the environment that make_env.sh makes.

    python theirs.py predict | posteriors

Reads an audio file's path from each line, answers with a line of JSON: how long it took, the notes
(`basic_pitch.inference.predict` with its defaults), or the path of an .npz with its posteriorgrams
(`run_inference`). The ONNX model is loaded once, before the first line.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def main() -> None:
    """Answer until the input ends."""
    import numpy as np
    from basic_pitch import ICASSP_2022_MODEL_PATH
    from basic_pitch.inference import Model, predict, run_inference

    model = Model(ICASSP_2022_MODEL_PATH)
    if model.model_type != Model.MODEL_TYPES.ONNX:
        raise SystemExit(f"the ONNX model is wanted, not {model.model_type}")
    for line in sys.stdin:
        audio = Path(line.strip())
        answer: dict[str, Any] = {}
        start = time.perf_counter()
        with contextlib.redirect_stdout(sys.stderr):  # predict() prints
            if sys.argv[1] == "predict":
                _, _, events = predict(audio, model)
                # Plain numbers, in the order of our own notes.
                answer["notes"] = [[float(e[0]), int(e[2]), float(e[1])] for e in events]
            else:
                heard = run_inference(audio, model)
                answer["posteriors"] = str(audio.with_suffix(".theirs.npz"))
                np.savez(answer["posteriors"], note=heard["note"], onset=heard["onset"])
        answer["seconds"] = time.perf_counter() - start
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
