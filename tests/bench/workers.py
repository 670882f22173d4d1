"""Talk to the workers `ours.py` and `theirs.py`: a path in, an answer out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

BENCH = Path(__file__).parent
PROJECT = BENCH.parent.parent


class Worker:
    """A worker process, warm and waiting."""

    def __init__(self, python: Path, script: str, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(PROJECT) if script == "ours.py" else ""}
        self._process = subprocess.Popen(
            [str(python), str(BENCH / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )

    def ask(self, audio: Path) -> dict[str, Any]:
        """The worker's answer for this file. Raises RuntimeError when it has none."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{audio}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended with {self._process.wait()} at {audio}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


def make_environment() -> Path:
    """Make the bench's environment if it isn't there; returns its python."""
    made = subprocess.run(
        ["bash", str(BENCH / "make_env.sh")], check=True, stdout=subprocess.PIPE, text=True, timeout=600
    )
    return Path(made.stdout.strip())


def ours(job: str, *options: str) -> Worker:
    """Our code, in the environment that runs this."""
    return Worker(Path(sys.executable), "ours.py", job, *options)


def theirs(job: str) -> Worker:
    """basic-pitch's code, in the bench's environment."""
    return Worker(make_environment(), "theirs.py", job)
