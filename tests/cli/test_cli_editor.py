"""The plugin's own window on a real display: a hand turns a knob, and the preset has it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from daw_bridge.core.errors import PluginCrashed
from daw_bridge.host import Host
from daw_bridge.host.capture import Source, capture
from daw_bridge.host.protocol import Doing
from daw_bridge.presets import StoredPreset, load_preset
from tests.cli.conftest import Ended, Shell
from tests.display import Hand, display
from tests.measure import brightness_hz, mono
from tests.plugins_fixtures import TEST_SYNTH, line

pytestmark = pytest.mark.real

RATE_HZ = 44_100
WINDOW = "Pedalboard"
CUTOFF = (210, 60)
"""The middle of the cutoff's slider in the test synth's window."""


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    """Commands that are run have a display, and this hand is at it."""
    with display(tmp_path) as name:
        monkeypatch.setenv("DISPLAY", name)
        yield Hand(name)


@pytest.fixture
def settings(daw_bridge: Shell, test_synth_folder: Path) -> Path:
    file = daw_bridge.home / "daw-bridge" / "settings.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'plugin_folders: ["{test_synth_folder}"]\n')
    return file


def with_the_window(hand: Hand, daw_bridge: Shell, *arguments: str | Path, at: tuple[int, int]) -> Ended:
    """Run the command, click once in the window that it opens, and close it."""
    executor = ThreadPoolExecutor(1)
    try:
        command = executor.submit(daw_bridge, *arguments)
        window = hand.window(WINDOW)
        hand.click(window, *at)
        hand.close(window)
        return command.result(timeout=30.0)
    finally:
        executor.shutdown(wait=False)  # should the window stay open, it goes with its display


def brightness(preset: StoredPreset, folder: Path) -> float:
    with Host(plugin_folders=[folder]) as host:
        return brightness_hz(mono(host.render(line(45), preset, rate_hz=RATE_HZ).clip.samples), RATE_HZ)


def test_a_sound_found_in_the_window_is_kept_and_found_again(
    hand: Hand, daw_bridge: Shell, settings: Path, test_synth_folder: Path
) -> None:
    preset = ["presets", "capture", "Found", "--plugin", TEST_SYNTH, "--set", "wave=Saw"]
    ended = with_the_window(hand, daw_bridge, *preset, at=CUTOFF)
    assert ended.exit_code == 0, ended.stderr
    assert "Close it when you have found the sound" in ended.stderr
    captured = load_preset(settings.parent / "presets" / "found.yaml")
    assert captured.preset.instrument.parameters["wave"] == "Saw"
    first_hz = hertz(captured)
    assert 300 < first_hz < 3000
    first = brightness(captured, test_synth_folder)

    right_of_it = (CUTOFF[0] + 50, CUTOFF[1])
    ended = with_the_window(hand, daw_bridge, "presets", "edit", "found", at=right_of_it)
    assert ended.exit_code == 0, ended.stderr
    edited = load_preset(captured.path)
    assert edited.preset.instrument.parameters["wave"] == "Saw"
    assert hertz(edited) > 1.5 * first_hz
    assert brightness(edited, test_synth_folder) > 1.2 * first


def hertz(preset: StoredPreset) -> float:
    return float(str(preset.preset.instrument.parameters["cutoff"]).removesuffix(" Hz"))


def crash_the_plugin() -> None:
    children = psutil.Process().children()
    (errand,) = [child for child in children if "daw_bridge.host.worker.errand" in child.cmdline()]
    errand.send_signal(signal.SIGSEGV)


def test_a_window_that_crashes_loses_a_second_at_most(hand: Hand, test_synth: Path) -> None:
    showing: list[Doing] = []

    def tell(doing: Doing) -> None:
        if doing.activity != "showing its window":
            return
        showing.append(doing)
        if len(showing) == 1:
            hand.click(hand.window(WINDOW), *CUTOFF)
        if len(showing) == 3:  # it has been read a second time since the click
            crash_the_plugin()

    captured = capture(Source(test_synth, TEST_SYNTH), show_editor=True, time_limit_s=30.0, tell=tell)
    assert 300 < float(str(captured.parameters["cutoff"]).removesuffix(" Hz")) < 3000
    (warning,) = captured.warnings
    assert "crashed while showing its window (SIGSEGV)" in warning
    assert "is kept" in warning


def test_a_window_that_crashes_at_once_is_a_crash(hand: Hand, test_synth: Path) -> None:
    def tell(doing: Doing) -> None:
        if doing.activity == "loading":
            crash_the_plugin()

    with pytest.raises(PluginCrashed, match="loading"):
        capture(Source(test_synth, TEST_SYNTH), show_editor=True, time_limit_s=30.0, tell=tell)


def test_a_part_that_cannot_be_heard_does_not_keep_the_window_closed(
    hand: Hand, test_synth: Path, tmp_path: Path
) -> None:
    midi = tmp_path / "part.mid"
    midi.write_bytes(b"no MIDI")
    closed: list[Doing] = []

    def tell(doing: Doing) -> None:
        if doing.activity == "showing its window" and not closed:
            closed.append(doing)
            hand.close(hand.window(WINDOW))

    captured = capture(
        Source(test_synth, TEST_SYNTH), show_editor=True, time_limit_s=30.0, audition=midi, tell=tell
    )
    (warning,) = captured.warnings
    assert "The part does not play" in warning
    assert os.fspath(midi.name) in warning
