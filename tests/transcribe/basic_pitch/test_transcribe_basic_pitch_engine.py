"""Engines by name, and how basic-pitch's treats what it is given."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from daw_bridge import transcribe
from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import EngineMissing, EngineUnknown
from daw_bridge.core.notes import Part
from daw_bridge.transcribe import DEFAULT_ENGINE, engine, engine_names
from daw_bridge.transcribe.basic_pitch import engine as basic_pitch
from daw_bridge.transcribe.basic_pitch.engine import BasicPitch
from daw_bridge.transcribe.basic_pitch.posteriors import Floats
from tests.transcribe.tones import RATE_HZ, melody, play


@pytest.fixture(scope="module")
def hearing() -> BasicPitch:
    return BasicPitch()


def test_engines_are_found_by_name_and_kept() -> None:
    assert DEFAULT_ENGINE in engine_names()
    assert isinstance(engine("basic-pitch"), BasicPitch)
    assert engine("basic-pitch") is engine("basic-pitch")
    assert engine("basic-pitch").version.startswith("0.4.")


def test_an_unknown_engine_is_named_with_what_is_near() -> None:
    with pytest.raises(EngineUnknown, match='Did you mean "basic-pitch"'):
        engine("basic_pitch")


@pytest.mark.parametrize(
    ("registered", "said"), [("no_such_package:Engine", "no_such_package"), ("math:Ear", "Ear")]
)
def test_an_engine_whose_package_is_gone_or_broken_is_missing(
    monkeypatch: pytest.MonkeyPatch, registered: str, said: str
) -> None:
    gone = EntryPoint("gone", registered, "daw_bridge.engines")
    monkeypatch.setattr(transcribe, "entry_points", lambda **_: [gone])
    with pytest.raises(EngineMissing, match=said):
        engine("gone")


def test_a_missing_model_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing, match=r"not installed.*uv sync"):
        basic_pitch.find_model()
    package = importlib.util.spec_from_file_location("basic_pitch", tmp_path / "__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: package)
    with pytest.raises(EngineMissing, match=r"nmp\.onnx.*uv sync"):
        basic_pitch.find_model()


def test_a_damaged_model_is_a_missing_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    damaged = tmp_path / "nmp.onnx"
    damaged.write_bytes(b"not a model")
    monkeypatch.setattr(basic_pitch, "find_model", lambda: damaged)
    with pytest.raises(EngineMissing, match=r"nmp\.onnx"):
        BasicPitch().transcribe(AudioClip(np.zeros((1, RATE_HZ), np.float32), RATE_HZ))


@pytest.mark.parametrize(("channels", "rate_hz"), [(2, RATE_HZ), (1, 44_100)])
def test_a_clip_of_the_wrong_shape_is_refused(hearing: BasicPitch, channels: int, rate_hz: int) -> None:
    with pytest.raises(ValueError, match="one channel at 22050 Hz"):
        hearing.transcribe(AudioClip(np.zeros((channels, 1000), np.float32), rate_hz))


def test_an_unknown_profile_is_refused(hearing: BasicPitch) -> None:
    with pytest.raises(ValueError, match='Did you mean "piano"'):
        hearing.transcribe(AudioClip(np.zeros((1, 1000), np.float32), RATE_HZ), profile="paino")


@pytest.mark.parametrize("frames", [0, 1, 100, 5 * RATE_HZ])
def test_silence_has_no_notes_however_long(hearing: BasicPitch, frames: int) -> None:
    clip = AudioClip(np.zeros((1, frames), np.float32), RATE_HZ)
    assert hearing.transcribe(clip) == Part((), clip.duration_s)


def test_silence_between_notes_is_skipped_without_a_difference(
    hearing: BasicPitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = play(melody([60, 64], 0.5, start_s=9.0), 20.0).clip
    heard = hearing.posteriors(clip)
    sizes: list[int] = []

    def one_by_one(block: Floats) -> list[Floats]:
        sizes.append(len(block))
        return hearing._run(block)

    monkeypatch.setattr(basic_pitch, "BATCH", 1)
    monkeypatch.setattr(hearing, "_hear", one_by_one)
    expected = hearing.posteriors(clip)
    assert len(sizes) == 13
    np.testing.assert_allclose(heard.note, expected.note, rtol=0, atol=1e-6)
    np.testing.assert_allclose(heard.onset, expected.onset, rtol=0, atol=1e-6)


def test_windows_of_silence_are_not_run(hearing: BasicPitch, monkeypatch: pytest.MonkeyPatch) -> None:
    hearing.transcribe(AudioClip(np.zeros((1, RATE_HZ), np.float32), RATE_HZ))
    run = hearing._run
    sizes: list[int] = []

    def counted(block: Floats) -> list[Floats]:
        sizes.append(len(block))
        return run(block)

    monkeypatch.setattr(hearing, "_run", counted)
    hearing.posteriors(play(melody([60, 64], 0.5, start_s=9.0), 20.0).clip)
    assert sizes == [2]


def test_progress_rises_to_all(hearing: BasicPitch) -> None:
    told: list[float] = []
    hearing.transcribe(AudioClip(np.zeros((1, 30 * RATE_HZ), np.float32), RATE_HZ), on_progress=told.append)
    assert len(told) > 3
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_threads_may_share_an_engine() -> None:
    hearing = BasicPitch()
    line = play(melody([60, 64, 67], 0.5), 2.5)
    expected = BasicPitch().transcribe(line.clip)
    parts: list[Part] = []
    threads = [threading.Thread(target=lambda: parts.append(hearing.transcribe(line.clip))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert parts == [expected] * 4


def test_asking_for_an_engine_loads_no_network() -> None:
    """Nor basic-pitch's package, ever: it would ask for TensorFlow."""
    code = """
import sys
from daw_bridge.transcribe import engine
hearing = engine("basic-pitch")
hearing.version
print("onnxruntime" in sys.modules)
import numpy as np
from daw_bridge.core.audio import AudioClip
hearing.transcribe(AudioClip(np.zeros((1, 22050), np.float32), 22050))
print("onnxruntime" in sys.modules, "basic_pitch" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["False", "True", "False"]
