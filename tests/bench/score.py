"""Compare notes with mir_eval; runs in the environment that make_env.sh makes.

Reads JSON from standard input: a list of {"reference": rows, "estimate": rows}, each row being onset
in seconds, MIDI key, offset in seconds. Prints a list of {"precision", "recall", "f1", "f1_offsets"}:
right is within 50 ms and the same key; with offsets also within 20 % of the length or 50 ms.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import mir_eval
import numpy as np


def score(reference: list[list[float]], estimate: list[list[float]]) -> dict[str, float]:
    """One stem's figures."""
    if not estimate:
        return {"precision": 0.0, "recall": 0.0, "f1": 0.0, "f1_offsets": 0.0}
    sides: list[Any] = []
    for rows in (reference, estimate):
        columns = np.array(rows, float)
        sides += [columns[:, [0, 2]], mir_eval.util.midi_to_hz(columns[:, 1])]
    compare = mir_eval.transcription.precision_recall_f1_overlap
    precision, recall, f1, _ = compare(*sides, offset_ratio=None)
    return {"precision": precision, "recall": recall, "f1": f1, "f1_offsets": compare(*sides)[2]}


if __name__ == "__main__":
    json.dump([score(pair["reference"], pair["estimate"]) for pair in json.load(sys.stdin)], sys.stdout)
