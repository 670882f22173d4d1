"""`tempo_synced: true`: a real VST3 hears the session's tempo, and plays as it does without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import ParameterInvalid, PluginCrashed, PluginUnloadable
from daw_bridge.core.notes import Bend, Note, Part
from daw_bridge.core.timing import TempoChange, TempoMap
from daw_bridge.host import Host
from daw_bridge.presets import StoredPreset
from tests.measure import key_hz, mono, pitch_error_cents
from tests.plugin_process import plugin_process
from tests.plugins_fixtures import TEST_SHELL, TEST_SYNTH, line, stored

pytestmark = pytest.mark.real

RATE_HZ = 44_100
BLOCK_S = 64 / RATE_HZ
SAME = 10 ** (-90 / 20)


@pytest.fixture(scope="module")
def host(test_synth_folder: Path) -> Iterator[Host]:
    with Host(plugin_folders=[test_synth_folder], max_workers=3) as host:
        yield host


def synced(parameters: dict[str, Any], **settings: Any) -> StoredPreset:
    return stored({"plugin": TEST_SYNTH, "parameters": parameters}, tempo_synced=True, **settings)


def openings_s(sound: Samples) -> npt.NDArray[np.float64]:
    """When the sound comes back after 10 ms of silence, in seconds."""
    audible = np.flatnonzero(np.abs(sound[0]) > 1e-4)
    gaps = np.flatnonzero(np.diff(audible) > RATE_HZ // 100)
    return np.asarray(audible[gaps + 1] / RATE_HZ)


HELD = Part((Note(0.0, 60, 5.0),), 5.0)
PULSE = {"pulse": "1/8", "wave": "Saw"}


def test_pulses_lie_on_the_sessions_grid(host: Host) -> None:
    tempo = TempoMap.constant(97.0)
    rendering = host.render(HELD, synced(PULSE), rate_hz=RATE_HZ, tempo_map=tempo)
    opened = openings_s(rendering.clip.samples)
    expected = np.arange(1, len(opened) + 1) * 0.5 * 60.0 / 97.0
    assert len(opened) == 16
    assert np.abs(opened - expected).max() < 0.0005
    assert rendering.instrument == "DAW Bridge Test Synth 1.0.0"
    assert rendering.warnings == ()


def test_without_tempo_synced_a_plugin_sees_120_bpm(host: Host) -> None:
    preset = stored({"plugin": TEST_SYNTH, "parameters": PULSE})
    sound = host.render(HELD, preset, rate_hz=RATE_HZ, tempo_map=TempoMap.constant(97.0)).clip.samples
    assert np.diff(openings_s(sound)) == pytest.approx(0.25, abs=0.0005)


@pytest.mark.parametrize("rate_hz", [44_100, 96_000])
def test_pulses_follow_a_change_of_tempo(host: Host, rate_hz: int) -> None:
    tempo = TempoMap((TempoChange(0.0, 97.0), TempoChange(4.0, 140.0), TempoChange(6.0, 60.0)))
    rendering = host.render(HELD, synced(PULSE), rate_hz=rate_hz, tempo_map=tempo)
    sound = rendering.clip.samples[:, :: rate_hz // RATE_HZ]
    rate = rate_hz / (rate_hz // RATE_HZ)
    opened = openings_s(sound) * RATE_HZ / rate
    expected = [tempo.time_at(beat) for beat in np.arange(0.5, tempo.beat_at(5.0), 0.5)]
    assert len(opened) == len(expected) == 15
    assert np.abs(opened - expected).max() < 2 * BLOCK_S


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 88_200, 96_000, 192_000])
def test_it_plays_the_same_notes_at_the_same_frames_as_without(host: Host, rate_hz: int) -> None:
    part = Part((Note(0.0, 60, 0.1), Note(0.4321, 72, 0.6), Note(0.70001, 65, 0.8)), 1.0)
    parameters = {"wave": "Saw", "cutoff": "2 kHz", "gain": -9, "latency": 700}
    plain = host.render(part, stored({"plugin": TEST_SYNTH, "parameters": parameters}), rate_hz=rate_hz)
    same = host.render(part, synced(parameters), rate_hz=rate_hz)
    assert np.abs(plain.clip.samples - same.clip.samples).max() < SAME


def test_bends_are_followed_and_nothing_is_left_of_the_render_before(host: Host) -> None:
    bent = Part((Note(0.1, 69, 30.0),), 1.0, (Bend(0.5, -7.0),))
    sound = mono(host.render(bent, synced({}), rate_hz=RATE_HZ).clip.samples)
    after = sound[round(0.505 * RATE_HZ) : round(0.9 * RATE_HZ)]
    assert abs(pitch_error_cents(after, RATE_HZ, key_hz(62))) < 1
    first, again = (host.render(line(60, 64), synced({}), rate_hz=RATE_HZ).clip.samples for _ in range(2))
    plain = host.render(line(60, 64), stored({"plugin": TEST_SYNTH}), rate_hz=RATE_HZ).clip.samples
    assert np.abs(first - again).max() < SAME
    assert np.abs(first - plain).max() < SAME


def test_a_state_is_carried_over_also_one_of_five_megabytes(
    host: Host, test_synth: Path, tmp_path: Path
) -> None:
    with plugin_process(test_synth) as process:
        state = process.state({"wave": "Square", "ballast_mb": 5.0})
    (tmp_path / "square.state").write_bytes(state)
    assert len(state) > 5_000_000
    instrument = {"plugin": TEST_SYNTH, "state": "square.state", "parameters": {"gain": -20}}
    renderings = [
        host.render(line(60), stored(instrument, folder=tmp_path, tempo_synced=synced), rate_hz=RATE_HZ)
        for synced in (True, False)
    ]
    plain = stored({"plugin": TEST_SYNTH, "parameters": {"wave": "Square", "gain": -20}})
    expected = host.render(line(60), plain, rate_hz=RATE_HZ).clip.samples
    for rendering in renderings:
        assert np.abs(rendering.clip.samples - expected).max() < SAME
        assert rendering.warnings == ()


def test_what_can_go_wrong_has_its_error_here_too(host: Host) -> None:
    with pytest.raises(ParameterInvalid, match="Sine, Saw, Square"):
        host.render(line(60), synced({"wave": "Triangle"}), rate_hz=RATE_HZ)
    with pytest.raises(PluginCrashed, match=r"DAW Bridge Test Synth 1\.0\.0.*while.*SIGABRT"):
        host.render(line(60), synced({"fault": "Crash"}), rate_hz=RATE_HZ)
    shell = {"plugin": TEST_SHELL, "plugin_name": f"{TEST_SHELL} Square"}
    with pytest.raises(PluginUnloadable, match="holds several plugins"):
        host.render(line(60), stored(shell, tempo_synced=True), rate_hz=RATE_HZ)
