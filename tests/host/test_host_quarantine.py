"""Set aside after two crashes of one version: on record, said, undone by the user or by an update."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from daw_bridge.core.errors import PluginCrashed, PluginHung, PluginSetAside, PluginSilent
from daw_bridge.host import Host
from daw_bridge.host.quarantine import PluginVersion, Quarantine, stamp_of
from tests.plugins_fixtures import TEST_EFFECT, TEST_SYNTH, copy_plugin, line, stored

RATE_HZ = 44_100
FAUST = Path(__file__).parent / "faust"
LABEL = f"{TEST_SYNTH} 1.0.0"


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    return Quarantine(tmp_path / "state" / "quarantine.sqlite3")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    binary = tmp_path / "Synth.vst3" / "Contents" / "x86_64-linux" / "Synth.so"
    binary.parent.mkdir(parents=True)
    binary.write_bytes(b"one")
    return tmp_path / "Synth.vst3"


def test_two_crashes_of_one_version_set_it_aside(quarantine: Quarantine, bundle: Path) -> None:
    plugin = PluginVersion.of(bundle, label="Synth 1.2.0")
    for crashes in (1, 2):
        assert not quarantine.is_set_aside(plugin)
        quarantine.record_crash(plugin, f"crash {crashes}")
    assert quarantine.is_set_aside(plugin)
    again = Quarantine(quarantine._file)  # the bridge after a restart
    (entry,) = again.set_aside()
    assert (entry.plugin, entry.crashes, entry.what) == (plugin, 2, "crash 2")


def test_another_version_and_another_plugin_of_the_file_have_their_own_record(
    quarantine: Quarantine, bundle: Path
) -> None:
    old, sibling = PluginVersion.of(bundle), PluginVersion.of(bundle, "Sibling")
    for _ in range(2):
        quarantine.record_crash(old)
    assert not quarantine.is_set_aside(sibling)
    (binary,) = bundle.rglob("*.so")
    os.utime(binary, (1, 1))
    assert not quarantine.is_set_aside(PluginVersion.of(bundle))
    assert quarantine.is_set_aside(old)


@pytest.mark.parametrize("name", ["Synth", "synth", "Synth 1.2.0", "PATH"])
def test_unblock_takes_any_of_its_names(quarantine: Quarantine, bundle: Path, name: str) -> None:
    plugin = PluginVersion.of(bundle, label="Synth 1.2.0")
    quarantine.record_crash(plugin)
    quarantine.record_crash(plugin)
    assert quarantine.unblock("Synt") == []
    (forgotten,) = quarantine.unblock(str(bundle) if name == "PATH" else name)
    assert forgotten.plugin == plugin
    assert quarantine.entries() == []


def test_crashes_from_many_threads_are_all_counted(quarantine: Quarantine, bundle: Path) -> None:
    plugin = PluginVersion.of(bundle)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: quarantine.record_crash(plugin), range(40)))
    (entry,) = quarantine.entries()
    assert entry.crashes == 40


def test_a_stamp_sees_the_binaries_and_not_the_resources(bundle: Path) -> None:
    before = stamp_of(bundle)
    assert before[0] == 3
    presets = bundle / "Contents" / "Resources"
    presets.mkdir()
    (presets / "bank.bin").write_bytes(b"written while it runs")
    assert stamp_of(bundle) == before
    assert stamp_of(bundle / "gone") == (0, 0)


MakeHost = Callable[..., Host]


@pytest.fixture
def make_host(test_synth_folder: Path, quarantine: Quarantine) -> Iterator[MakeHost]:
    with ExitStack() as closing:

        def make(**settings: Any) -> Host:
            folders = {"plugin_folders": [test_synth_folder], "faust_folders": [FAUST]}
            return closing.enter_context(Host(**{**folders, "crashes": quarantine, **settings}))

        yield make


def play(host: Host, fault: str = "None", **settings: Any) -> str:
    preset = stored({"plugin": TEST_SYNTH, "parameters": {"fault": fault}}, **settings)
    rendering = host.render(line(60), preset, rate_hz=RATE_HZ)
    return "; ".join((rendering.instrument, *rendering.warnings))


@pytest.mark.real
def test_a_plugin_that_crashed_twice_is_not_opened_until_unblocked(
    make_host: MakeHost, quarantine: Quarantine
) -> None:
    host = make_host()
    with pytest.raises(PluginCrashed) as first:
        play(host, "Crash")
    assert "set aside" not in str(first.value)
    assert play(host) == LABEL
    with pytest.raises(PluginCrashed, match="set aside from now on") as second:
        play(host, "Crash")
    assert second.value.where == LABEL

    children = psutil.Process().children()
    for other in (host, make_host()):  # also after a restart
        with pytest.raises(PluginSetAside) as caught:
            play(other)
        assert str(caught.value) == (
            f"{LABEL}: It is set aside: it failed 2 times in this version, at last so: "
            f"{second.value.what} Update it, or try it again after "
            f'`daw-bridge plugins unblock "{TEST_SYNTH}"`.'
        )
    assert psutil.Process().children() == children  # nothing was even started

    quarantine.unblock(TEST_SYNTH)
    assert play(host) == LABEL


@pytest.mark.real
def test_the_fallback_renders_instead_with_a_warning(make_host: MakeHost, quarantine: Quarantine) -> None:
    host = make_host()
    for _ in range(2):
        with pytest.raises(PluginCrashed):
            play(host, "Crash", fallback={"faust": "plain"})
    played = play(host, fallback={"faust": "plain"})
    assert played.startswith(f"faust: plain; {LABEL}: It is set aside")
    assert played.endswith("; the fallback played: faust: plain.")


@pytest.mark.real
def test_hangs_count_and_silence_does_not(make_host: MakeHost, quarantine: Quarantine) -> None:
    host = make_host(time_limit_s=2.0)
    with pytest.raises(PluginHung):
        play(host, "Hang")
    with pytest.raises(PluginSilent):
        play(host, "Silence")
    (entry,) = quarantine.entries()
    assert (entry.plugin.label, entry.crashes) == (LABEL, 1)


@pytest.mark.real
def test_a_crash_at_load_is_on_record_under_the_files_name(
    make_host: MakeHost, quarantine: Quarantine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAW_BRIDGE_TEST_SYNTH", "crash")
    host = make_host()
    for crashes in (1, 2):
        host._prepare(stored({"plugin": TEST_SYNTH}), RATE_HZ)  # ahead of the render, which meets it again
        with pytest.raises(PluginCrashed, match="while loading"):
            play(host)
        (entry,) = quarantine.entries()
        assert entry.crashes == crashes
    with pytest.raises(PluginSetAside, match=f"^{TEST_SYNTH}: It is set aside"):
        play(host)
    assert len(quarantine.set_aside()) == 1


@pytest.mark.real
def test_an_effect_that_crashes_is_left_out_and_not_the_instrument_before_it(
    make_host: MakeHost, quarantine: Quarantine, test_synth_folder: Path, tmp_path: Path
) -> None:
    copy_plugin(test_synth_folder / f"{TEST_EFFECT}.vst3", tmp_path, "Crashing Effect")
    host = make_host(plugin_folders=[tmp_path, test_synth_folder])
    effects = [{"plugin": {"name": "Crashing Effect", "crash": True}}]
    for _ in range(2):
        with pytest.raises(PluginCrashed) as caught:
            play(host, effects=effects)
        assert caught.value.where == "Crashing Effect 1.0.0"
    played = play(host, effects=effects)
    assert played.startswith(f"{LABEL}; It played without the effect Crashing Effect 1.0.0: It is set aside")
    assert 'daw-bridge plugins unblock "Crashing Effect"' in played
    assert play(host) == LABEL
    (entry,) = quarantine.entries()
    assert entry.plugin.label == "Crashing Effect 1.0.0"
