"""Talk to the workers `ours.py` and `theirs.py`: a path in, an answer out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

BENCH = Path(__file__).parent
PROJECT = BENCH.parent.parent
CACHE = PROJECT / ".cache" / "bench"


class Worker:
    """A worker process, warm and waiting."""

    def __init__(self, python: Path, script: str, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(PROJECT) if script == "ours.py" else ""}
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed on exit)
        self._process = subprocess.Popen(
            [str(python), str(BENCH / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
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
            code = self._process.wait()
            self._complaints.seek(0)
            said = self._complaints.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{self._process.args!r} ended with {code} at {audio}:\n{said}")
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
        self._complaints.close()


def make_environment(*options: str) -> Path:
    """Make the bench's environment if it isn't there (`--transkun`: transkun's own); returns its python."""
    made = subprocess.run(
        ["bash", str(BENCH / "make_env.sh"), *options],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=3600,
    )
    return Path(made.stdout.strip())


def ours(job: str, *options: str) -> Worker:
    """Our code, in the environment that runs this."""
    return Worker(Path(sys.executable), "ours.py", job, *options)


def theirs(job: str) -> Worker:
    """A job of theirs.py, in the bench's environment that has what it needs."""
    python = make_environment("--transkun") if job == "transkun" else make_environment()
    return Worker(python, "theirs.py", job)
