"""The separator and its process: a stand-in for demucs's package where the real one is not installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from pedalboard.io import AudioFile

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import SeparatorFailed, SeparatorMissing, SeparatorWeightsMissing
from daw_bridge.core.wav import write_wav
from daw_bridge.separate import separate

RATE_HZ = 44_100

TORCH = """
import numpy as np
class Tensor:
    def __init__(self, array): self.array = np.asarray(array, np.float32)
    @property
    def shape(self): return self.array.shape
    def mean(self): return float(self.array.mean())
    def std(self): return float(self.array.std())
    def __sub__(self, other): return Tensor(self.array - other)
    def __truediv__(self, other): return Tensor(self.array / other)
    def __mul__(self, other): return Tensor(self.array * other)
    def __getitem__(self, key): return Tensor(self.array[key])
    def numpy(self): return self.array
def from_numpy(array): return Tensor(array)
class no_grad:
    def __enter__(self): return self
    def __exit__(self, *_): return None
"""
APPLY = """
import numpy as np, torch
def apply_model(model, mix, shifts, split, overlap, callback):
    assert shifts == 0
    for offset in (0, mix.shape[-1] // 2):
        callback({"state": "end", "segment_offset": offset})
    sound = mix.array[0]
    return [torch.Tensor(np.stack([0.6 * sound, 0.4 * sound, 0.3 * sound, 1e-4 * sound]))]
"""
GOOD = """
print("a library that prints")
class Model: sources = ["drums", "bass", "other", "vocals"]
def get_model(name):
    assert name == "htdemucs"
    return Model()
"""
OFFLINE = """
from urllib.error import URLError
def get_model(name): raise URLError("Name or service not known")
"""
BROKEN = """
def get_model(name): raise ValueError("no such layer")
"""
ENDLESS = """
import threading
def get_model(name): threading.Event().wait()
"""


@pytest.fixture
def mix(tmp_path: Path) -> Path:
    samples = 0.3 * np.sin(np.arange(2 * RATE_HZ) * 0.05)
    path = tmp_path / "mix.wav"
    write_wav(AudioClip(samples.astype(np.float32)[None], RATE_HZ), path)
    return path


def install(folder: Path, pretrained: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a demucs and a torch of ours where Python and its children look first."""
    package = folder / "packages" / "demucs"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "pretrained.py").write_text(pretrained)
    (package / "apply.py").write_text(APPLY)
    (package.parent / "torch.py").write_text(TORCH)
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.setenv("PYTHONPATH", str(package.parent))


@pytest.mark.skipif(importlib.util.find_spec("demucs") is not None, reason="demucs is installed")
def test_without_demucs_it_says_how_to_get_it(mix: Path, tmp_path: Path) -> None:
    with pytest.raises(SeparatorMissing, match="uv sync --inexact --extra separate") as raised:
        separate(mix, tmp_path)
    assert raised.value.where == mix


def test_stems_lie_in_the_folder(mix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, GOOD, monkeypatch)
    told: list[float] = []
    stems = separate(mix, tmp_path, told.append)
    assert [(stem.name, stem.profile) for stem in stems] == [
        ("drums", "drums"),
        ("bass", "bass"),
        ("other", "auto"),
    ]  # the vocals are 80 dB below the mix: there are none
    assert told == [0.0, 0.0, 0.5]
    with AudioFile(str(stems[0].path)) as file:
        assert (file.samplerate, file.num_channels, file.frames) == (RATE_HZ, 2, 2 * RATE_HZ)
        assert np.abs(file.read(file.frames)).max() == pytest.approx(0.18, abs=0.01)


def test_weights_that_cannot_be_had(mix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, OFFLINE, monkeypatch)
    with pytest.raises(SeparatorWeightsMissing, match="Name or service not known"):
        separate(mix, tmp_path)


def test_an_error_of_its_own(mix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, BROKEN, monkeypatch)
    with pytest.raises(SeparatorFailed, match="no such layer"):
        separate(mix, tmp_path)


def test_a_process_that_dies_at_once(mix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(
        tmp_path,
        "import os, sys; sys.stderr.write('out of memory'); sys.stderr.flush(); os._exit(9)",
        monkeypatch,
    )
    with pytest.raises(SeparatorFailed, match="out of memory"):
        separate(mix, tmp_path)


def test_one_that_never_ends_is_stopped(mix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, ENDLESS, monkeypatch)
    with pytest.raises(SeparatorFailed, match=r"did not finish within 0\.5 s"):
        separate(mix, tmp_path, time_limit_s=0.5)


def test_a_listener_that_raises_ends_it(mix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, GOOD, monkeypatch)

    def closing(_done: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        separate(mix, tmp_path, closing)
