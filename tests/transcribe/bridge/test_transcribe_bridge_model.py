"""The models in the repository: small, self-describing, and they hear."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note
from daw_bridge.training import effects, stems
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import stops
from daw_bridge.training.scoring import score
from daw_bridge.transcribe.bridge.decoding import Thresholds, decode
from daw_bridge.transcribe.bridge.engine import MODEL, ORGAN, Bridge, find_model
from daw_bridge.transcribe.bridge.features import RATE_HZ, features


@pytest.fixture(scope="module", params=[MODEL, ORGAN])
def session(request: pytest.FixtureRequest) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(str(find_model(request.param)), providers=["CPUExecutionProvider"])


def heard(session: Any, sound: str, performance: Performance) -> tuple[Note, ...]:
    played = stems.play(np.random.default_rng(1), performance, sound)
    clip = effects.finished(np.random.default_rng(1), played, RATE_HZ)
    (maps,) = session.run(None, {"spectra": features(clip)[None]})
    thresholds = Thresholds.from_dict(json.loads(session.get_modelmeta().custom_metadata_map["thresholds"]))
    return decode([maps[0]], thresholds)


def test_they_are_small() -> None:
    assert sum(find_model(name).stat().st_size for name in (MODEL, ORGAN)) < 3_000_000


def test_it_says_what_it_is(session: Any) -> None:
    metadata = session.get_modelmeta().custom_metadata_map
    assert metadata["maps"] == "sounding,onset,offset,velocity"
    steps = int(metadata["training_steps"])
    assert (steps, metadata.get("began_from")) in ((38_500, None), (2000, "d99965ea after 38500 steps"))


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


@pytest.mark.parametrize("profile", ["auto", "bass"])
@pytest.mark.parametrize("sound", ["faust:analog", "faust:string", "faust:supersaw"])
def test_it_hears_basses_down_to_the_lowest_key(sound: str, profile: str) -> None:
    keys = [21, 23, 24, 21, 26, 28, 24, 23, 33, 21]
    line = tuple(Note(0.5 + 0.5 * i, key, 0.5 + 0.5 * i + 0.4, 100) for i, key in enumerate(keys))
    played = stems.play(np.random.default_rng(2), Performance(line), sound)
    clip = AudioClip(effects.finished(np.random.default_rng(1), played, RATE_HZ)[None], RATE_HZ)
    assert score(line, Bridge().transcribe(clip, profile=profile).notes).f1 > 0.9


def test_it_hears_chords(session: Any) -> None:
    chords = [(60, 64, 67), (57, 60, 64), (53, 57, 60), (55, 59, 62)]
    notes = tuple(Note(0.5 + i, key, 1.4 + i, 90) for i, chord in enumerate(chords) for key in chord)
    assert score(notes, heard(session, "faust:epiano", Performance(notes))).f1 > 0.85


def test_it_hears_nothing_in_silence(session: Any) -> None:
    (maps,) = session.run(None, {"spectra": features(np.zeros(5 * RATE_HZ, np.float32))[None]})
    assert decode([maps[0]], Thresholds()) == ()


def test_the_profile_organ_hears_the_keys_where_a_16_foot_stop_is_drawn() -> None:
    """Wheels alone; `auto` writes some of the lowest stop's notes, as it must where nobody said organ."""
    chords = [(60, 64, 67), (57, 60, 64), (53, 57, 60), (55, 59, 62)]
    notes = [Note(0.5 + i, key, 1.4 + i, 90) for i, chord in enumerate(chords) for key in chord]
    hearing, registrations = Bridge(), ("888000000", "848000000", "808000000", "880000000")
    clips = [AudioClip(tonewheels(notes, drawn), RATE_HZ) for drawn in registrations]

    def f1(profile: str) -> float:
        return float(np.mean([score(notes, hearing.transcribe(c, profile=profile).notes).f1 for c in clips]))

    assert f1("organ") > max(0.85, f1("auto") + 0.15)


def tonewheels(notes: Sequence[Note], drawn: str) -> npt.NDArray[np.float32]:
    """float32 [1, frames]: a sine for each drawbar, 3 dB softer a step."""
    sound = np.zeros(round(RATE_HZ * (max(note.offset_s for note in notes) + 0.5)))
    for note in notes:
        time_s = np.arange(round((note.offset_s - note.onset_s) * RATE_HZ)) / RATE_HZ
        key_hz = 440.0 * 2.0 ** ((note.pitch - 69) / 12)
        tone = np.zeros(len(time_s))
        for bar, times in zip(drawn, stops.DRAWBARS, strict=True):
            if bar != "0":
                tone += 10 ** ((int(bar) - 8) * 3 / 20) * np.sin(2 * np.pi * key_hz * times * time_s)
        tone *= np.clip(np.minimum(time_s / 0.005, (time_s[-1] - time_s) / 0.01), 0.0, 1.0)
        start = round(note.onset_s * RATE_HZ)
        sound[start : start + len(tone)] += tone
    return np.asarray(0.7 * sound / np.abs(sound).max(), np.float32)[None]
