"""A real VST3 through a real worker: measured sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip, Samples
from daw_bridge.core.errors import ParameterInvalid, PluginMissing, PluginUnloadable, PresetInvalid
from daw_bridge.core.notes import Bend, Note, Part
from daw_bridge.host import Host
from daw_bridge.presets import StoredPreset
from tests.measure import brightness_hz, key_hz, mono, pitch_error_cents
from tests.plugin_process import plugin_process
from tests.plugins_fixtures import TEST_SYNTH, line, stored

pytestmark = pytest.mark.real

RATE_HZ = 44_100
SAME = 10 ** (-90 / 20)


@pytest.fixture(scope="module")
def host(test_synth_folder: Path) -> Iterator[Host]:
    with Host(plugin_folders=[test_synth_folder]) as host:
        yield host


def synth(parameters: dict[str, Any] | None = None, **settings: Any) -> StoredPreset:
    return stored({"plugin": TEST_SYNTH, "parameters": parameters or {}}, **settings)


def render(host: Host, part: Part, parameters: dict[str, Any] | None = None, **settings: Any) -> AudioClip:
    return host.render(part, synth(parameters, **settings), rate_hz=RATE_HZ).clip


def onset_frame(sound: Samples, start: int = 0) -> int:
    return start + int(np.argmax(np.abs(sound[0, start:]) > 1e-6))


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 88_200, 96_000, 192_000])
def test_notes_begin_on_the_very_frame_at_every_rate(host: Host, rate_hz: int) -> None:
    part = Part((Note(0.0, 60, 0.1), Note(0.4321, 72, 0.6), Note(1.70001, 65, 1.8)), 2.0)
    rendering = host.render(part, synth({"wave": "Saw"}), rate_hz=rate_hz)
    for note in part.notes:
        on = round(note.onset_s * rate_hz)
        # A sawtooth begins at 0; the frame after is the first that can be heard.
        assert onset_frame(rendering.clip.samples, max(on - rate_hz // 10, 0)) == on + 1
    assert rendering.clip.samples.shape == (2, 2 * rate_hz)


def test_a_note_late_in_a_long_bounce_begins_on_the_very_frame(host: Host) -> None:
    part = Part((Note(0.0, 60, 0.1), Note(601.23456, 60, 601.4)), 602.0)
    sound = render(host, part).samples
    on = round(601.23456 * RATE_HZ)
    assert onset_frame(sound, on - RATE_HZ) == on + 1
    assert sound.shape == (2, 602 * RATE_HZ)


def test_each_note_has_its_pitch_and_nothing_clips(host: Host) -> None:
    pitches = (36, 47, 60, 69, 84, 96)
    rendering = host.render(line(*pitches), synth(), rate_hz=RATE_HZ)
    sound = mono(rendering.clip.samples)
    for index, pitch in enumerate(pitches):
        start = round((index + 1) * 0.25 * RATE_HZ)
        during = sound[start : start + round(0.2 * RATE_HZ)]
        assert abs(pitch_error_cents(during, RATE_HZ, key_hz(pitch))) < 10
    assert 0.1 < rendering.clip.peak < 1.0
    assert rendering.instrument == "DAW Bridge Test Synth 1.0.0"
    assert rendering.warnings == ()


def test_latency_is_taken_off(host: Host) -> None:
    plain, late = (render(host, line(60, 64), {"latency": latency}).samples for latency in (0, 1234))
    assert np.abs(plain - late).max() < SAME


def test_the_same_part_sounds_the_same_also_after_another(host: Host) -> None:
    part = Part((Note(0.1, 60, 0.5), Note(0.3, 67, 0.9)), 1.0)
    other = Part((Note(0.0, 40, 30.0),), 0.5, (Bend(0.0, 7.0),))  # bent, and held beyond the end
    first = render(host, part, {"release": "5000 ms"}).samples
    render(host, other, {"release": "5000 ms", "wave": "Square"})
    again = render(host, part, {"release": "5000 ms"}).samples
    assert np.abs(first - again).max() < SAME


def test_bends_are_followed_within_and_beyond_two_semitones(host: Host) -> None:
    for semitones in (1.5, -7.0):
        part = Part((Note(0.1, 69, 0.9),), 1.0, (Bend(0.5, semitones),))
        sound = mono(render(host, part).samples)
        before = sound[RATE_HZ // 10 : RATE_HZ // 2]
        after = sound[round(0.505 * RATE_HZ) : round(0.9 * RATE_HZ)]
        assert abs(pitch_error_cents(before, RATE_HZ, key_hz(69))) < 1
        assert abs(pitch_error_cents(after, RATE_HZ, key_hz(69 + semitones))) < 1


def test_two_hundred_notes_at_one_time_are_taken(host: Host) -> None:
    part = Part(tuple(Note(0.1, pitch, 0.3, 1) for pitch in range(128)), 0.5)
    assert render(host, part).peak > 0.0


def test_it_listens_on_the_presets_channel(host: Host) -> None:
    ninth, first = (render(host, line(60), notes={"channel": channel}).samples for channel in (9, 1))
    assert np.abs(ninth - first).max() < SAME


def test_parameters_take_units_and_words(host: Host) -> None:
    dark, bright = (
        brightness_hz(mono(render(host, line(48), {"wave": "saw", "cutoff": hz}).samples), RATE_HZ)
        for hz in ("0.2 kHz", "8000 Hz")
    )
    assert dark < bright / 3
    quiet, loud = (render(host, line(60), {"Gain": gain}).peak for gain in ("-20.5 dB", -14.5))
    assert loud / quiet == pytest.approx(10 ** (6 / 20), rel=1e-3)


def test_a_preset_leaves_nothing_to_the_next(host: Host) -> None:
    plain = render(host, line(60)).samples
    render(host, line(60), {"wave": "Square", "gain": -30, "latency": 100})
    assert np.abs(render(host, line(60)).samples - plain).max() < SAME


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"cutof": 100}, 'There is no parameter "cutof". Did you mean "cutoff"?'),
        ({"cutoff": "30 kHz"}, "20 to 20000 Hz"),
        ({"wave": "Triangle"}, "Sine, Saw, Square"),
    ],
)
def test_wrong_parameters_are_refused(host: Host, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterInvalid) as caught:
        render(host, line(60), parameters)
    assert message in str(caught.value)
    assert "DAW Bridge Test Synth 1.0.0" in str(caught.value)


def test_state_is_read_from_beside_the_preset(host: Host, test_synth: Path, tmp_path: Path) -> None:
    with plugin_process(test_synth) as process:
        (tmp_path / "square.state").write_bytes(process.state({"wave": "Square"}))
    preset = stored({"plugin": TEST_SYNTH, "state": "square.state"}, folder=tmp_path)
    rendering = host.render(line(60), preset, rate_hz=RATE_HZ)
    assert rendering.warnings == ()
    captured = rendering.clip.samples
    assert np.abs(captured - render(host, line(60), {"wave": "Square"}).samples).max() < SAME
    with pytest.raises(PresetInvalid, match=r"gone\.state"):
        host.render(
            line(60), stored({"plugin": TEST_SYNTH, "state": "gone.state"}, folder=tmp_path), rate_hz=RATE_HZ
        )


def test_a_preset_file_that_it_does_not_take_is_named(host: Host, tmp_path: Path) -> None:
    (tmp_path / "other.vstpreset").write_bytes(b"no preset")
    preset = stored({"plugin": TEST_SYNTH, "vstpreset": "other.vstpreset"}, folder=tmp_path)
    with pytest.raises(PresetInvalid, match=r"other\.vstpreset: The plugin does not take this preset file"):
        host.render(line(60), preset, rate_hz=RATE_HZ)


def test_a_state_that_is_none_is_told_of(host: Host, tmp_path: Path) -> None:
    for content in (b"", b"no state", bytes(range(256)) * 40):
        (tmp_path / "broken.state").write_bytes(content)
        preset = stored({"plugin": TEST_SYNTH, "state": "broken.state"}, folder=tmp_path)
        (warning,) = host.render(line(60), preset, rate_hz=RATE_HZ).warnings
        assert warning.startswith("DAW Bridge Test Synth 1.0.0 took nothing from broken.state")


def test_a_missing_plugin_is_replaced_by_the_fallback_which_is_said(host: Host) -> None:
    preset = stored({"plugin": "Surge XT"}, fallback={"plugin": TEST_SYNTH})
    rendering = host.render(line(60), preset, rate_hz=RATE_HZ)
    assert rendering.instrument == "DAW Bridge Test Synth 1.0.0"
    assert rendering.warnings == (
        "Surge XT is not on this machine; the fallback played: DAW Bridge Test Synth.",
    )
    with pytest.raises(PluginMissing, match="Surge XT"):
        host.render(line(60), stored({"plugin": "Surge XT"}), rate_hz=RATE_HZ)


def test_a_plugin_is_found_by_its_path(host: Host, test_synth: Path) -> None:
    beside = stored({"path": test_synth.name}, folder=test_synth.parent)
    assert host.render(line(60), beside, rate_hz=RATE_HZ).instrument == "DAW Bridge Test Synth 1.0.0"
    with pytest.raises(PluginMissing, match=r"gone\.vst3"):
        host.render(line(60), stored({"path": "gone.vst3"}), rate_hz=RATE_HZ)


def test_an_instrument_among_the_effects_is_refused(host: Host) -> None:
    preset = synth(effects=[{"plugin": {"name": TEST_SYNTH}}])
    with pytest.raises(PluginUnloadable, match="It is an instrument"):
        host.render(line(60), preset, rate_hz=RATE_HZ)
