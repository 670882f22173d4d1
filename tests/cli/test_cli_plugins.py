"""`daw-bridge plugins` on a folder with our test plugins."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.conftest import Shell
from tests.plugins_fixtures import TEST_EFFECT, TEST_SHELL, TEST_SYNTH, copy_plugin

pytestmark = pytest.mark.real

FAULT = "DAW_BRIDGE_TEST_SYNTH"


@pytest.fixture
def folder(daw_bridge: Shell, test_synth: Path) -> Path:
    """A plugin folder that the user's settings name."""
    folder = daw_bridge.home / "VST3"
    for name in (TEST_SYNTH, TEST_SHELL, TEST_EFFECT):
        copy_plugin(test_synth, folder, name)
    settings = daw_bridge.home / "daw-bridge" / "settings.yaml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f'plugin_folders: ["{folder}"]\nscan_limit: 20\n')
    return folder


def test_plugins_are_scanned_listed_and_shown(daw_bridge: Shell, folder: Path) -> None:
    assert "run `daw-bridge plugins scan`" in daw_bridge("plugins", "list").stdout
    (folder / "Text.vst3").write_text("no plugin")
    first = daw_bridge("plugins", "scan")
    assert first.exit_code == 0, first.stderr
    assert "Text: The file is no plugin" in first.stdout
    assert first.stderr == ""  # piped, so no bar
    assert daw_bridge("plugins", "scan", "--json").json["opened"] == 0

    listed = daw_bridge("plugins", "list", "--maker", "daw bridge", "--json").json
    assert not listed["set_aside"]
    assert {plugin["name"]: plugin["kind"] for plugin in listed["plugins"]} == {
        TEST_SYNTH: "instrument",
        f"{TEST_SHELL} Sine": "instrument",
        f"{TEST_SHELL} Square": "instrument",
        TEST_EFFECT: "effect",
    }
    for options, names in (
        (["--kind", "effect"], {TEST_EFFECT}),
        (["--name", "SHELL", "--kind", "instrument"], {f"{TEST_SHELL} Sine", f"{TEST_SHELL} Square"}),
        (["--maker", "nobody"], set()),
    ):
        plugins = daw_bridge("plugins", "list", *options, "--json").json["plugins"]
        assert {plugin["name"] for plugin in plugins if plugin["maker"] == "DAW Bridge"} == names

    shown = daw_bridge("plugins", "show", f"{TEST_SHELL} Square", "--json").json
    parameters = {parameter["name"]: parameter for parameter in shown["parameters"]}
    assert parameters["cutoff"]["minimum"] == 20
    assert parameters["cutoff"]["maximum"] == 20_000
    assert parameters["cutoff"]["unit"] == "Hz"
    assert parameters["wave"]["choices"] == ["Sine", "Saw", "Square"]
    assert parameters["wave"]["value"] == "Square"
    assert "20 to 20000 Hz" in daw_bridge("plugins", "show", TEST_SYNTH).stdout


def test_a_plugin_that_crashes_is_set_aside_and_unblocked(
    daw_bridge: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv(FAULT, "crash")
        scanned = daw_bridge("plugins", "scan")
    assert scanned.exit_code == 0, scanned.stderr
    assert f"✗ {TEST_SYNTH}: It crashed while" in scanned.stdout
    assert "plugins unblock" in scanned.stdout
    aside = daw_bridge("plugins", "list", "--json").json["set_aside"]
    assert {entry["name"] for entry in aside} == {TEST_SYNTH, TEST_SHELL}
    wrong = daw_bridge("plugins", "unblock", "DAW Bridge Test Sinth")
    assert wrong.exit_code == 7
    assert f'Did you mean "{TEST_SYNTH}"?' in wrong.stderr
    assert daw_bridge("plugins", "unblock", TEST_SYNTH).exit_code == 0
    assert TEST_SYNTH not in daw_bridge("plugins", "scan").stdout
    aside = daw_bridge("plugins", "list", "--json").json["set_aside"]
    assert [entry["name"] for entry in aside] == [TEST_SHELL]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
@pytest.mark.parametrize(("ending", "exit_code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_ending_a_scan_leaves_no_process(
    daw_bridge: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch, ending: signal.Signals, exit_code: int
) -> None:
    monkeypatch.setenv(FAULT, "hang")
    with started(daw_bridge, "plugins", "scan") as scan:
        hanging = wait_for_children(scan, 2)
        scan.send_signal(ending)
        assert scan.wait(20.0) == exit_code
        _, alive = psutil.wait_procs(hanging, timeout=20.0)
    assert not alive


@contextlib.contextmanager
def started(shell: Shell, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    home = str(shell.home)
    environment = {**os.environ, "HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
    process = subprocess.Popen([sys.executable, "-m", "daw_bridge", *arguments], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for_children(process: subprocess.Popen[bytes], count: int) -> list[psutil.Process]:
    """The children that have loaded the test plugin, once there are so many."""
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        children = psutil.Process(process.pid).children(recursive=True)
        if sum(_has_opened_a_plugin(child) for child in children) >= count:
            return children
        time.sleep(0.02)
    raise AssertionError("the scan opens no plugin")


def _has_opened_a_plugin(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return any(".vst3" in mapped.path for mapped in process.memory_maps())
    return False
