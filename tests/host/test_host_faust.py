"""Faust instruments through a real worker: measured sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daw_bridge.core.errors import (
    ParameterInvalid,
    PluginMissing,
    PluginOutputInvalid,
    PluginSilent,
    PluginUnloadable,
)
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.host import Host
from daw_bridge.presets import StoredPreset
from tests.measure import brightness_hz, key_hz, mono, pitch_error_cents
from tests.plugins_fixtures import line, stored

RATE_HZ = 44_100
FAUST = Path(__file__).parent / "faust"


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host(faust_folders=[FAUST]) as host:
        yield host


def plain(parameters: dict[str, Any] | None = None, **settings: Any) -> StoredPreset:
    return stored({"faust": "plain", "parameters": parameters or {}}, **settings)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 88_200, 96_000, 192_000])
def test_notes_begin_and_end_on_the_very_frame_at_every_rate(host: Host, rate_hz: int) -> None:
    part = Part((Note(0.0, 60, 0.1), Note(0.123456, 72, 0.2), Note(0.3, 65, 0.41)), 0.5)
    rendering = host.render(part, plain({"wave": "Square"}), rate_hz=rate_hz)
    audible = np.flatnonzero(np.diff(np.abs(rendering.clip.samples[0]) > 0.01, prepend=False, append=False))
    expected = [round(time_s * rate_hz) for note in part.notes for time_s in (note.onset_s, note.offset_s)]
    assert audible.tolist() == expected


def test_each_note_has_its_pitch(host: Host) -> None:
    pitches = (36, 47, 60, 69, 84, 96)
    sound = mono(host.render(line(*pitches), plain(), rate_hz=RATE_HZ).clip.samples)
    for index, pitch in enumerate(pitches):
        start = round((index + 1) * 0.25 * RATE_HZ)
        during = sound[start : start + round(0.2 * RATE_HZ)]
        assert abs(pitch_error_cents(during, RATE_HZ, key_hz(pitch))) < 10


def test_the_sound_is_stereo_at_the_bounces_length_and_in_level(host: Host) -> None:
    rendering = host.render(line(60, 64), plain(), rate_hz=48_000)
    assert rendering.clip.rate_hz == 48_000
    assert rendering.clip.samples.shape == (2, 48_000)
    assert 0.1 < rendering.clip.peak <= 1.0
    assert rendering.instrument == "faust: plain"
    assert rendering.warnings == ()


def test_the_same_part_sounds_the_same_also_after_another(host: Host) -> None:
    part, other = line(60, 64, 67), Part((Note(0.0, 40, 2.0),), 0.5, (Bend(0.0, 7.0),))
    first = host.render(part, plain(), rate_hz=RATE_HZ).clip.samples
    host.render(other, plain({"wave": "Square", "cutoff": "500 Hz"}), rate_hz=RATE_HZ)
    again = host.render(part, plain(), rate_hz=RATE_HZ).clip.samples
    assert np.abs(first - again).max() < 10 ** (-90 / 20)


def test_bends_are_followed(host: Host) -> None:
    part = Part((Note(0.1, 69, 0.9),), 1.0, (Bend(0.5, 1.5),))
    sound = mono(host.render(part, plain(), rate_hz=RATE_HZ).clip.samples)
    before, after = sound[RATE_HZ // 10 : RATE_HZ // 2], sound[round(0.51 * RATE_HZ) : round(0.9 * RATE_HZ)]
    assert abs(pitch_error_cents(before, RATE_HZ, key_hz(69))) < 1
    assert abs(pitch_error_cents(after, RATE_HZ, key_hz(70.5))) < 1


def test_parameters_take_units_and_words(host: Host) -> None:
    def brightness(cutoff: str) -> float:
        sound = host.render(line(60), plain({"wave": "square", "cutoff": cutoff}), rate_hz=RATE_HZ).clip
        return brightness_hz(mono(sound.samples)[round(0.27 * RATE_HZ) : round(0.43 * RATE_HZ)], RATE_HZ)

    assert brightness("0.2 kHz") < brightness("2 kHz") / 2
    quiet, loud = (
        host.render(line(60), plain({"level": level}), rate_hz=RATE_HZ) for level in ("-20 dB", -14)
    )
    assert loud.clip.peak / quiet.clip.peak == pytest.approx(10 ** (6 / 20), rel=1e-3)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"cutof": 100}, 'There is no parameter "cutof". Did you mean "cutoff"?'),
        ({"cutoff": "30 kHz"}, "20 to 20000 Hz"),
        ({"wave": "Sine"}, "Cosine, Square, Nothing, Not a number"),
        ({"bend": 3}, 'no parameter "bend"'),
    ],
)
def test_wrong_parameters_are_refused(host: Host, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterInvalid) as caught:
        host.render(line(60), plain(parameters), rate_hz=RATE_HZ)
    assert message in str(caught.value)
    assert "faust: plain" in str(caught.value)


def test_notes_are_fitted_to_the_preset(host: Host) -> None:
    preset = plain(notes={"transpose": -12, "velocity": {"gain": 0.5}})
    fitted = host.render(line(72), preset, rate_hz=RATE_HZ).clip
    plainly = host.render(line(60, velocity=50), plain(), rate_hz=RATE_HZ).clip
    assert np.abs(fitted.samples - plainly.samples).max() < 1e-6


def test_silence_and_nan_are_errors_of_their_own(host: Host) -> None:
    with pytest.raises(PluginSilent, match="faust: plain"):
        host.render(line(60), plain({"wave": "Nothing"}), rate_hz=RATE_HZ)
    with pytest.raises(PluginSilent):
        host.render(line(60), plain({"muted": True}), rate_hz=RATE_HZ)
    with pytest.raises(PluginOutputInvalid, match="faust: plain"):
        host.render(line(60), plain({"wave": "Not a number"}), rate_hz=RATE_HZ)
    assert host.render(line(60), plain(), rate_hz=RATE_HZ).clip.peak > 0.1


def test_a_part_without_notes_is_silence_and_no_error(host: Host) -> None:
    rendering = host.render(Part((), 0.5), plain(), rate_hz=RATE_HZ)
    assert (rendering.clip.frames, rendering.clip.peak) == (RATE_HZ // 2, 0.0)


def test_what_would_clip_is_turned_down_and_says_so(host: Host) -> None:
    rendering = host.render(line(60), plain({"level": 12}, output={"gain_db": 12}), rate_hz=RATE_HZ)
    assert 0.9 < rendering.clip.peak <= 1.0
    assert any("clip" in warning for warning in rendering.warnings)


def test_tails_last_until_silence_or_as_long_as_asked(host: Host) -> None:
    effects = [{"delay": {"delay_seconds": 0.4, "feedback": 0.5, "mix": 0.5}}]
    automatic = host.render(line(60), plain(effects=effects), rate_hz=RATE_HZ).clip
    assert 3.0 < automatic.duration_s < 8.0
    assert np.abs(automatic.samples[:, -1]).max() > 0
    fixed = host.render(line(60), plain(effects=effects, output={"tail": 1.5}), rate_hz=RATE_HZ).clip
    assert fixed.frames == round(0.75 * RATE_HZ) + round(1.5 * RATE_HZ)
    assert np.abs(fixed.samples[:, -1]).max() < 1e-3


def test_a_tail_without_end_is_faded_out_with_a_warning(host: Host) -> None:
    effects = [{"delay": {"delay_seconds": 0.1, "feedback": 1.0, "mix": 0.5}}]
    rendering = host.render(line(60), plain(effects=effects), rate_hz=RATE_HZ)
    assert rendering.clip.frames == round(10.75 * RATE_HZ)
    (warning,) = rendering.warnings
    assert warning.startswith("delay still sounds 10 s after the end; it is faded out. Shorten its release")


def test_an_instrument_needs_neither_an_effect_nor_wheels_nor_stereo(tmp_path: Path) -> None:
    (tmp_path / "bare.dsp").write_text(
        'import("stdfaust.lib"); process = os.osc(hslider("freq", 440, 20, 20000, 1)) * button("gate") * 0.5;'
    )
    with Host(faust_folders=[tmp_path]) as host:
        part = Part((Note(0.1, 69, 0.4),), 0.5, (Bend(0.0, 2.0),), (Controller(0.0, 1, 127),))
        sound = host.render(part, stored({"faust": "bare"}), rate_hz=RATE_HZ).clip.samples
    assert np.array_equal(sound[0], sound[1])
    assert abs(pitch_error_cents(sound[0, RATE_HZ // 10 : 4 * RATE_HZ // 10], RATE_HZ, 440.0)) < 1


def test_an_effect_that_does_not_fit_the_voice_is_named(tmp_path: Path) -> None:
    (tmp_path / "misfit.dsp").write_text('process = button("gate"); effect = _, _;')
    with (
        Host(faust_folders=[tmp_path]) as host,
        pytest.raises(PluginUnloadable, match="A voice has 1 outputs, the effect 2 inputs"),
    ):
        host.render(line(60), stored({"faust": "misfit"}), rate_hz=RATE_HZ)


def test_an_effect_rings_on_after_the_last_note(tmp_path: Path) -> None:
    (tmp_path / "echo.dsp").write_text(
        'import("stdfaust.lib"); process = os.osc(hslider("freq", 440, 20, 20000, 1)) * button("gate") * 0.5;'
        "effect = + ~ (de.delay(65536, 44100) : *(0.5));"
    )
    with Host(faust_folders=[tmp_path]) as host:
        clip = host.render(Part((Note(0.0, 69, 0.2),), 0.3), stored({"faust": "echo"}), rate_hz=RATE_HZ).clip
    assert clip.duration_s == pytest.approx(10.2, abs=0.001)  # the last of ten echoes before the tail ends


def test_the_pedal_holds_notes_before_they_are_fitted(host: Host) -> None:
    pedal = (Controller(0.0, 64, 127),)
    part = Part((Note(0.0, 60, 0.1), Note(0.3, 67, 0.4)), 0.6, controllers=pedal)
    fitted = host.render(part, plain(notes={"voices": "mono"}), rate_hz=RATE_HZ).clip
    as_held = Part((Note(0.0, 60, 0.3), Note(0.3, 67, 0.6)), 0.6)
    assert np.array_equal(
        fitted.samples, host.render(as_held, plain(), rate_hz=RATE_HZ).clip.samples[:, : fitted.frames]
    )


def test_an_unknown_instrument_says_which_is_meant(host: Host) -> None:
    with pytest.raises(PluginMissing, match='Did you mean "plain"'):
        host.render(line(60), stored({"faust": "plian"}), rate_hz=RATE_HZ)


def test_a_source_that_does_not_compile_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.dsp").write_text('import("stdfaust.lib"); process = nonsense;')
    with Host(faust_folders=[tmp_path, FAUST]) as host:
        with pytest.raises(PluginUnloadable, match=r"broken\.dsp"):
            host.render(line(60), stored({"faust": "broken"}), rate_hz=RATE_HZ)
        assert host.render(line(60), plain(), rate_hz=RATE_HZ).clip.peak > 0.1
