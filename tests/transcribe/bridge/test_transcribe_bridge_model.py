"""The model in the repository: small, self-describing, and it hears."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daw_bridge.core.notes import Note
from daw_bridge.training import effects, stems
from daw_bridge.training.performance import Performance
from daw_bridge.training.scoring import score
from daw_bridge.transcribe.bridge.decoding import Thresholds, decode
from daw_bridge.transcribe.bridge.features import RATE_HZ, features

MODEL = Path(str(files("daw_bridge.transcribe.bridge").joinpath("model.onnx")))


@pytest.fixture(scope="module")
def session() -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(str(MODEL), providers=["CPUExecutionProvider"])


def heard(session: Any, sound: str, performance: Performance) -> tuple[Note, ...]:
    played = stems.play(np.random.default_rng(1), performance, sound)
    clip = effects.finished(np.random.default_rng(1), played, RATE_HZ)
    (maps,) = session.run(None, {"spectra": features(clip)[None]})
    thresholds = Thresholds.from_dict(json.loads(session.get_modelmeta().custom_metadata_map["thresholds"]))
    return decode([maps[0]], thresholds)


def test_it_is_small_and_says_what_it_is(session: Any) -> None:
    assert MODEL.stat().st_size < 3_000_000
    metadata = session.get_modelmeta().custom_metadata_map
    assert metadata["maps"] == "sounding,onset,offset,velocity"
    assert int(metadata["training_steps"]) > 0
    assert "6500 steps" in metadata["began_from"]


@pytest.mark.parametrize(
    ("sound", "lowest"),
    [("partials:sub", 28), ("partials:blown", 55), ("faust:organ", 48), ("faust:epiano", 48)],
)
def test_it_hears_a_line(session: Any, sound: str, lowest: int) -> None:
    keys = [lowest + step for step in (0, 7, 3, 12, 10, 5, 0, 0, 8, 15)]
    line = tuple(Note(0.5 + 0.43 * i, key, 0.5 + 0.43 * i + 0.35, 100) for i, key in enumerate(keys))
    counted = score(line, heard(session, sound, Performance(line)))
    assert counted.f1 > 0.85
    assert np.median(np.abs(counted.onset_errors_s)) < 0.012


def test_it_hears_chords(session: Any) -> None:
    chords = [(60, 64, 67), (57, 60, 64), (53, 57, 60), (55, 59, 62)]
    notes = tuple(Note(0.5 + i, key, 1.4 + i, 90) for i, chord in enumerate(chords) for key in chord)
    assert score(notes, heard(session, "faust:epiano", Performance(notes))).f1 > 0.85


def test_it_hears_nothing_in_silence(session: Any) -> None:
    (maps,) = session.run(None, {"spectra": features(np.zeros(5 * RATE_HZ, np.float32))[None]})
    assert decode([maps[0]], Thresholds()) == ()
