"""Each factory preset has its picture, and stands in the page of sounds with it."""

from __future__ import annotations

import struct

from tests.docs.generate import ROOT
from tests.docs.instruments import PICTURES
from tests.tools.match_levels import factory_presets

MOST_BYTES = 2_000_000
"""All together, so that a checkout stays small."""


def test_each_preset_has_its_picture_and_all_are_of_one_size() -> None:
    pictures = {path.stem: path.read_bytes() for path in PICTURES.glob("*.png")}
    assert pictures.keys() == {preset.slug for preset in factory_presets()}
    assert all(content.startswith(b"\x89PNG\r\n\x1a\n") for content in pictures.values())
    assert len({struct.unpack(">II", content[16:24]) for content in pictures.values()}) == 1
    assert sum(map(len, pictures.values())) < MOST_BYTES


def test_each_preset_stands_in_the_page() -> None:
    page = (ROOT / "docs" / "usage" / "sounds.md").read_text(encoding="utf-8")
    for preset in factory_presets():
        assert page.count(f"(../pictures/presets/{preset.slug}.png)") == 1
        assert f"[{preset.name}](../../presets/{preset.slug}.yaml)" in page
        assert preset.preset.description in page
