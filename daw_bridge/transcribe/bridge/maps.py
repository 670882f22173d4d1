"""What our network says about a clip: four maps over 88 keys, two steps to each frame of spectra.

`sounding` is how likely a key is held. `onset` and `offset` are densities: their sum over some steps is
how sure the network is that a note begins (or ends) there, and its centre is when, finer than a step.
`velocity` (of 127) means something where `onset` does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from daw_bridge.transcribe.bridge.features import FRAME_SAMPLES, RATE_HZ

INPUT, OUTPUT = "spectra", "maps"
"""The model's: float32 [1, 4, frames, 309] and [1, 4, 2 × frames, 88]."""

MAPS = ("sounding", "onset", "offset", "velocity")
KEYS = 88
STEPS_A_FRAME = 2
STEP_S = FRAME_SAMPLES / STEPS_A_FRAME / RATE_HZ
"""11.6 ms."""

REACH_FRAMES = 97
"""What a step of the maps says depends on so many frames of spectra to each side, and on no more."""

Floats = npt.NDArray[np.float32]
"""Maps are float32 [4 maps, steps, 88 keys from A0], 0.0 to 1.0."""
