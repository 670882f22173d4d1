"""Effects after the instrument: each changes the sound, wrong settings are refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import ParameterInvalid
from daw_bridge.host import Host
from daw_bridge.host.protocol import EffectSetup
from daw_bridge.host.worker.effects import BUILT_IN, BY_CHANNEL, Effects
from tests.plugins_fixtures import line, stored

RATE_HZ = 44_100
FAUST = Path(__file__).parent / "faust"


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host(faust_folders=[FAUST]) as host:
        yield host


def render(host: Host, *effects: dict[str, Any], folder: Path | None = None) -> AudioClip:
    preset = stored(
        {"faust": "plain", "parameters": {"wave": "Square"}}, effects=list(effects), folder=folder
    )
    return host.render(line(48, 52), preset, rate_hz=RATE_HZ).clip


@pytest.mark.parametrize("name", sorted(set(BUILT_IN) - {"convolution"}))
def test_every_built_in_effect_processes_stereo(name: str) -> None:
    rng = np.random.default_rng(1)
    sound = (0.1 * rng.standard_normal((2, RATE_HZ))).astype(np.float32)
    effects = Effects(lambda plugin, activity, allowance_s=0.0, path=None, plugin_name=None: None)
    label, processed, warnings = effects.apply(EffectSetup(name, None, None, {}, "."), sound, RATE_HZ)
    assert (label, warnings) == (name, [])
    assert processed.shape == sound.shape
    assert np.isfinite(processed).all()


@pytest.mark.parametrize("name", sorted(BY_CHANNEL))
def test_an_effect_over_single_channels_is_the_effect_over_both(name: str) -> None:
    rng = np.random.default_rng(1)
    different = (rng.standard_normal((2, 2 * RATE_HZ)) * [[0.8], [0.2]]).astype(np.float32)
    different[:, RATE_HZ:] *= np.float32(0.001)  # it opens, closes and falls
    effects = Effects(lambda plugin, activity, allowance_s=0.0, path=None, plugin_name=None: None)
    for sound in (different, np.repeat(different[:1], 2, axis=0)):
        _, processed, _ = effects.apply(EffectSetup(name, None, None, {}, "."), sound.copy(), RATE_HZ)
        np.testing.assert_array_equal(processed, BUILT_IN[name]()(sound, float(RATE_HZ)))


def test_effects_come_in_order(host: Host) -> None:
    gain, limit = {"gain": {"gain_db": "20 dB"}}, {"clipping": {"threshold": -24}}
    assert render(host, gain, limit).peak == pytest.approx(10 ** (-24 / 20), rel=0.01)
    assert render(host, limit, gain).peak > 0.6


def test_settings_take_units_and_words(host: Host) -> None:
    dark = render(host, {"ladder_filter": {"mode": "LPF24", "cutoff": "0.1 kHz"}})
    bright = render(host, {"ladder_filter": {"mode": "lpf12", "cutoff_hz": "8000 Hz"}})
    assert np.abs(np.diff(dark.samples)).max() < np.abs(np.diff(bright.samples)).max() / 5
    echo = render(host, {"delay": {"delay": "500 ms", "mix": "50 %"}})
    assert echo.duration_s > render(host).duration_s


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        ({"revreb": {}}, 'Did you mean "reverb"?'),
        ({"reverb": {"wet_levle": 0.3}}, 'Did you mean "wet_level"?'),
        ({"reverb": {"room_size": 7}}, "room_size"),
        ({"compressor": {"threshold_db": "loud"}}, "no number"),
        ({"ladder_filter": {"mode": "LPF99"}}, "LPF12"),
        ({"convolution": {"impulse_response_filename": "hall.wav"}}, "hall.wav"),
    ],
)
def test_wrong_settings_are_refused(host: Host, effect: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterInvalid) as caught:
        render(host, effect)
    assert message in str(caught.value)


def test_an_effect_plugin_that_is_missing_is_left_out_and_named(host: Host) -> None:
    gain = {"gain": {"gain_db": -6}}
    expected = render(host, gain).samples
    for missing in ({"name": "No Such Reverb", "mix": 0.3}, {"path": "No Such Reverb.vst3"}):
        preset = stored(
            {"faust": "plain", "parameters": {"wave": "Square"}}, effects=[{"plugin": missing}, gain]
        )
        rendering = host.render(line(48, 52), preset, rate_hz=RATE_HZ)
        (warning,) = rendering.warnings
        assert warning.startswith("It played without the effect ")
        assert "No Such Reverb" in warning
        assert np.array_equal(rendering.clip.samples, expected)


def test_an_impulse_response_lies_beside_the_preset(host: Host, tmp_path: Path) -> None:
    from pedalboard.io import AudioFile

    with AudioFile(str(tmp_path / "half.wav"), "w", RATE_HZ, 1) as file:
        file.write(np.array([[0.5] + [0.0] * 99], np.float32))
    wet = render(
        host, {"convolution": {"impulse_response_filename": "half.wav", "mix": 1.0}}, folder=tmp_path
    )
    assert 0.0 < wet.peak < 1.0
