"""An hour is transcribed in under 1 GB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.transcribe import memory_child

BUDGET_MB = 1000


@pytest.mark.slow
def test_memory_grows_so_slowly_that_an_hour_fits() -> None:
    """Two and eight minutes are heard; what each further minute takes is carried on to sixty."""
    short, long = (figures(minutes) for minutes in (2, 8))
    assert long["notes"] > 2 * short["notes"] > 0
    a_minute = max(long["peak_mb"] - short["peak_mb"], 0.0) / 6
    assert long["peak_mb"] + 52 * a_minute < BUDGET_MB
    # Beside the clip itself (5.3 MB a minute) and its posteriors (3.7): a little for all else.
    assert long["heard_mb"] - long["base_mb"] < 8 * (5.3 + 3.7 + 2.0) + 100


def figures(minutes: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, str(Path(memory_child.__file__)), str(minutes)],
        check=True,
        capture_output=True,
        text=True,
        timeout=200,
    )
    found: dict[str, float] = {k: v for k, v in json.loads(done.stdout).items() if k != "tempo"}
    return found
