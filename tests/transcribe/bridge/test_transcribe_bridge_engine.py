"""Our engine on real audio: blocks are seamless, silence costs nothing, its version follows its model."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import EngineMissing
from daw_bridge.core.notes import Part
from daw_bridge.settings import SessionSettings
from daw_bridge.transcribe import DEFAULT_ENGINE
from daw_bridge.transcribe import engine as find_engine
from daw_bridge.transcribe.bridge import engine
from daw_bridge.transcribe.bridge.engine import Bridge
from daw_bridge.transcribe.bridge.features import FRAME_SAMPLES
from daw_bridge.transcribe.bridge.maps import KEYS, MAPS, Floats
from tests.transcribe.tones import RATE_HZ, chord_line, glide, melody, play


@pytest.fixture(scope="module")
def hearing() -> Bridge:
    return Bridge()


def joined(hearing: Bridge, samples: Floats) -> Floats:
    return np.concatenate([np.zeros((len(MAPS), 0, KEYS), np.float32), *hearing.maps(samples)], axis=1)


def test_it_is_the_default_everywhere() -> None:
    assert isinstance(find_engine(DEFAULT_ENGINE), Bridge)
    assert SessionSettings().engine == DEFAULT_ENGINE == "bridge"


@pytest.mark.parametrize("block_frames", [64, 150, 431])
def test_blocks_say_what_the_whole_says(
    hearing: Bridge, monkeypatch: pytest.MonkeyPatch, block_frames: int
) -> None:
    samples = chord_line(12.0).samples[0, : round(11.5 * RATE_HZ)]  # without the silence at its end
    monkeypatch.setattr(engine, "BLOCK_FRAMES", 10_000)
    whole = joined(hearing, samples)
    assert float(whole[1].max()) > 0.5, "something is struck in it"
    monkeypatch.setattr(engine, "BLOCK_FRAMES", block_frames)
    np.testing.assert_allclose(joined(hearing, samples), whole, rtol=0, atol=1e-4)


@pytest.mark.parametrize("samples", [1, 255, 512, 513, 5000, RATE_HZ + 77])
def test_a_clip_may_be_cut_anywhere(hearing: Bridge, samples: int) -> None:
    clip = AudioClip(chord_line(3.0).samples[:, RATE_HZ // 2 : RATE_HZ // 2 + samples], RATE_HZ)
    part = hearing.transcribe(clip)
    assert part.duration_s == clip.duration_s
    assert all(n.onset_s < n.offset_s <= clip.duration_s for n in part.notes)
    assert all(n.onset_s < clip.duration_s - engine.CUT_S for n in part.notes), "the cut is no strike"


def test_confidences_and_velocities_are_in_range(hearing: Bridge) -> None:
    part = hearing.transcribe(chord_line(10.0).clip)
    assert len(part.notes) > 30
    assert all(0.0 <= n.confidence <= 1.0 and 1 <= n.velocity <= 127 for n in part.notes)
    assert np.median([n.confidence for n in part.notes]) > 0.8


@pytest.mark.parametrize("frames", [0, 1, 100, 5 * RATE_HZ])
def test_silence_has_no_notes_however_long(hearing: Bridge, frames: int) -> None:
    clip = AudioClip(np.zeros((1, frames), np.float32), RATE_HZ)
    assert hearing.transcribe(clip) == Part((), clip.duration_s)


def test_digital_silence_is_not_run(hearing: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = play(melody([60, 64], 0.5, start_s=35.0), 90.0).clip
    expected = hearing.transcribe(clip)
    assert [n.pitch for n in expected.notes] == [60, 64]
    run, frames = hearing._network.side_by_side.run, 0

    def counted(outputs: list[str], inputs: dict[str, Floats]) -> list[Floats]:
        nonlocal frames
        frames += inputs["spectra"].shape[2]
        return run(outputs, inputs)

    monkeypatch.setattr(hearing._network.side_by_side, "run", counted)
    assert hearing.transcribe(clip) == expected
    assert 0 < frames <= 2 * (engine.BLOCK_FRAMES + 200)


def test_progress_rises_to_all(hearing: Bridge) -> None:
    told: list[float] = []
    hearing.transcribe(AudioClip(np.zeros((1, 120 * RATE_HZ), np.float32), RATE_HZ), on_progress=told.append)
    assert len(told) > 3
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(("channels", "rate_hz"), [(2, RATE_HZ), (1, 44_100)])
def test_a_clip_of_the_wrong_shape_is_refused(hearing: Bridge, channels: int, rate_hz: int) -> None:
    with pytest.raises(ValueError, match="one channel at 22050 Hz"):
        hearing.transcribe(AudioClip(np.zeros((channels, 1000), np.float32), rate_hz))


def test_an_unknown_profile_is_refused(hearing: Bridge) -> None:
    with pytest.raises(ValueError, match='Did you mean "piano"'):
        hearing.transcribe(AudioClip(np.zeros((1, 1000), np.float32), RATE_HZ), profile="paino")


@pytest.mark.parametrize("changed", [engine.MODEL, engine.ORGAN])
def test_another_model_is_another_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changed: str
) -> None:
    ours = Bridge().version
    for name in (engine.MODEL, engine.ORGAN):
        shutil.copy(engine.find_model(name), tmp_path / name)
    monkeypatch.setattr(engine, "find_model", lambda name: tmp_path / name)
    assert Bridge().version == ours
    other = tmp_path / "other.onnx"
    other.write_bytes((tmp_path / changed).read_bytes() + b"\0")
    monkeypatch.setattr(engine, "find_model", lambda name: other if name == changed else tmp_path / name)
    assert Bridge().version != ours
    monkeypatch.setattr(engine, "DECODING", engine.DECODING + 1)
    assert Bridge().version.endswith(f"+{engine.DECODING}")


def test_a_missing_and_a_damaged_model_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clip = AudioClip(np.ones((1, RATE_HZ), np.float32), RATE_HZ)
    monkeypatch.setattr(engine, "files", lambda package: tmp_path)
    with pytest.raises(EngineMissing, match=r"model\.onnx.*uv sync"):
        Bridge().transcribe(clip)
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(EngineMissing, match=r"model\.onnx.*uv sync"):
        Bridge().transcribe(clip)


def test_threads_may_share_an_engine() -> None:
    hearing, line = Bridge(), play(melody([60, 64, 67], 0.5), 2.5)
    hearing.prepare()
    expected = Bridge().transcribe(line.clip)
    parts: list[Part] = []
    threads = [threading.Thread(target=lambda: parts.append(hearing.transcribe(line.clip))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert parts == [expected] * 4


def test_asking_for_the_engine_loads_no_network() -> None:
    code = """
import sys
from daw_bridge.transcribe import engine
engine("bridge").version
print("onnxruntime" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["False"]


def test_a_note_on_the_first_sample_is_heard_as_surely_as_any(hearing: Bridge) -> None:
    """Bounces begin on the beat."""
    part = hearing.transcribe(glide(np.repeat([33.0, 38.0], RATE_HZ)))
    assert [note.pitch for note in part.notes] == [33, 38]
    assert part.notes[0].onset_s < 0.01 and part.notes[0].confidence > 0.9


@pytest.mark.parametrize(("length_s", "others"), [(3.0, 0), (40.0, 2)])
def test_short_clips_are_heard_where_the_caller_is(
    hearing: Bridge, monkeypatch: pytest.MonkeyPatch, length_s: float, others: int
) -> None:
    heard_in: list[threading.Thread] = []

    def heard(*_: object) -> Floats:
        heard_in.append(threading.current_thread())
        return np.zeros((len(MAPS), 0, KEYS), np.float32)

    monkeypatch.setattr(hearing, "_heard", heard)
    joined(hearing, chord_line(length_s).samples[0])
    assert sum(thread is not threading.current_thread() for thread in heard_in) == others
    assert len(heard_in) == max(others, 1)


@pytest.mark.parametrize("level_db", [-25.0, -40.0, -55.0])
def test_a_quiet_bounce_is_heard_as_a_loud_one(hearing: Bridge, level_db: float) -> None:
    def struck(level_db: float) -> Counter[tuple[int, float]]:
        samples = chord_line(12.0, 3).samples * 10 ** (level_db / 20)
        as_bounced = np.asarray(np.round(samples * 2**23) / 2**23, np.float32)  # 24 bits
        notes = hearing.transcribe(AudioClip(as_bounced, RATE_HZ)).notes
        return Counter((note.pitch, round(note.onset_s, 1)) for note in notes)

    loud, quiet = struck(0.0), struck(level_db)
    assert (loud & quiet).total() > 0.9 * (loud | quiet).total()
    assert (quiet & struck(-30.0)).total() > 0.98 * quiet.total()  # as if all were one level


def test_noise_that_is_hardly_there_is_not_made_into_notes(hearing: Bridge) -> None:
    noise = np.random.default_rng(1).normal(0, 1e-4, (1, 10 * RATE_HZ)).astype(np.float32)
    assert hearing.transcribe(AudioClip(noise, RATE_HZ)).notes == ()


@pytest.mark.parametrize("block_frames", [90, 1300])
def test_the_lead_is_silence_before_the_clip_whatever_the_block(
    hearing: Bridge, monkeypatch: pytest.MonkeyPatch, block_frames: int
) -> None:
    monkeypatch.setattr(engine, "BLOCK_FRAMES", block_frames)
    samples = np.asarray(chord_line(12.0, 3).samples[0], np.float32)
    led_in = np.concatenate((np.zeros(engine.LEAD_FRAMES * FRAME_SAMPLES, np.float32), samples))
    mine = np.concatenate(list(hearing.maps(samples, lead_frames=engine.LEAD_FRAMES)), axis=1)
    np.testing.assert_allclose(mine, joined(hearing, led_in), atol=1e-4)
