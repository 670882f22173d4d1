"""The wheel, installed as a user would install it, into an environment and used from a folder of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from pedalboard.io import AudioFile

from daw_bridge.core.audio import Samples
from daw_bridge.transcribe import DEFAULT_ENGINE, engine
from daw_bridge.transcribe.bridge.engine import MODEL, ORGAN, find_model
from tests.intake.files import write_audio
from tests.packaging.uv import ROOT, project, run_uv, write_overrides

pytestmark = pytest.mark.slow

MOST_BYTES = 400_000_000
RATE_HZ = 44_100


@dataclass(frozen=True)
class Installed:
    """A fresh environment with the wheel in it, and a folder to work in."""

    wheel: Path
    environment: Path
    folder: Path

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the environment's own commands; nothing of this checkout is on its path."""
        scripts = self.environment / ("Scripts" if sys.platform == "win32" else "bin")
        hidden = ("PYTHONPATH", "VIRTUAL_ENV")
        ran = subprocess.run(
            [scripts / command, *arguments],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if name not in hidden}
            | {"HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")},
            capture_output=True,
            text=True,
            timeout=280,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran

    def python(self, code: str) -> str:
        """What this code prints."""
        return self.run("python", "-c", code).stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("packaging")
    work, environment = folder / "work", folder / "environment"
    work.mkdir()
    for step in (
        ("build", "--wheel", "--out-dir", folder),
        ("venv", "--python", sys.executable, environment),
    ):
        ran = run_uv(*step)
        assert ran.returncode == 0, ran.stderr
    (wheel,) = folder.glob("*.whl")
    ran = run_uv("pip", "install", "--python", environment, "--overrides", write_overrides(folder), wheel)
    assert ran.returncode == 0, ran.stderr
    return Installed(wheel, environment, work)


def test_nothing_that_was_taken_out_comes_back(installed: Installed) -> None:
    ran = run_uv("pip", "list", "--python", installed.environment, "--format", "json")
    names = {package["name"] for package in json.loads(ran.stdout)}
    overridden = {line.split(";")[0].strip() for line in project()["tool"]["uv"]["override-dependencies"]}
    assert {"tensorflow", "librosa", "scipy"} <= overridden
    assert names & (overridden | {"numba", "llvmlite"}) == set()
    assert {"daw-bridge", "basic-pitch", "pedalboard", "dawdreamer", "onnxruntime"} <= names


def test_the_environment_stays_small(installed: Installed) -> None:
    files = [path for path in installed.environment.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


def test_the_factory_presets_are_in_the_wheel(installed: Installed) -> None:
    found = installed.python(
        "from daw_bridge.presets import PresetLibrary, factory_folder\n"
        "print(*PresetLibrary([factory_folder()]).slugs())"
    ).split()
    assert found == sorted(path.stem for path in (ROOT / "presets").glob("*.yaml"))
    assert len(found) >= 12


def test_it_is_typed_for_those_who_build_on_it(installed: Installed) -> None:
    printed = installed.python("import daw_bridge; print(daw_bridge.__file__, daw_bridge.version())")
    assert printed.startswith(str(installed.environment))
    assert project()["project"]["version"] in printed
    assert (Path(printed.split()[0]).with_name("py.typed")).is_file()


def test_help_loads_nothing_heavy(installed: Installed) -> None:
    code = (
        "import sys\n"
        "from daw_bridge.cli import main\n"
        "from daw_bridge.cli.overview import NAMES\n"
        "for name in ['', *NAMES]:\n"
        "    sys.argv = ['daw-bridge', *name.split(), '--help']\n"
        "    try: main()\n"
        "    except SystemExit as end: assert not end.code, end.code\n"
        "print(*sys.modules)"
    )
    printed = installed.python(code)
    assert "convert" in printed
    loaded = set(printed.splitlines()[-1].split())
    assert loaded & {"pedalboard", "dawdreamer", "onnxruntime", "mido", "watchdog", "numpy"} == set()


def bass_line() -> Samples:
    """Four plucked saw notes, half a second each."""
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    notes = []
    for pitch in (36, 43, 40, 48):
        phase = 440.0 * 2 ** ((pitch - 69) / 12) * time_s
        partials = [np.sin(2 * np.pi * n * phase) / n for n in range(1, 9)]
        notes.append(0.3 * np.sum(partials, axis=0) * np.exp(-3 * time_s) * np.minimum(time_s / 0.005, 1.0))
    return np.concatenate(notes)[np.newaxis].astype(np.float32)


def test_a_stem_is_converted_from_another_folder(installed: Installed) -> None:
    stem = write_audio(installed.folder / "bass.wav", bass_line())
    ran = installed.run(
        *("daw-bridge", "convert", stem.name, "--preset", "fat-analog-sub", "--tempo", "120"),
        *("--deliver", "takes", "--json"),
    )
    told = json.loads(ran.stdout)
    take = installed.folder / "takes" / "bass"
    delivered = {path.name for path in take.iterdir()}
    assert {"bass.mid", "bass.png", "bass - Fat Analog Sub.wav", "bass.take.yaml"} == delivered
    assert "bass.mid" in json.dumps(told)
    assert (take / "bass.mid").read_bytes().startswith(b"MThd")
    with AudioFile(str(take / "bass - Fat Analog Sub.wav")) as rendered:
        assert rendered.samplerate == RATE_HZ
        assert rendered.duration >= 2.0
        assert 0.01 < np.abs(rendered.read(rendered.frames)).max() <= 1.0


def test_this_environment_is_as_small(installed: Installed) -> None:
    """The tests run in one that `uv sync` made: there too, the overrides hold."""
    assert [
        name for name in ("tensorflow", "librosa", "numba", "scipy") if importlib.util.find_spec(name)
    ] == []


def test_our_models_are_in_the_wheel(installed: Installed) -> None:
    printed = installed.python(
        "from daw_bridge.transcribe import DEFAULT_ENGINE, engine\n"
        "from daw_bridge.transcribe.bridge.engine import MODEL, ORGAN, find_model\n"
        "print(engine(DEFAULT_ENGINE).version, find_model(MODEL), find_model(ORGAN))"
    )
    version, *models = printed.split()
    for name, model in zip((MODEL, ORGAN), models, strict=True):
        assert Path(model).read_bytes() == find_model(name).read_bytes()
    assert version == engine(DEFAULT_ENGINE).version
