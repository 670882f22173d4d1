"""Compare notes with mir_eval; runs in the environment that make_env.sh makes.

Reads JSON from standard input: a list of {"reference": rows, "estimate": rows}, each row being onset in
seconds, MIDI key, offset in seconds, and what else there is. Prints a list of {"precision", "recall", "f1",
"f1_offsets", "pairs"}: right is within 50 ms and 50 cents; with offsets also within 20 % of the length or
50 ms. The pairs are rows of the reference and of the estimate that mir_eval takes for the same note.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import mir_eval
import numpy as np


def score(reference: list[list[float]], estimate: list[list[float]]) -> dict[str, Any]:
    """One stem's figures."""
    if not estimate:
        return {"precision": 0.0, "recall": 0.0, "f1": 0.0, "f1_offsets": 0.0, "pairs": []}
    sides: list[Any] = []
    for rows in (reference, estimate):
        columns = np.array([row[:3] for row in rows], float)
        sides += [columns[:, [0, 2]], mir_eval.util.midi_to_hz(columns[:, 1])]
    pairs = mir_eval.transcription.match_notes(*sides, offset_ratio=None)
    whole = mir_eval.transcription.match_notes(*sides)
    precision, recall = len(pairs) / len(estimate), len(pairs) / len(reference)
    return {
        "precision": precision,
        "recall": recall,
        "f1": mir_eval.util.f_measure(precision, recall),
        "f1_offsets": mir_eval.util.f_measure(len(whole) / len(estimate), len(whole) / len(reference)),
        "pairs": [[int(row), int(column)] for row, column in pairs],
    }


if __name__ == "__main__":
    json.dump([score(pair["reference"], pair["estimate"]) for pair in json.load(sys.stdin)], sys.stdout)
