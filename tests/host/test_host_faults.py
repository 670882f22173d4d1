"""Every way in which a real VST3 goes wrong ends in its own error, and the next render works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from daw_bridge.core.errors import (
    PluginCrashed,
    PluginError,
    PluginHung,
    PluginLatencyAbsurd,
    PluginOutputInvalid,
    PluginSilent,
    PluginUnloadable,
)
from daw_bridge.core.notes import Part
from daw_bridge.host import Host, Rendering
from daw_bridge.presets import StoredPreset
from tests.plugins_fixtures import TEST_SYNTH, line, stored

pytestmark = pytest.mark.real

RATE_HZ = 44_100
FAUST = Path(__file__).parent / "faust"
MakeHost = Callable[..., Host]


@pytest.fixture
def make_host(test_synth_folder: Path) -> Iterator[MakeHost]:
    """Hosts that are closed at the end, and leave no process."""
    hosts: list[Host] = []

    def make(**settings: Any) -> Host:
        hosts.append(Host(plugin_folders=[test_synth_folder], faust_folders=[FAUST], **settings))
        return hosts[-1]

    before = set(psutil.Process().children(recursive=True))
    yield make
    for host in hosts:
        host.close()
    assert not set(psutil.Process().children(recursive=True)) - before


def synth(tempo_synced: bool = False, **parameters: Any) -> StoredPreset:
    return stored({"plugin": TEST_SYNTH, "parameters": parameters}, tempo_synced=tempo_synced)


def play(host: Host, tempo_synced: bool = False, **parameters: Any) -> Rendering:
    return host.render(line(60), synth(tempo_synced, **parameters), rate_hz=RATE_HZ)


def assert_works(host: Host) -> None:
    assert play(host).clip.peak > 0.1
    assert host.render(line(60), stored({"faust": "plain"}), rate_hz=RATE_HZ).clip.peak > 0.1


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ("Crash", PluginCrashed, "SIGABRT"),
        ("Hang", PluginHung, "No sign of life for 3 s"),
        ("Silence", PluginSilent, "rendered silence"),
        ("NaN", PluginOutputInvalid, "NaN"),
        ("Late", PluginLatencyAbsurd, "reports a latency of 10 s (441,000 samples)"),
    ],
)
@pytest.mark.parametrize("tempo_synced", [False, True])
def test_a_fault_is_named_and_the_next_render_works(
    make_host: MakeHost, fault: str, error: type[PluginError], message: str, tempo_synced: bool
) -> None:
    host = make_host(time_limit_s=3.0)
    if not tempo_synced:
        assert_works(host)
    with pytest.raises(error) as caught:
        play(host, tempo_synced, fault=fault)
    assert type(caught.value) is error
    assert caught.value.where == "DAW Bridge Test Synth 1.0.0"
    assert message in str(caught.value)
    assert caught.value.advice.endswith(".")
    assert_works(host)


@pytest.mark.parametrize("tempo_synced", [False, True])
def test_a_tail_without_end_is_faded_out_with_a_warning(make_host: MakeHost, tempo_synced: bool) -> None:
    host = make_host(time_limit_s=10.0)
    rendering = play(host, tempo_synced, fault="Endless")
    assert rendering.clip.duration_s == pytest.approx(10.75, abs=0.01)
    assert np.abs(rendering.clip.samples[:, -RATE_HZ:-4000]).max() > 0.1
    assert np.abs(rendering.clip.samples[:, -1]).max() < 1e-4
    (warning,) = rendering.warnings
    assert warning.startswith("DAW Bridge Test Synth 1.0.0 still sounds 10 s after the end; it is faded out.")
    assert "Shorten its release" in warning
    # What would not end does not sound on in the next render, though the worker is the same.
    quiet = host.render(Part((), 0.5), synth(tempo_synced, fault="Endless"), rate_hz=RATE_HZ)
    assert quiet.clip.peak == 0.0


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ("crash", PluginCrashed, "while loading (SIGABRT)"),
        ("hang", PluginHung, "while loading"),
        ("0", PluginUnloadable, "does not produce audio output"),
    ],
)
def test_a_fault_at_load_is_named_and_the_next_render_works(
    make_host: MakeHost, monkeypatch: pytest.MonkeyPatch, fault: str, error: type[PluginError], message: str
) -> None:
    host = make_host(time_limit_s=3.0)
    monkeypatch.setenv("DAW_BRIDGE_TEST_SYNTH", fault)
    with pytest.raises(error) as caught:
        play(host)
    assert message in str(caught.value)
    assert TEST_SYNTH in str(caught.value)
    assert host.render(line(60), stored({"faust": "plain"}), rate_hz=RATE_HZ).clip.peak > 0.1
    monkeypatch.delenv("DAW_BRIDGE_TEST_SYNTH")
    if fault == "0":
        host = make_host()  # the worker lives, with the environment that it was started in
    assert_works(host)


def test_slow_is_no_fault(make_host: MakeHost) -> None:
    host = make_host(time_limit_s=3.0)
    part = line(60, 62, 64, step_s=0.8)
    preset = stored({"plugin": TEST_SYNTH, "parameters": {"fault": "Slow"}}, output={"tail": 0.0})
    assert host.render(part, preset, rate_hz=RATE_HZ).clip.duration_s == 4.0


@pytest.mark.parametrize(("channels", "warned"), [("1", False), ("4", True)])
def test_other_channel_counts_come_out_in_stereo(
    make_host: MakeHost, monkeypatch: pytest.MonkeyPatch, channels: str, warned: bool
) -> None:
    expected = play(make_host()).clip.samples
    monkeypatch.setenv("DAW_BRIDGE_TEST_SYNTH", channels)
    rendering = play(make_host())
    assert np.abs(rendering.clip.samples - expected).max() < 1e-6
    warning = f"DAW Bridge Test Synth 1.0.0 rendered {channels} channels; the first two are used."
    assert rendering.warnings == ((warning,) if warned else ())


def test_a_file_that_is_no_plugin_is_refused(make_host: MakeHost, tmp_path: Path) -> None:
    (tmp_path / "Fake.vst3").write_bytes(b"no plugin")
    host = make_host()
    with pytest.raises(PluginUnloadable, match="Fake"):
        host.render(line(60), stored({"path": "Fake.vst3"}, folder=tmp_path), rate_hz=RATE_HZ)
    assert_works(host)
