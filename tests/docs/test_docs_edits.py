"""Each edit's page shows it as it is."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from daw_bridge.edit import EDITS
from tests.docs.edits import BETWEEN, LEFT, PICTURED, PICTURES, ROLL_WIDTH, TOP, picture_of

MOST_BYTES = 200_000


def test_each_edit_has_its_picture_and_all_are_small() -> None:
    sizes = {path.stem: path.stat().st_size for path in PICTURES.glob("*.png")}
    assert sizes.keys() == EDITS.keys() == PICTURED.keys()
    assert sum(sizes.values()) < MOST_BYTES


@pytest.mark.parametrize("name", PICTURED)
def test_a_picture_shows_what_the_edit_does_now(name: str) -> None:
    """Another Pillow may draw letters a shade otherwise."""
    kept = np.asarray(Image.open(PICTURES / f"{name}.png").convert("RGB"), np.int16)
    drawn = np.asarray(Image.open(io.BytesIO(picture_of(PICTURED[name]))).convert("RGB"), np.int16)
    assert kept.shape == drawn.shape, "run: uv run python -m tests.docs.edits"
    changed = (np.abs(kept - drawn).max(axis=2) > 40).mean()
    assert changed < 0.001, "run: uv run python -m tests.docs.edits"


@pytest.mark.parametrize("name", sorted(PICTURED.keys() - {"split"}))
def test_before_and_after_differ(name: str) -> None:
    image = np.asarray(Image.open(PICTURES / f"{name}.png").convert("RGB"))
    second = LEFT + ROLL_WIDTH + BETWEEN
    before, after = (image[TOP:, left : left + ROLL_WIDTH] for left in (LEFT, second))
    assert (before != after).any()
