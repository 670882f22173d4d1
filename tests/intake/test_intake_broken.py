"""Files that are no bounce: each is refused with an error that names it and says what to do."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from pedalboard.io import AudioFile

from daw_bridge.core.errors import (
    BounceEmpty,
    BounceError,
    BounceMissing,
    BounceSilent,
    BounceTruncated,
    BounceUnreadable,
)
from daw_bridge.intake import inspect, listen
from daw_bridge.intake.reader import BoundedFile
from tests.intake.files import pcm_16, tone, wav_bytes, write_audio

SUFFIXES = [".wav", ".aiff", ".flac", ".ogg", ".mp3"]


def refused(path: Path, error: type[BounceError]) -> BounceError:
    """Both ways of reading refuse the file alike, name it, and advise."""
    with pytest.raises(error) as caught:
        inspect(path)
    assert type(caught.value) is error
    with pytest.raises(error, match=re.escape(str(caught.value))):
        listen(path, 22_050)
    assert caught.value.where == path
    assert caught.value.advice.endswith(".")
    return caught.value


def test_a_missing_file(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.wav", BounceMissing)


def test_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "bass.wav"
    path.mkdir()
    assert "folder" in refused(path, BounceUnreadable).what


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "bass.wav")
    refused(tmp_path / "bass.wav", BounceUnreadable)


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Root may read everything, so it steps down for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="rights are not modes there")
def test_a_file_that_may_not_be_read() -> None:
    importlib.import_module("pedalboard.io")  # nobody may not be allowed to read it either
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = write_audio(Path(folder) / "bass.wav", tone())
        path.chmod(0)
        with _as_nobody():
            assert "may not be read" in refused(path, BounceUnreadable).what


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_text_with_an_audio_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"bass{suffix}"
    path.write_text("Dear diary, today I bounced a stem.\n" * 100)
    refused(path, BounceUnreadable)


def test_a_file_without_content(tmp_path: Path) -> None:
    path = tmp_path / "bass.wav"
    path.write_bytes(b"")
    refused(path, BounceEmpty)


def test_room_set_aside_and_never_filled(tmp_path: Path) -> None:
    path = tmp_path / "bass.wav"
    path.write_bytes(bytes(10_000))
    refused(path, BounceTruncated)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("fraction", [0.02, 0.5, 0.95])
def test_a_file_that_was_cut(tmp_path: Path, suffix: str, fraction: float) -> None:
    """The decoder would fill up with zeros and say nothing."""
    path = write_audio(tmp_path / f"bass{suffix}", tone(5.0, channels=2))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * fraction)])
    refused(path, BounceTruncated)


@pytest.mark.parametrize("suffix", [".wav", ".aiff", ".flac", ".ogg"])
def test_a_header_alone(tmp_path: Path, suffix: str) -> None:
    path = write_audio(tmp_path / f"bass{suffix}", tone(1.0))
    path.write_bytes(path.read_bytes()[:44])
    refused(path, BounceTruncated)


@pytest.mark.parametrize("promised_bytes", [0, 0xFFFFFFFF, 0xFFFFFFF0, 4_412])
def test_a_header_that_was_never_filled_in_or_lies(tmp_path: Path, promised_bytes: int) -> None:
    path = tmp_path / "bass.wav"
    path.write_bytes(wav_bytes(pcm_16(tone(0.05)), promised_bytes=promised_bytes))
    refused(path, BounceTruncated)


@pytest.mark.parametrize("suffix", [".wav", ".aiff", ".flac", ".ogg"])
def test_no_audio_at_all(tmp_path: Path, suffix: str) -> None:
    refused(write_audio(tmp_path / f"bass{suffix}", np.zeros((2, 0), np.float32)), BounceEmpty)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_silence(tmp_path: Path, suffix: str) -> None:
    error = refused(write_audio(tmp_path / f"bass{suffix}", np.zeros((2, 20_000), np.float32)), BounceSilent)
    assert error.what == "The bounce is silent."
    assert "Unmute" in error.advice


def test_dither_is_silence_and_a_whisper_is_not(tmp_path: Path) -> None:
    samples = tone(0.5)
    error = refused(write_audio(tmp_path / "dither.wav", samples * 1e-4, bit_depth=24), BounceSilent)
    assert error.what == "The bounce is silent (its peak is -86 dBFS)."
    inspect(write_audio(tmp_path / "whisper.wav", samples * 1e-3, bit_depth=24))  # -66 dBFS


def test_a_dc_offset_is_no_sound(tmp_path: Path) -> None:
    offset = np.full((2, 20_000), 0.25, np.float32)
    offset[1] = -0.1
    refused(write_audio(tmp_path / "offset.wav", offset, bit_depth=24), BounceSilent)
    inspect(write_audio(tmp_path / "both.wav", offset + tone(1.0)[:, :20_000] * 0.1, bit_depth=24))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_samples_that_are_no_sound(tmp_path: Path, value: float) -> None:
    samples = tone(10.0, channels=2)
    samples[1, 396_900] = value
    path = tmp_path / "bass.wav"
    path.write_bytes(wav_bytes(samples.T.astype("<f4").tobytes(), channels=2, bits=32, is_float=True))
    error = refused(path, BounceUnreadable)
    assert "9.000 s" in error.what
    assert "plugin" in error.advice


@pytest.mark.parametrize(
    ("at", "value", "size"),
    [(22, 0, 2), (22, 65_535, 2), (24, 0, 4), (24, 7, 4), (24, 0xFFFFFFFF, 4), (34, 0, 2), (34, 65_535, 2)],
    ids=["no channels", "channels", "0 Hz", "7 Hz", "4 GHz", "0 bits", "bits"],
)
def test_a_header_that_describes_no_audio(tmp_path: Path, at: int, value: int, size: int) -> None:
    """Some of these hang or crash the decoder, which must not see them."""
    content = bytearray(wav_bytes(pcm_16(tone(0.05))))
    content[at : at + size] = value.to_bytes(size, "little")
    path = tmp_path / "bass.wav"
    path.write_bytes(content)
    assert "damaged" in refused(path, BounceUnreadable).what


def test_a_wav_without_a_format(tmp_path: Path) -> None:
    path = tmp_path / "bass.wav"
    path.write_bytes(wav_bytes(pcm_16(tone(0.05))).replace(b"fmt ", b"junk"))
    refused(path, BounceUnreadable)


def test_a_chunk_behind_the_audio_that_lies_about_its_size(tmp_path: Path) -> None:
    """The audio is whole; the decoder, sent to look behind the end, must come back."""
    path = tmp_path / "bass.wav"
    path.write_bytes(wav_bytes(pcm_16(tone(0.05))) + b"LIST\xf0\xff\xff\x7fINFO")
    assert inspect(path).frames == 2_205


def test_the_decoder_is_not_sent_behind_the_end(tmp_path: Path) -> None:
    """There it would read nothing for ever, as it did with headers that are refused now."""
    path = tmp_path / "bass.wav"
    path.write_bytes(wav_bytes(pcm_16(tone(0.05))).replace(b"fmt ", b"junk") + b"LIST\xf0\xff\xff\x7fINFO")
    with BoundedFile(path) as file, pytest.raises(ValueError, match="audio"):
        AudioFile(file)


def test_an_mp3_that_promises_more_frames_than_its_bytes_hold(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "bass.mp3", tone(1.0))
    content = bytearray(path.read_bytes())
    frames_at = max(content.find(b"Xing"), content.find(b"Info")) + 8
    content[frames_at : frames_at + 4] = b"\x7f\xff\xff\xff"
    path.write_bytes(content)
    assert "promises" in refused(path, BounceTruncated).what


@pytest.mark.skipif(sys.platform == "win32", reason="memory is limited by setrlimit")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_mutated_files_are_read_or_refused(tmp_path: Path, suffix: str) -> None:
    """100 of each kind, in 2 GB and 20 s a file; a header that promises 4 GB makes no one allocate them."""
    for channels in (1, 2):
        write_audio(tmp_path / f"{channels}{suffix}", tone(0.3, channels=channels))
    if suffix == ".wav":
        for bit_depth in (24, 32):
            write_audio(tmp_path / f"{bit_depth}.wav", tone(0.3), bit_depth=bit_depth)
    ran = subprocess.run(
        [sys.executable, "-m", "tests.intake.fuzz", str(tmp_path), suffix, "100", "0"],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=Path(__file__).parents[2],
    )
    assert ran.returncode == 0, f"at seed {ran.stdout.split()[-1:]}: {ran.stderr[-2000:]}"
    assert 0 < int(ran.stdout.split()[-1]) < 100
