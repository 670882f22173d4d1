"""Notes -> what the four maps should say.

Onsets and offsets are masses: each note puts a total of 1 on the two steps around its onset, the more
the nearer. What a network learns to expect of them sums up to how sure it is that a note begins, and
their centre is when, finer than a step.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from daw_bridge.core.notes import Note
from daw_bridge.transcribe.bridge.features import LOWEST_KEY
from daw_bridge.transcribe.bridge.maps import KEYS, MAPS, STEP_S, STEPS_A_FRAME, Floats


def targets(notes: Iterable[Note], frames: int, *, first_frame: int = 0, transpose: int = 0) -> Floats:
    """float32 [4 maps, 2 × frames, 88] of the frames from `first_frame` on.

    Step i is the time from i to i + 1 steps. `sounding` is the part of it in which the key is held,
    `velocity` (of 127) stands where `onset` is above 0. What lies outside the frames or the keys is
    left out.
    """
    steps = frames * STEPS_A_FRAME
    maps = np.zeros((len(MAPS), steps, KEYS), np.float32)
    sounding, onset, offset, velocity = maps
    for note in notes:
        key = note.pitch + transpose - LOWEST_KEY
        if not 0 <= key < KEYS:
            continue
        start, stop = (at_s / STEP_S - first_frame * STEPS_A_FRAME for at_s in (note.onset_s, note.offset_s))
        edges = np.arange(max(int(np.floor(start)), 0), min(int(np.ceil(stop)), steps))
        held = np.minimum(edges + 1, stop) - np.maximum(edges, start)
        sounding[edges, key] = np.minimum(sounding[edges, key] + held, 1.0)
        for step in _put(onset[:, key], start):
            velocity[step, key] = note.velocity / 127
        _put(offset[:, key], stop)
    return maps


def _put(column: Floats, at: float) -> list[int]:
    """A mass of 1 on the two steps whose middles are around `at`; the steps that got some."""
    first = int(np.floor(at - 0.5))
    share = at - 0.5 - first
    given = []
    for step, mass in ((first, 1 - share), (first + 1, share)):
        if 0 <= step < len(column) and mass > 0:
            column[step] = min(column[step] + mass, 1.0)
            given.append(step)
    return given
