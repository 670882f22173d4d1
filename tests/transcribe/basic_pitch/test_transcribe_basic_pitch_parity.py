"""Our posteriorgrams are basic-pitch's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.transcribe.basic_pitch.engine import BasicPitch
from daw_bridge.transcribe.basic_pitch.posteriors import LOWEST_KEY
from tests.bench.parity import GOLDEN, GOLDEN_LENGTH_S, TOLERANCE, largest_difference, their_posteriors
from tests.transcribe.tones import chord_line


def test_posteriors_are_those_kept_from_basic_pitch() -> None:
    """The file is what `python -m tests.bench.parity --golden` wrote."""
    heard = BasicPitch().posteriors(chord_line(GOLDEN_LENGTH_S).clip)
    with np.load(GOLDEN) as golden:
        rows = golden["keys"] - LOWEST_KEY
        frames = golden["note"].shape[1]
        assert frames > 300, "a seam between windows is in it"
        assert float(golden["onset"].max()) > 0.8, "something is struck in it"
        np.testing.assert_allclose(heard.note[rows, :frames], golden["note"], rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(heard.onset[rows, :frames], golden["onset"], rtol=0, atol=TOLERANCE)


@pytest.mark.real
def test_posteriors_are_what_basic_pitchs_own_code_says(tmp_path: Path) -> None:
    if not os.environ.get("CI") and not shutil.which(os.environ.get("UV", "uv")):
        pytest.skip("uv is needed, to make the environment that basic-pitch's own code runs in")
    line = chord_line(12.0)
    theirs = their_posteriors(line.samples, tmp_path)
    assert largest_difference(BasicPitch().posteriors(line.clip), theirs) < TOLERANCE
