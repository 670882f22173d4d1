"""Our own Faust instruments with random settings, played as the host plays them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import daw_bridge
from daw_bridge.core.notes import Part
from daw_bridge.host.protocol import InstrumentSetup
from daw_bridge.host.worker.instrument import Performance as Played
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ

if TYPE_CHECKING:
    from daw_bridge.host.worker.faust import FaustInstrument
    from daw_bridge.host.worker.faust_program import Slider

FOLDER = Path(daw_bridge.__file__).parent / "host" / "faust"

TUNING = {
    "osc2_tune": (-12.0, 0.0, 0.0, 0.0, 7.0, 12.0),
    "sub_octave": (1.0,),
    "carrier_ratio": (1.0, 1.0, 2.0),
}
"""Sliders that move the pitch: only where the key played is still the note heard."""
LONGEST_S = {"attack": 0.25, "release": 1.2, "vibrato_delay": 1.0}
"""Times are drawn up to these: beyond, the note that was played can't be told any more."""


def play(
    rng: np.random.Generator, performance: Performance, instrument: str, length_s: float
) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz. Raises FileNotFoundError for an instrument that isn't there."""
    from daw_bridge.host.worker.faust import NOTE_SLIDERS

    path = FOLDER / f"{instrument}.dsp"
    player = _compiled(path)
    settings: dict[str, str | float | bool] = {
        name: _drawn(rng, name, slider) for name, slider in player.sliders.items() if name not in NOTE_SLIDERS
    }
    player.configure(InstrumentSetup("faust", str(path), instrument, None, None, None, settings))
    part = Part(tuple(performance.notes), length_s, tuple(performance.bends))
    sound = player.play(Played(part, 1, PLAY_RATE_HZ, round(length_s * PLAY_RATE_HZ), 0))
    played: npt.NDArray[np.float32] = sound.mean(axis=0)
    return played


@functools.cache
def _compiled(path: Path) -> FaustInstrument:
    from daw_bridge.host.worker.faust import FaustInstrument

    if not path.is_file():
        raise FileNotFoundError(path)
    return FaustInstrument(path, path.stem, PLAY_RATE_HZ, lambda *_, **__: None)


def _drawn(rng: np.random.Generator, name: str, slider: Slider) -> float:
    """Half of the sliders stay where they are at first, the others go anywhere that makes sense."""
    lowest, highest, initial = slider.lowest, slider.highest, slider.initial
    if name in TUNING:
        return float(rng.choice([v for v in TUNING[name] if lowest <= v <= highest]))
    if rng.random() < 0.5:
        return initial
    for word, longest in LONGEST_S.items():
        if name.endswith(word):
            highest = min(highest, longest)
    if lowest > 0 and highest / lowest > 50:
        return float(np.exp(rng.uniform(np.log(lowest), np.log(highest))))
    if name.endswith("level") and initial > 0.5:
        lowest = 0.3  # the instrument's main sound stays
    if name in ("noise_level", "drive", "vibrato_depth"):
        highest = lowest + 0.3 * (highest - lowest)
    return float(rng.uniform(lowest, highest))
