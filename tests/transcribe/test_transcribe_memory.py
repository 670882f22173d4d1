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
@pytest.mark.parametrize(
    ("engine", "a_minute_mb", "network_mb"), [("bridge", 1.0, 420), ("basic-pitch", 5.7, 220)]
)
def test_memory_grows_so_slowly_that_an_hour_fits(engine: str, a_minute_mb: float, network_mb: float) -> None:
    """Eight and twenty minutes are heard; what each further minute takes is carried on to sixty.

    Beside the clip itself (5.3 MB a minute) basic-pitch keeps its posteriors (3.7), our engine keeps notes;
    the networks' own memory does not grow. Ours hears two blocks side by side.
    """
    short, long = (figures(engine, minutes) for minutes in (8, 20))
    assert long["notes"] > 1.5 * short["notes"] > 0
    a_minute = max(long["peak_mb"] - short["peak_mb"], 0.0) / 12
    assert long["peak_mb"] + 40 * a_minute < BUDGET_MB
    assert long["heard_mb"] - long["base_mb"] < 20 * (5.3 + a_minute_mb) + network_mb


def figures(engine: str, minutes: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, str(Path(memory_child.__file__)), engine, str(minutes)],
        check=True,
        capture_output=True,
        text=True,
        timeout=200,
    )
    found: dict[str, float] = {k: v for k, v in json.loads(done.stdout).items() if k != "tempo"}
    return found
