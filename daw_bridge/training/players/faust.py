"""Our own Faust instruments with random settings, on DawDreamer."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import daw_bridge
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ

FOLDER = Path(daw_bridge.__file__).parent / "host" / "faust"
VOICES = 32
BLOCK_FRAMES = 64

PLAYED = ("bend", "mod", "freq", "gain", "gate")
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
    engine, processor, sliders = _compiled(instrument)
    for about in sliders:
        name = str(about["label"])
        if name not in PLAYED:
            processor.set_parameter(about["name"], _drawn(rng, name, about))
    processor.clear_midi()
    for note in performance.notes:
        processor.add_midi_note(note.pitch, note.velocity, note.onset_s, note.duration_s)
    frames = round(length_s * PLAY_RATE_HZ)
    for about in sliders:
        if about["label"] == "bend":
            curve = np.zeros(frames, np.float32)
            for bend in performance.bends:
                curve[round(bend.time_s * PLAY_RATE_HZ) :] = bend.semitones
            processor.set_automation(about["name"], curve)
    engine.render(length_s)
    sound: npt.NDArray[np.float32] = engine.get_audio()[:, :frames].mean(axis=0)
    return sound


@functools.cache
def _compiled(instrument: str) -> tuple[Any, Any, list[dict[str, Any]]]:
    """Engine, processor, and the sliders as they are at first (DawDreamer tells where they are now)."""
    import dawdreamer

    path = FOLDER / f"{instrument}.dsp"
    if not path.is_file():
        raise FileNotFoundError(path)
    engine = dawdreamer.RenderEngine(PLAY_RATE_HZ, BLOCK_FRAMES)
    processor = engine.make_faust_processor("instrument")
    processor.faust_libraries_path = str(FOLDER)
    processor.num_voices = VOICES
    processor.set_dsp(str(path))
    processor.compile()
    engine.load_graph([(processor, [])])
    return engine, processor, processor.get_parameters_description()


def _drawn(rng: np.random.Generator, name: str, about: dict[str, Any]) -> float:
    """Half of the sliders stay where they are at first, the others go anywhere that makes sense."""
    lowest, highest, initial = float(about["min"]), float(about["max"]), float(about["value"])
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
