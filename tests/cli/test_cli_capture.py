"""Capturing the test synth's sound without a window, and hearing that the preset has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.audio import Samples
from daw_bridge.host import Host
from daw_bridge.presets import StoredPreset, load_preset
from tests.cli.conftest import Shell
from tests.measure import brightness_hz, decibels, mono
from tests.plugins_fixtures import TEST_SHELL, TEST_SYNTH, line, stored

pytestmark = pytest.mark.real

RATE_HZ = 44_100


@pytest.fixture
def presets(daw_bridge: Shell, test_synth_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's presets folder; the settings name our plugins, and there is no display."""
    monkeypatch.delenv("DISPLAY", raising=False)
    settings = daw_bridge.home / "daw-bridge" / "settings.yaml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f'plugin_folders: ["{test_synth_folder}"]\n')
    return settings.parent / "presets"


def capture(shell: Shell, name: str, *options: str | Path, plugin: str = TEST_SYNTH) -> StoredPreset:
    ended = shell("presets", "capture", name, "--plugin", plugin, "--json", *options)
    assert ended.exit_code == 0, ended.stdout
    return load_preset(Path(ended.json["file"]))


def played(preset: StoredPreset, test_synth_folder: Path) -> Samples:
    with Host(plugin_folders=[test_synth_folder]) as host:
        return host.render(line(45, 57), preset, rate_hz=RATE_HZ).clip.samples


def difference_db(one: Samples, other: Samples) -> float:
    frames = min(one.shape[1], other.shape[1])
    return decibels(float(np.abs(one[:, :frames] - other[:, :frames]).max()))


def test_a_captured_preset_sounds_as_it_was_set(
    daw_bridge: Shell, presets: Path, test_synth_folder: Path
) -> None:
    options = ["--no-editor", "--set", "wave=Saw", "--set", "Cutoff = 0.5 kHz", "--tag", "bass"]
    preset = capture(daw_bridge, "My Saw", *options)
    assert preset.path == presets / "my-saw.yaml"
    assert preset.preset.tags == ("bass",)
    instrument = preset.preset.instrument
    assert instrument.plugin == TEST_SYNTH
    assert instrument.parameters["wave"] == "Saw"
    assert instrument.parameters["cutoff"] == "500 Hz"
    assert instrument.parameters["gain"] == "-12 dB"

    parameters = {"wave": "Saw", "cutoff": "500 Hz"}
    expected = played(stored({"plugin": TEST_SYNTH, "parameters": parameters}), test_synth_folder)
    bare = played(stored({"plugin": TEST_SYNTH}), test_synth_folder)
    assert difference_db(played(preset, test_synth_folder), expected) < -90
    assert difference_db(bare, expected) > -20

    # The state alone has the sound as well.
    document = {"plugin": TEST_SYNTH, "state": instrument.state}
    state_alone = played(stored(document, folder=presets), test_synth_folder)
    assert difference_db(state_alone, expected) < -90
    assert daw_bridge("presets", "check", "my-saw").exit_code == 0


def test_a_parameter_in_the_file_wins_over_the_state(
    daw_bridge: Shell, presets: Path, test_synth_folder: Path
) -> None:
    preset = capture(daw_bridge, "Dark", "--no-editor", "--set", "wave=Saw", "--set", "cutoff=300")
    dark = played(preset, test_synth_folder)
    text = preset.path.read_text()
    preset.path.write_text(text.replace("cutoff: 300 Hz", "cutoff: 310 Hz"))
    barely_brighter = played(load_preset(preset.path), test_synth_folder)
    preset.path.write_text(text.replace("cutoff: 300 Hz", "cutoff: 9 kHz"))
    bright = played(load_preset(preset.path), test_synth_folder)
    centres = [brightness_hz(mono(sound), RATE_HZ) for sound in (dark, barely_brighter, bright)]
    assert centres[0] < centres[1] < centres[2]
    assert centres[2] > 2 * centres[0]


def test_a_state_of_five_megabytes_survives(
    daw_bridge: Shell, presets: Path, test_synth_folder: Path
) -> None:
    preset = capture(daw_bridge, "Heavy", "--no-editor", "--set", "ballast=5 MB", "--set", "wave=Square")
    state = presets / "heavy.state"
    assert state.stat().st_size > 5_000_000
    assert daw_bridge("presets", "edit", "heavy", "--no-editor", "--set", "gain=-18").exit_code == 0
    assert state.stat().st_size > 5_000_000
    edited = load_preset(preset.path)
    assert edited.preset.instrument.parameters["ballast"] == "5 MB"
    parameters = {"wave": "Square", "gain": "-18 dB"}
    expected = played(stored({"plugin": TEST_SYNTH, "parameters": parameters}), test_synth_folder)
    assert difference_db(played(edited, test_synth_folder), expected) < -90


def test_editing_keeps_what_is_not_the_sound(daw_bridge: Shell, presets: Path) -> None:
    preset = capture(daw_bridge, "Kept", "--no-editor", "--set", "wave=Saw")
    # With no parameters in the file, all but what is set now comes from the state.
    sound = f"name: Kept\ninstrument: {{plugin: {TEST_SYNTH}, state: kept.state}}\n"
    before = f"{sound}notes: {{range: E0..E3}}  # as a bass\noutput: {{gain_db: -3}}\n"
    preset.path.write_text(before)
    ended = daw_bridge("presets", "edit", "kept", "--no-editor", "--set", "cutoff=1 kHz")
    assert ended.exit_code == 0, ended.stderr
    edited = load_preset(preset.path).preset
    assert str(edited.notes.range) == "E0..E3"
    assert edited.output.gain_db == -3
    assert edited.instrument.parameters["wave"] == "Saw"
    assert edited.instrument.parameters["cutoff"] == "1000 Hz"
    assert (presets / "kept.yaml~").read_text() == before
    assert "Its comments are gone: see kept.yaml~." in ended.stderr
    again = daw_bridge("presets", "edit", "kept", "--no-editor", "--set", "cutoff=2 kHz", "--json")
    assert again.json["warnings"] == []


def test_a_factory_preset_is_copied_not_changed(daw_bridge: Shell, presets: Path) -> None:
    listed = daw_bridge("presets", "show", "fat-analog-sub").stdout
    ended = daw_bridge("presets", "edit", "fat-analog-sub", "--no-editor", "--set", "Cutoff=400 Hz")
    assert ended.exit_code == 0, ended.stderr
    assert "stays as it is" in ended.stdout
    copy = load_preset(presets / "fat-analog-sub.yaml").preset
    assert copy.instrument.parameters["Cutoff"] == "400 Hz"
    assert "cutoff" not in copy.instrument.parameters
    factory = Path(__file__).parents[2] / "presets" / "fat-analog-sub.yaml"
    assert factory.read_text() in listed
    assert "Cutoff: 400 Hz" in daw_bridge("presets", "show", "fat-analog-sub").stdout
    wrong = daw_bridge("presets", "edit", "fat-analog-sub", "--no-editor", "--set", "cutof=1", "--json")
    assert 'Did you mean "cutoff"?' in wrong.json["error"]["what"]


def test_a_sound_comes_from_a_vstpreset(
    daw_bridge: Shell, presets: Path, test_synth: Path, test_synth_folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "Bright.vstpreset"
    script = (
        "import sys, pedalboard; plugin = pedalboard.load_plugin(sys.argv[1])\n"
        "plugin.wave = 'Saw'; plugin.cutoff_hz = 800.0; plugin([], 0.1, 44100)\n"
        "open(sys.argv[2], 'wb').write(plugin.preset_data)"
    )
    subprocess.run([sys.executable, "-c", script, str(test_synth), str(file)], check=True)
    preset = capture(daw_bridge, "From Preset", "--from-vstpreset", file)
    assert preset.preset.instrument.parameters["wave"] == "Saw"
    assert preset.preset.instrument.vstpreset is None
    by_hand = stored({"plugin": TEST_SYNTH, "vstpreset": file.name}, folder=tmp_path)
    assert difference_db(played(preset, test_synth_folder), played(by_hand, test_synth_folder)) < -90
    file.write_bytes(b"no preset")
    ended = daw_bridge("presets", "capture", "No", "--plugin", TEST_SYNTH, "--from-vstpreset", file)
    assert ended.exit_code == 3
    assert "does not take this preset file" in ended.stderr


def test_one_of_a_shell_is_named_as_without_a_scan(
    daw_bridge: Shell, presets: Path, test_synth_folder: Path
) -> None:
    square = f"{TEST_SHELL} Square"
    preset = capture(daw_bridge, "Mine", "--no-editor", "--plugin-name", square, plugin=TEST_SHELL)
    assert preset.preset.instrument.plugin == TEST_SHELL
    assert preset.preset.instrument.plugin_name == square
    assert preset.preset.instrument.parameters["wave"] == "Square"
    assert mono(played(preset, test_synth_folder)).max() > 0.1


def test_a_plugin_by_its_file_is_found_again(
    daw_bridge: Shell, presets: Path, test_synth_folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere" / f"{TEST_SYNTH}.vst3"
    elsewhere.parent.mkdir()
    elsewhere.symlink_to(test_synth_folder / elsewhere.name)
    (daw_bridge.home / "daw-bridge" / "settings.yaml").unlink()
    preset = capture(daw_bridge, "By File", "--no-editor", plugin=str(elsewhere))
    assert preset.preset.instrument.path is not None
    assert mono(played(preset, tmp_path)).max() > 0.1


def test_without_a_display_the_window_is_refused_before_anything_is_loaded(
    daw_bridge: Shell, presets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAW_BRIDGE_TEST_SYNTH", "crash")  # loading it would be noticed
    ended = daw_bridge("presets", "capture", "Windowed", "--plugin", TEST_SYNTH, "--json")
    assert ended.exit_code == 7
    assert ended.json["error"]["code"] == "display-missing"
    assert "--no-editor" in ended.json["error"]["advice"]
    assert not presets.exists()
    ended = daw_bridge("presets", "capture", "Windowed", "--plugin", TEST_SYNTH, "--no-editor", "--json")
    assert ended.json["error"]["code"] == "plugin-crashed"


@pytest.mark.parametrize(
    ("options", "exit_code", "said"),
    [
        (["--set", "cutof=1 kHz"], 7, 'Did you mean "cutoff"?'),
        (["--set", "cutoff=1 MHz"], 7, "20 to 20000 Hz"),
        (["--set", "cutoff"], 2, "NAME=VALUE"),
        (["--plugin", "DAW Bridge Test Sinth"], 7, f'Did you mean "{TEST_SYNTH}"?'),
        (["--plugin-name", "Nobody"], 7, "Nobody"),
    ],
)
def test_mistakes_are_named_and_nothing_is_written(
    daw_bridge: Shell, presets: Path, options: list[str], exit_code: int, said: str
) -> None:
    ended = daw_bridge("presets", "capture", "Wrong", "--plugin", TEST_SYNTH, "--no-editor", *options)
    assert ended.exit_code == exit_code, ended.stderr
    assert said in ended.stderr
    assert not presets.exists()


def test_a_preset_that_is_there_is_not_overwritten(daw_bridge: Shell, presets: Path) -> None:
    preset = capture(daw_bridge, "Mine", "--no-editor")
    before = preset.path.read_text()
    again = ["presets", "capture", "mine", "--plugin", TEST_SYNTH, "--no-editor", "--set", "wave=Saw"]
    refused = daw_bridge(*again)
    assert refused.exit_code == 3
    assert "--replace" in refused.stderr
    assert preset.path.read_text() == before
    assert daw_bridge(*again, "--replace").exit_code == 0
    assert (presets / "mine.yaml~").read_text() == before


def test_embedded_instruments_have_no_window(daw_bridge: Shell, presets: Path) -> None:
    ended = daw_bridge("presets", "edit", "fat-analog-sub")
    assert ended.exit_code == 7
    assert "--no-editor" in ended.stderr
