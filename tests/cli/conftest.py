"""The console script in a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


@dataclass(frozen=True)
class Shell:
    """Runs `daw-bridge` in `folder`."""

    folder: Path
    home: Path

    def __call__(self, *arguments: str | Path) -> Ended:
        home = str(self.home)
        environment = {"HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home, "COLUMNS": "200"}
        done = subprocess.run(
            [sys.executable, "-m", "daw_bridge", *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def daw_bridge(tmp_path: Path) -> Shell:
    (tmp_path / "here").mkdir()
    (tmp_path / "home").mkdir()
    return Shell(tmp_path / "here", tmp_path / "home")
