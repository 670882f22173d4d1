"""Scanning a folder with plugins that are well, crash, hang, or are none."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from daw_bridge.host import Host
from daw_bridge.host.catalog import Catalog, CatalogFile, ScannedFile
from daw_bridge.host.finder import PluginFile
from daw_bridge.host.plugins import Plugins
from daw_bridge.host.scan import Step
from tests.plugins_fixtures import TEST_EFFECT, TEST_SHELL, TEST_SYNTH, copy_plugin, line, stored

pytestmark = pytest.mark.real

FAULT = "DAW_BRIDGE_TEST_SYNTH"


@pytest.fixture(autouse=True)
def only_our_plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No plugin of this machine's; and no process is left over."""
    monkeypatch.setattr("daw_bridge.host.finder.standard_folders", list)
    before = set(psutil.Process().children(recursive=True))
    yield
    assert not set(psutil.Process().children(recursive=True)) - before


@pytest.fixture
def folder(tmp_path: Path, test_synth_folder: Path) -> Path:
    """Three plugin files that load (four plugins), four that are none, and one whose binary is cut short."""
    folder = tmp_path / "VST3"
    folder.mkdir()
    for name in (TEST_SYNTH, TEST_SHELL, TEST_EFFECT):
        copy_plugin(test_synth_folder / f"{TEST_SYNTH}.vst3", folder, name)
    (folder / "Text.vst3").write_text("no plugin")
    (folder / "Empty.vst3").mkdir()
    whole = next((folder / f"{TEST_SYNTH}.vst3").rglob("*.so")).read_bytes()
    for name, content in (("Noise", b"no binary"), ("Cut Short", whole[: len(whole) // 2])):
        binary = folder / f"{name}.vst3" / "Contents" / "x86_64-linux" / f"{name}.so"
        binary.parent.mkdir(parents=True)
        binary.write_bytes(content)
    (folder / "Gone.vst3").symlink_to(folder / "nowhere")
    return folder


def plugins_in(folder: Path, *, scan_limit_s: float = 30.0) -> Plugins:
    return Plugins(folder.parent / "state", [folder], scan_limit_s=scan_limit_s)


def scanned(plugins: Plugins, *, again: bool = False) -> dict[str, Step]:
    return {step.file.name: step for step in plugins.scan(again=again)}


def forbid_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process is started")

    monkeypatch.setattr(subprocess, "Popen", refuse)


def test_each_plugin_of_each_file_is_found_and_what_is_none_is_named(folder: Path) -> None:
    plugins = plugins_in(folder)
    steps = scanned(plugins)
    assert [(k.facts.name, k.facts.kind, k.facts.plugin_name) for k in plugins.known()] == [
        (TEST_EFFECT, "effect", None),
        (f"{TEST_SHELL} Sine", "instrument", f"{TEST_SHELL} Sine"),
        (f"{TEST_SHELL} Square", "instrument", f"{TEST_SHELL} Square"),
        (TEST_SYNTH, "instrument", None),
    ]
    assert all(k.facts.maker == "DAW Bridge" and k.facts.version == "1.0.0" for k in plugins.known())
    for name in ("Text", "Empty", "Noise", "Gone"):
        failure = steps[name].file.failure
        assert failure is not None and failure.code == "plugin-unloadable", name
    # The system's loader itself falls over this one.
    assert [(entry.name, entry.met) for entry in plugins.set_aside()] == [("Cut Short", "scan")]
    assert sorted(step.done for step in steps.values()) == list(range(1, 9))


def test_what_has_not_changed_is_not_opened_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = scanned(plugins_in(folder))
    assert all(step.was_opened for step in first.values())
    with monkeypatch.context() as patch:
        forbid_processes(patch)
        second = scanned(plugins_in(folder))
    assert not any(step.was_opened for step in second.values())
    assert {name: step.file for name, step in second.items()} == {
        name: step.file for name, step in first.items()
    }


def test_an_update_is_opened_and_what_is_gone_is_forgotten(folder: Path) -> None:
    plugins = plugins_in(folder)
    scanned(plugins)
    os.utime(next((folder / f"{TEST_SHELL}.vst3").rglob("*.so")), (1, 1))
    (folder / "Text.vst3").unlink()
    steps = scanned(plugins)
    assert [name for name, step in steps.items() if step.was_opened] == [TEST_SHELL]
    assert "Text" not in {file.name for file in plugins.catalog.files}


def test_again_opens_all(tmp_path: Path, test_synth: Path) -> None:
    copy_plugin(test_synth, tmp_path / "VST3", TEST_SYNTH)
    plugins = plugins_in(tmp_path / "VST3")
    scanned(plugins)
    assert scanned(plugins, again=True)[TEST_SYNTH].was_opened


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [("crash", "plugin-crashed", "SIGABRT"), ("hang", "plugin-hung", "No sign of life for 2 s")],
)
def test_a_plugin_that_crashes_or_hangs_is_set_aside_until_it_is_unblocked(
    tmp_path: Path, test_synth: Path, monkeypatch: pytest.MonkeyPatch, fault: str, code: str, said: str
) -> None:
    for name in (TEST_SYNTH, TEST_EFFECT):
        copy_plugin(test_synth, tmp_path / "VST3", name)
    plugins = plugins_in(tmp_path / "VST3", scan_limit_s=2.0)
    with monkeypatch.context() as patch:
        patch.setenv(FAULT, fault)
        steps = scanned(plugins)
    failure = steps[TEST_SYNTH].file.failure
    assert failure is not None
    assert failure.code == code
    assert said in failure.what
    assert steps[TEST_EFFECT].file.failure is None
    assert [(entry.name, entry.what) for entry in plugins.set_aside()] == [(TEST_SYNTH, failure.what)]

    for again in (False, True):
        assert not scanned(plugins, again=again)[TEST_SYNTH].was_opened
    assert plugins.unblock("daw bridge test synth") == [TEST_SYNTH]
    step = scanned(plugins)[TEST_SYNTH]
    assert step.was_opened
    assert step.file.failure is None
    assert not plugins.set_aside()


def test_a_plugin_that_crashed_is_opened_when_it_is_updated(
    tmp_path: Path, test_synth: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = copy_plugin(test_synth, tmp_path / "VST3", TEST_SYNTH)
    plugins = plugins_in(tmp_path / "VST3")
    with monkeypatch.context() as patch:
        patch.setenv(FAULT, "crash")
        scanned(plugins)
    os.utime(next(bundle.rglob("*.so")), (1, 1))
    assert scanned(plugins)[TEST_SYNTH].file.failure is None


def test_a_scan_that_is_ended_ends_its_processes_and_keeps_what_it_found(
    tmp_path: Path, test_synth: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (TEST_EFFECT, TEST_SYNTH):
        copy_plugin(test_synth, tmp_path / "VST3", name)
    monkeypatch.setenv(FAULT, "hang")
    plugins = plugins_in(tmp_path / "VST3", scan_limit_s=120.0)
    before = psutil.Process().children()
    synth_begun = threading.Event()

    def begun(plugin: PluginFile, total: int) -> None:
        if plugin.name == TEST_SYNTH:
            synth_begun.set()

    steps = plugins.scan(begun=begun)
    assert next(steps).file.name == TEST_EFFECT
    assert synth_begun.wait(60.0)
    steps.close()
    started = [child for child in psutil.Process().children(recursive=True) if child not in before]
    _, alive = psutil.wait_procs(started, timeout=20.0)
    assert not alive
    assert [file.name for file in plugins.catalog.files] == [TEST_EFFECT]


def test_the_host_plays_a_plugin_by_a_name_that_no_file_has(tmp_path: Path, test_synth: Path) -> None:
    copy_plugin(test_synth, tmp_path / "VST3", TEST_SHELL)
    plugins = plugins_in(tmp_path / "VST3")
    scanned(plugins)
    known = CatalogFile(tmp_path / "state" / "plugins.json")
    with Host(plugin_folders=[tmp_path / "VST3"], known=known) as host:
        played = host.render(line(57), stored({"plugin": "daw bridge test shell square"}), rate_hz=44_100)
    assert played.instrument == f"{TEST_SHELL} Square 1.0.0"
    assert played.clip.peak > 0.1


def test_a_catalog_that_is_none_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "plugins.json"
    assert Catalog.load(file) == Catalog()
    file.write_text("[1, 2")
    assert Catalog.load(file) == Catalog()
    full = Catalog((ScannedFile(Path("/x.vst3"), "x", "VST3", 1, 2),))
    full.save(file)
    assert Catalog.load(file) == full


def test_a_plugin_whose_file_is_gone_is_not_found(tmp_path: Path, test_synth: Path) -> None:
    bundle = copy_plugin(test_synth, tmp_path / "VST3", TEST_SYNTH)
    plugins = plugins_in(tmp_path / "VST3")
    scanned(plugins)
    found = plugins.catalog.find("DAW BRIDGE testsynth")
    assert found is not None and found.path == bundle
    bundle.rename(tmp_path / "elsewhere")
    assert plugins.catalog.find(TEST_SYNTH) is None
