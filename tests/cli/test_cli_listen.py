"""`presets listen`: written, said to be written where nothing can play, and played on a real ALSA device."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pedalboard.io import AudioFile

from tests.cli.conftest import Shell
from tests.measure import Signal

needs_alsa = pytest.mark.skipif(sys.platform != "linux", reason="ALSA's devices are made by a file")

RATE_HZ = 44_100
FRAME_BYTES = 8
"""Two channels of float32."""


def use_alsa(monkeypatch: pytest.MonkeyPatch, folder: Path, devices: str) -> None:
    """Leave the commands that follow these audio devices alone."""
    configuration = folder / "alsa.conf"
    configuration.write_text(devices, encoding="utf-8")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))


def read(path: Path) -> Signal:
    with AudioFile(str(path)) as file:
        assert file.samplerate == RATE_HZ
        return np.asarray(file.read(file.frames))


def test_a_preset_is_written_where_the_user_says(daw_bridge: Shell) -> None:
    ended = daw_bridge("presets", "listen", "fat-analog-sub", "Music Box", "--write", "demos")
    assert ended.exit_code == 0, ended.stderr
    written = sorted((daw_bridge.folder / "demos").iterdir())
    assert [path.name for path in written] == ["Fat Analog Sub.wav", "Music Box.wav"]
    bass, box = (read(path) for path in written)
    assert bass.shape[1] >= 9.6 * RATE_HZ and np.abs(bass).max() > 0.1
    assert not np.allclose(bass[:, :RATE_HZ], box[:, :RATE_HZ], atol=0.05)
    assert "demos/Music Box.wav" in ended.stdout.replace("\\", "/")


def test_a_tag_stands_for_all_that_have_it(daw_bridge: Shell) -> None:
    ended = daw_bridge("presets", "listen", "--tag", "horror", "--write", "x")
    assert ended.exit_code == 3
    assert 'No preset has the tag "horror"' in ended.stderr
    heard = daw_bridge("presets", "listen", "--tag", "kit", "--write", "kits", "--json").json["heard"]
    tagged = daw_bridge("presets", "list", "--tag", "kit", "--json").json
    assert sorted(one["slug"] for one in heard) == sorted(one["slug"] for one in tagged) != []
    assert all(Path(one["file"]).is_file() for one in heard)


def test_one_file_holds_one_preset(daw_bridge: Shell) -> None:
    assert daw_bridge("presets", "listen").exit_code == 2
    ended = daw_bridge("presets", "listen", "clavinet", "nylon-guitar", "--write", "both.wav")
    assert ended.exit_code == 2
    assert "need a folder" in ended.stderr


def test_a_file_of_the_users_is_not_written_over(daw_bridge: Shell) -> None:
    theirs = daw_bridge.folder / "clav.wav"
    theirs.write_bytes(b"theirs")
    for _ in range(2):  # ours, made again, is the same file
        assert daw_bridge("presets", "listen", "clavinet", "--write", "clav.wav").exit_code == 0
    assert theirs.read_bytes() == b"theirs"
    assert sorted(path.name for path in daw_bridge.folder.iterdir()) == ["clav 2.wav", "clav.wav"]


@needs_alsa
def test_without_an_audio_device_it_says_so_and_writes(
    daw_bridge: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_alsa(monkeypatch, tmp_path, "")
    ended = daw_bridge("presets", "listen", "clavinet", "no-such-preset")
    assert ended.exit_code == 3  # every name is looked up before the first sound
    ended = daw_bridge("presets", "listen", "clavinet")
    assert ended.exit_code == 0
    assert "there is no audio device" in ended.stderr
    written = Path(ended.stdout.partition("→ ")[2].strip())
    assert written.is_relative_to(daw_bridge.home)
    assert read(written).any()


@needs_alsa
def test_it_plays_on_the_audio_device_until_it_is_stopped(
    daw_bridge: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert daw_bridge("presets", "listen", "acid-line", "--write", "acid.wav").exit_code == 0
    expected = read(daw_bridge.folder / "acid.wav")
    device = tmp_path / "device"
    os.mkfifo(device)
    recorder = f'type file\nslave.pcm {{ type null }}\nfile "{device}"\nformat raw\n'
    use_alsa(monkeypatch, tmp_path, f'pcm.recorder {{ {recorder} hint {{ show on description "R" }} }}')
    environment = {"HOME": str(daw_bridge.home), "XDG_STATE_HOME": str(daw_bridge.home)}
    command = [sys.executable, "-m", "daw_bridge", "presets", "listen", "acid-line"]
    with subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE) as playing:
        try:
            played = record(device, after_onset_s=1.0, at_onset_of=playing)
            assert playing.wait(60) == 130
            assert playing.stdout is not None and playing.stdout.read() == b""
        finally:
            playing.kill()
    assert from_onset(played) == pytest.approx(from_onset(expected), abs=1e-6)


def from_onset(sound: Signal) -> Signal:
    """Half a second from the first frame that is heard, without the gaps that a busy machine tears."""
    sounding = sound[:, int(np.argmax(np.abs(sound).max(axis=0) > 1e-3)) :]
    return sounding[:, sounding.any(axis=0)][:, : RATE_HZ // 2]


def record(device: Path, *, after_onset_s: float, at_onset_of: subprocess.Popen[bytes]) -> Signal:
    """What comes out of the device until it closes; Ctrl-C is pressed so long after the first sound.

    A pipe takes whatever comes, so the reader keeps the time, half as fast as a real device would.
    """
    block_bytes = 256 * FRAME_BYTES
    played = bytearray()
    onset: int | None = None
    with device.open("rb", buffering=0) as pipe:
        start_s = time.monotonic()
        while block := pipe.read(block_bytes):
            if onset is None and any(block):
                onset = len(played)
            played += block
            if onset is not None and len(played) - onset >= after_onset_s * RATE_HZ * FRAME_BYTES:
                at_onset_of.send_signal(signal.SIGINT)
                after_onset_s = float("inf")
            due_s = start_s + 2 * len(played) / (FRAME_BYTES * RATE_HZ)
            time.sleep(max(0.0, due_s - time.monotonic()))
    whole = len(played) // FRAME_BYTES * FRAME_BYTES
    return np.frombuffer(bytes(played[:whole]), "<f4").reshape(-1, 2).T
