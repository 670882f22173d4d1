"""A part in a loop while a plugin's window is open: in chunks, and through an audio device of our own."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.errors import PluginError
from daw_bridge.core.grid import Grid
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.host.capture import Captured, Source, capture
from daw_bridge.host.protocol import Doing
from daw_bridge.host.speaker import in_two_channels
from daw_bridge.host.worker.audition import Loop
from tests.display import Hand, display
from tests.measure import Signal, key_hz, pitch_error_cents
from tests.plugins_fixtures import TEST_SYNTH, line

RATE_HZ = 44_100
DEVICE_BYTES_A_SECOND = RATE_HZ * 2 * 4
WINDOW = "Pedalboard"


@pytest.fixture
def midi(tmp_path: Path) -> Path:
    """Two notes, half a second apart, in one and a half seconds."""
    file = tmp_path / "part.mid"
    part = line(69, 81, step_s=0.5, length_s=0.4)
    file.write_bytes(midi_bytes(part, Grid.constant(120.0).placed(0.0), track_name="part"))
    return file


@given(st.lists(st.integers(1, 50_000), min_size=1, max_size=40))
def test_a_loop_in_chunks_is_the_file_again_and_again(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[int]
) -> None:
    file = tmp_path_factory.mktemp("loop") / "part.mid"
    track = mido.MidiTrack()
    for time_ticks, kind in ((0, "note_on"), (480, "note_off"), (0, "note_on"), (240, "note_off")):
        track.append(mido.Message(kind, note=60, time=time_ticks))
    mido.MidiFile(tracks=[track], ticks_per_beat=480).save(file)  # at 120 BPM 0.75 s

    loop, played, now_s = Loop(file, RATE_HZ), [], 0.0
    for frames in chunks:
        for data, offset_s in loop.next(frames):
            assert 0.0 <= offset_s <= frames / RATE_HZ + 1e-9
            played.append((now_s + offset_s, data[0] & 0xF0))
        now_s += frames / RATE_HZ
    once = [(0.0, 0x90), (0.5, 0x80), (0.5, 0x90), (0.75, 0x80)]
    again = [(turn * 0.75 + at_s, kind) for turn in range(int(now_s / 0.75) + 2) for at_s, kind in once]
    expected = again[: len(played)]
    assert [kind for _, kind in played] == [kind for _, kind in expected]
    assert np.allclose([at_s for at_s, _ in played], [at_s for at_s, _ in expected], atol=1e-6)
    assert again[len(played)][0] >= now_s - 1e-6  # and none is missing at the end


def test_what_is_no_part_is_named(tmp_path: Path) -> None:
    (tmp_path / "no.mid").write_bytes(b"no MIDI")
    with pytest.raises(PluginError, match="no MIDI file"):
        Loop(tmp_path / "no.mid", RATE_HZ)
    mido.MidiFile(tracks=[mido.MidiTrack()]).save(tmp_path / "empty.mid")
    with pytest.raises(PluginError, match="holds no notes"):
        Loop(tmp_path / "empty.mid", RATE_HZ)


def test_every_sound_is_played_in_two_channels() -> None:
    for channels in (1, 2, 4):
        sound = np.arange(channels * 3, dtype=np.float32).reshape(channels, 3)
        assert in_two_channels(sound).shape == (2, 3)
        assert (in_two_channels(sound)[0] == sound[0]).all()


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    with display(tmp_path) as name:
        monkeypatch.setenv("DISPLAY", name)
        yield Hand(name)


@pytest.mark.real
def test_without_an_audio_device_the_window_opens_all_the_same(
    hand: Hand, test_synth: Path, midi: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "linux":
        pytest.skip("ALSA's settings, which take the device away, are Linux's")
    monkeypatch.setenv("ALSA_CONFIG_PATH", os.devnull)
    captured = captured_while(hand, test_synth, midi, lambda: None)
    assert captured.warnings == ("The part does not play: there is no audio device.",)


@pytest.mark.real
def test_the_part_is_heard_on_the_plugin_while_its_window_is_open(
    hand: Hand, test_synth: Path, midi: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "linux":
        pytest.skip("the audio device that tests can read from is ALSA's")
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with Device(tmp_path) as device:
        captured = captured_while(hand, test_synth, midi, lambda: device.heard(4.0))
    assert captured.warnings == ()
    sound = device.sound()
    assert np.abs(sound).max() > 0.05
    for pitch in (69, 81):
        assert strongest_cents(sound, pitch) < 10.0


def strongest_cents(sound: Signal, pitch: int) -> float:
    """How far the key lies from what is heard in the quarter second that has the most of it."""
    frames = RATE_HZ // 5
    windows = [sound[start : start + frames] for start in range(0, len(sound) - frames, frames // 2)]
    turns = np.exp(-2j * np.pi * key_hz(pitch) * np.arange(frames) / RATE_HZ)
    loudest = max(windows, key=lambda window: float(np.abs(window @ turns)))
    return abs(pitch_error_cents(loudest, RATE_HZ, key_hz(pitch)))


def captured_while(hand: Hand, plugin: Path, midi: Path, listen: object) -> Captured:
    """Open the window with the part playing, listen, and close it."""
    seen: list[Doing] = []

    def tell(doing: Doing) -> None:
        if doing.activity == "showing its window" and not seen:
            seen.append(doing)
            window = hand.window(WINDOW)
            assert callable(listen)
            listen()
            hand.close(window)

    return capture(Source(plugin, TEST_SYNTH), show_editor=True, time_limit_s=30.0, audition=midi, tell=tell)


class Device:
    """An ALSA device, the default one of this HOME, whose sound a thread reads as fast as it is played."""

    def __init__(self, folder: Path) -> None:
        self._pipe = folder / "device"
        os.mkfifo(self._pipe)
        (folder / "home" / ".asoundrc").write_text(
            f'pcm.!default {{ type file file "{self._pipe}" format raw slave.pcm "null"\n'
            'hint { show on description "Test Device" } }\nctl.!default { type null }\n'
        )
        self._bytes = bytearray()
        self._changed = threading.Condition()
        self._closed = False
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Device:
        # Open for writing too, so that opening does not wait for the other side.
        self._file = os.fdopen(os.open(self._pipe, os.O_RDWR), "rb", buffering=0)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        os.write(self._file.fileno(), b"\0" * 8)  # wakes the reader
        self._reader.join()
        self._file.close()

    def heard(self, seconds: float) -> None:
        """Wait until so much has been played."""
        wanted = int(seconds * DEVICE_BYTES_A_SECOND)
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._bytes) >= wanted, timeout=30.0)

    def sound(self) -> Signal:
        """The left channel, as far as it was played whole."""
        samples = np.frombuffer(bytes(self._bytes[: len(self._bytes) // 8 * 8]), np.float32)
        left: Signal = samples[::2]
        return left

    def _read(self) -> None:
        begun_s = time.monotonic()
        while not self._closed:
            block = os.read(self._file.fileno(), 4096)
            with self._changed:
                self._bytes += block
                self._changed.notify_all()
            # A device plays no faster than time passes.
            due_s = begun_s + len(self._bytes) / DEVICE_BYTES_A_SECOND
            time.sleep(max(0.0, due_s - time.monotonic()))
