"""Every format, rate and channel count that a DAW bounces."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.intake import inspect, listen
from tests.intake.files import pcm_16, tone, wav_bytes, write_audio

RATE_HZ = 22_050


FORMATS = [
    *((".wav", 16), (".wav", 24), (".wav", 32), (".aiff", 16), (".aiff", 24)),
    *((".flac", 16), (".flac", 24), (".ogg", 16), (".mp3", 16)),
]


@pytest.mark.parametrize(
    ("suffix", "bit_depth", "channels"),
    [
        (*kind, channels)
        for kind in FORMATS
        for channels in (1, 2, 6, 8)
        if kind[0] != ".mp3" or channels <= 2
    ],
)
def test_what_is_written_is_heard(tmp_path: Path, suffix: str, bit_depth: int, channels: int) -> None:
    samples = tone(1.0, channels=channels)
    bounce, clip = listen(write_audio(tmp_path / f"bass{suffix}", samples, bit_depth=bit_depth), RATE_HZ)
    assert (bounce.rate_hz, bounce.channels) == (44_100, channels)
    if suffix == ".mp3":  # whole MP3 frames, with the encoder's delay
        assert 1.0 <= bounce.duration_s < 1.1
        clip_samples = clip.samples[:, 1102:]
    else:
        assert bounce.frames == 44_100
        clip_samples = clip.samples
    assert clip.channels == 1
    assert clip.frames == round(bounce.frames / 2)
    # The fundamental stands in every mean as 1/channels of itself.
    time_s = np.arange(11_025) / RATE_HZ
    wave = np.exp(-2j * np.pi * 110.0 * time_s)
    amplitude = 2 * abs(clip_samples[0, 5_000 : 5_000 + 11_025] @ wave) / 11_025
    assert amplitude == pytest.approx(0.5 / channels, rel=0.08)


@pytest.mark.parametrize(("dtype", "bits"), [("<f4", 32), ("<f8", 64)])
def test_float_wav(tmp_path: Path, dtype: str, bits: int) -> None:
    samples = tone(0.2)
    path = tmp_path / "bass.wav"
    path.write_bytes(wav_bytes(samples.T.astype(dtype).tobytes(), bits=bits, is_float=True))
    _, clip = listen(path, 44_100)
    np.testing.assert_allclose(clip.samples, samples, atol=1e-6)


def test_a_float_bounce_over_full_scale_is_kept_as_it_is(tmp_path: Path) -> None:
    samples = tone(0.2) * 6
    _, clip = listen(write_audio(tmp_path / "hot.wav", samples, bit_depth=32), 44_100)
    assert clip.peak == pytest.approx(3.0, rel=1e-3)


def test_the_same_audio_has_the_same_fingerprint_in_any_file(tmp_path: Path) -> None:
    samples = tone(0.7, channels=2)
    wav = write_audio(tmp_path / "a.wav", samples)
    tagged = tmp_path / "renamed and tagged.wav"
    tagged.write_bytes(wav.read_bytes() + b"LIST\x1a\0\0\0INFOINAM\x0e\0\0\0another title\0")
    others = [write_audio(tmp_path / name, samples) for name in ("a.aiff", "a.flac")]
    fingerprints = {inspect(path).fingerprint for path in (wav, tagged, *others)}
    assert len(fingerprints) == 1
    assert len(fingerprints.pop()) == 32


def test_other_audio_has_another_fingerprint(tmp_path: Path) -> None:
    samples = tone(0.7, channels=2)
    changed = samples.copy()
    changed[1, -1] += 0.01
    paths = [
        write_audio(tmp_path / "a.wav", samples),
        write_audio(tmp_path / "b.wav", changed),
        write_audio(tmp_path / "c.wav", samples, rate_hz=48_000),
        write_audio(tmp_path / "d.wav", samples[::-1]),
        write_audio(tmp_path / "e.wav", samples[:1]),
    ]
    assert len({inspect(path).fingerprint for path in paths}) == len(paths)


def test_listening_and_inspecting_agree(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.wav", tone(0.3, channels=2))
    bounce, _ = listen(path, RATE_HZ)
    assert bounce == inspect(path)


@pytest.mark.parametrize("name", ["Ünïcödé ♭ 大.wav", "no suffix", "wrong.flac"])
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    wav = write_audio(tmp_path / "a.wav", tone())
    assert inspect(wav.rename(tmp_path / name)).channels == 1


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_name_that_is_not_unicode_will_do(tmp_path: Path) -> None:
    wav = write_audio(tmp_path / "a.wav", tone())
    assert inspect(wav.rename(tmp_path / os.fsdecode(b"bass\xff.wav"))).channels == 1


def test_rf64(tmp_path: Path) -> None:
    """What a DAW writes when a bounce may exceed 4 GB: the sizes stand in a chunk of their own."""
    samples = tone(0.1)
    plain = wav_bytes(pcm_16(samples))
    audio_bytes = samples.shape[1] * 2
    ds64 = b"ds64" + (28).to_bytes(4, "little") + (len(plain) + 28).to_bytes(8, "little")
    ds64 += audio_bytes.to_bytes(8, "little") + samples.shape[1].to_bytes(8, "little") + bytes(4)
    unknown = b"\xff\xff\xff\xff"
    head, audio = plain[12:36], plain[44:]
    path = tmp_path / "long.wav"
    path.write_bytes(b"RF64" + unknown + b"WAVE" + ds64 + head + b"data" + unknown + audio)
    assert inspect(path).frames == samples.shape[1]


LOOPS = Path("/usr/share/lmms/samples")


@pytest.mark.real
@pytest.mark.parametrize("folder", ["bassloops", "beats", "instruments"])
def test_loops_that_nobody_here_made(folder: str) -> None:
    if not LOOPS.is_dir():
        if os.environ.get("CI"):
            pytest.fail("Debian's lmms-common is not installed")
        pytest.skip("Debian's lmms-common is not installed")
    loops = sorted((LOOPS / folder).glob("*.ogg"))
    assert loops
    for loop in loops:
        bounce, clip = listen(loop, RATE_HZ)
        assert clip.duration_s == pytest.approx(bounce.duration_s, abs=1 / RATE_HZ)
        assert 0.01 < clip.peak < 2.0


def test_the_file_itself_is_left_alone(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.wav", tone())
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    listen(path, RATE_HZ)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    shutil.rmtree(tmp_path)  # and is not held open
