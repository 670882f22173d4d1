"""The stand-ins pass what the real parts pass."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pedalboard.io import AudioFile

from daw_bridge.core.notes import Note, Part
from daw_bridge.flow.job import Instruments
from daw_bridge.host import Host
from daw_bridge.transcribe import engine
from daw_bridge.transcribe.engine import Engine
from tests.fakes import FakeEngine, FakeInstruments
from tests.measure import key_hz, mono, pitch_error_cents
from tests.plugins_fixtures import stored
from tests.transcribe.tones import play

RATE_HZ = 44_100
PRESET = stored({"faust": "analog"})
PART = Part((Note(0.25, 57, 0.75, 90),), duration_s=1.0)


@pytest.fixture(scope="module", params=["real", "fake"])
def instruments(request: pytest.FixtureRequest) -> Iterator[Instruments]:
    if request.param == "fake":
        yield FakeInstruments()
        return
    with Host() as host:
        yield host


def test_instruments_play_the_part_in_stereo_as_long_as_the_bounce(instruments: Instruments) -> None:
    clip = instruments.render(PART, PRESET, rate_hz=RATE_HZ).clip
    assert (clip.rate_hz, clip.channels) == (RATE_HZ, 2)
    assert clip.duration_s >= PART.duration_s
    sound = mono(clip.samples)
    assert np.abs(sound[: round(0.25 * RATE_HZ)]).max() < 0.001
    assert (
        abs(pitch_error_cents(sound[round(0.3 * RATE_HZ) : round(0.7 * RATE_HZ)], RATE_HZ, key_hz(57))) < 20
    )


def test_instruments_play_the_same_into_a_file(instruments: Instruments, tmp_path: Path) -> None:
    clip = instruments.render(PART, PRESET, rate_hz=RATE_HZ).clip
    played = instruments.render_to(tmp_path / "a.wav", PART, PRESET, rate_hz=RATE_HZ)
    with AudioFile(str(tmp_path / "a.wav")) as file:
        assert (file.samplerate, file.file_dtype, file.duration) == (RATE_HZ, "int24", played.duration_s)
        written = file.read(file.frames)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    assert played.duration_s == clip.duration_s
    assert np.abs(written - clip.samples).max() < 2**-22


@pytest.mark.parametrize("hearing", [FakeEngine(), engine("bridge")], ids=["fake", "real"])
def test_engines_hear_middle_c_and_say_how_far_they_are(hearing: Engine) -> None:
    told: list[float] = []
    clip = play([Note(0.5, 60, 1.5)], 2.0).clip
    assert clip.rate_hz == hearing.rate_hz
    part = hearing.transcribe(clip, on_progress=told.append)
    assert [note.pitch for note in part.notes] == [60]
    assert part.notes[0].onset_s == pytest.approx(0.5, abs=0.05)
    assert part.duration_s == pytest.approx(2.0, abs=0.01)
    assert told == sorted(told) and told[-1] == 1.0
