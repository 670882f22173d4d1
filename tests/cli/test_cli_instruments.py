"""The user's own Faust instruments: found beside their presets and where the settings say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pedalboard.io import AudioFile

from tests.cli.conftest import Shell
from tests.measure import key_hz, pitch_error_cents

DOCS = Path(__file__).parents[2] / "docs" / "instruments.md"
PRESET = "name: My Sine\ninstrument: {faust: sine, parameters: {attack: 20 ms}}\n"


def write_instrument(folder: Path) -> None:
    """The instrument in the docs."""
    folder.mkdir(parents=True)
    source = DOCS.read_text(encoding="utf-8").partition("```faust\n")[2].partition("```")[0]
    (folder / "sine.dsp").write_text(source, encoding="utf-8")


@pytest.mark.parametrize("place", ["beside the presets", "named by the settings"])
def test_a_preset_plays_an_instrument_of_the_users(daw_bridge: Shell, tmp_path: Path, place: str) -> None:
    users = daw_bridge.home / "daw-bridge"
    (users / "presets").mkdir(parents=True)
    (users / "presets" / "my-sine.yaml").write_text(PRESET)
    if place == "beside the presets":
        write_instrument(users / "instruments")
    else:
        write_instrument(tmp_path / "mine")
        (users / "settings.yaml").write_text(f'instrument_folders: ["{(tmp_path / "mine").as_posix()}"]\n')
    ended = daw_bridge("presets", "listen", "my-sine", "--write", "sine.wav")
    assert ended.exit_code == 0, ended.stderr
    with AudioFile(str(daw_bridge.folder / "sine.wav")) as file:
        rate_hz, sound = file.samplerate, file.read(file.frames).mean(axis=0)
    half = sound[round(0.1 * rate_hz) : round(1.0 * rate_hz)]
    assert np.abs(half).max() > 0.05
    assert abs(pitch_error_cents(half, rate_hz, key_hz(76))) < 1.0


def test_a_sessions_folder_is_never_compiled_from(daw_bridge: Shell) -> None:
    presets = daw_bridge.folder / "Song" / ".bridge" / "presets"
    presets.mkdir(parents=True)
    (presets / "my-sine.yaml").write_text(PRESET)
    write_instrument(daw_bridge.folder / "Song" / ".bridge" / "instruments")
    ended = daw_bridge("presets", "check", presets / "my-sine.yaml")
    assert ended.exit_code == 7
    assert "no Faust instrument of this name" in ended.stderr
