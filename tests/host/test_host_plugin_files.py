"""Other kinds of plugin files: shells that hold several, effects; and parameters with words and units."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import ParameterInvalid, PluginMissing, PluginUnloadable
from daw_bridge.host import Host
from tests.measure import mono
from tests.plugins_fixtures import TEST_EFFECT, TEST_SHELL, TEST_SYNTH, line, stored

pytestmark = pytest.mark.real

RATE_HZ = 44_100
SAME = 10 ** (-90 / 20)


@pytest.fixture(scope="module")
def host(test_synth_folder: Path) -> Iterator[Host]:
    with Host(plugin_folders=[test_synth_folder], max_workers=4) as host:
        yield host


def synth(host: Host, parameters: dict[str, Any] | None = None, **settings: Any) -> Samples:
    preset = stored({"plugin": TEST_SYNTH, "parameters": parameters or {}}, **settings)
    return host.render(line(60), preset, rate_hz=RATE_HZ).clip.samples


@pytest.mark.parametrize("wave", ["Sine", "Square"])
def test_a_shells_plugins_are_told_apart_by_name(host: Host, wave: str) -> None:
    preset = stored({"plugin": TEST_SHELL, "plugin_name": f"{TEST_SHELL} {wave}"})
    rendering = host.render(line(60), preset, rate_hz=RATE_HZ)
    assert rendering.instrument == f"{TEST_SHELL} {wave} 1.0.0"
    assert np.abs(rendering.clip.samples - synth(host, {"wave": wave})).max() < SAME


def test_a_shell_without_a_name_says_which_there_are(host: Host, test_synth_folder: Path) -> None:
    preset = stored({"path": f"{TEST_SHELL}.vst3"}, folder=test_synth_folder)
    with pytest.raises(PluginUnloadable) as caught:
        host.render(line(60), preset, rate_hz=RATE_HZ)
    assert f"holds several plugins: {TEST_SHELL} Sine, {TEST_SHELL} Square. Name one" in str(caught.value)


@pytest.mark.parametrize("tempo_synced", [False, True])
def test_a_name_that_no_plugin_of_the_file_has_is_refused(host: Host, tempo_synced: bool) -> None:
    for plugin in (TEST_SYNTH, TEST_SHELL):
        preset = stored({"plugin": plugin, "plugin_name": "Surge XT"}, tempo_synced=tempo_synced)
        with pytest.raises(PluginMissing, match=f'no plugin called "Surge XT".*{plugin}'):
            host.render(line(60), preset, rate_hz=RATE_HZ)
    effects = [{"plugin": {"name": TEST_EFFECT, "plugin_name": "My Reverb"}}]
    with pytest.raises(PluginMissing, match='no plugin called "My Reverb"'):
        synth(host, effects=effects)
    named = stored({"plugin": TEST_SYNTH, "plugin_name": TEST_SYNTH}, tempo_synced=tempo_synced)
    assert np.abs(host.render(line(60), named, rate_hz=RATE_HZ).clip.samples - synth(host)).max() < SAME


def test_an_effect_plugin_processes_with_its_own_parameters(host: Host) -> None:
    dry = synth(host)
    quieter = synth(host, effects=[{"plugin": {"name": TEST_EFFECT, "gain": "-6 dB"}}])
    assert np.abs(quieter - 10 ** (-6 / 20) * dry).max() < 1e-4
    # A tremolo of 8 Hz in full depth: silent after half a turn, 62.5 ms, and open again after a whole one.
    tremolo = [{"plugin": {"name": TEST_EFFECT, "rate": "8 Hz", "depth": "100 %"}}]
    moved = mono(synth(host, effects=tremolo))
    closed, open_again = (
        np.abs(moved[(at := round(turns / 8 * RATE_HZ)) - 100 : at + 100]).max() for turns in (2.5, 3.0)
    )
    assert closed < 0.01 * open_again
    # And nothing is left of it in the next preset.
    assert np.abs(synth(host, effects=[{"plugin": {"name": TEST_EFFECT}}]) - dry).max() < 1e-4


def test_two_effect_plugins_in_order_between_built_in_ones(host: Host) -> None:
    effects = [
        {"gain": {"gain_db": 12}},
        {"plugin": {"name": TEST_EFFECT, "gain": "-18 dB"}},
        {"gain": {"gain_db": 3}},
        {"plugin": {"name": TEST_EFFECT, "gain": "3 dB"}},
    ]
    assert np.abs(synth(host, effects=effects) - synth(host)).max() < 1e-3


def test_parameters_of_words_and_of_texts_with_units(host: Host) -> None:
    for given, raw in (("1/8", "raw 0.6667"), ("1/16", "raw 1.0")):
        assert np.abs(synth(host, {"pulse": given}) - synth(host, {"pulse": raw})).max() < SAME
    with pytest.raises(ParameterInvalid, match="Off, 1/4, 1/8, 1/16"):
        synth(host, {"pulse": "1/12"})
    preset = stored({"plugin": TEST_SYNTH, "parameters": {"vibrato_rate": "7.5 Hz"}})
    assert host.render(line(60), preset, rate_hz=RATE_HZ).warnings == ()
    with pytest.raises(ParameterInvalid, match=r"0\.1 to 20 Hz"):
        synth(host, {"vibrato rate": "1 kHz"})
