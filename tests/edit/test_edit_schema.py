"""How edits are written, and what is said of mistakes."""

from __future__ import annotations

import pytest

from daw_bridge.core.document import parse_document
from daw_bridge.core.errors import PresetInvalid
from daw_bridge.edit.fold import Fold
from daw_bridge.edit.humanize import Humanize
from daw_bridge.edit.quantize import Quantize
from daw_bridge.edit.transpose import Transpose
from tests.edit.parts import Written

GOOD = """
edits:
  - quantize: {grid: 1/8t, strength: 80 %}
  - transpose: 12
  - humanize
  - fold: E0..E3
"""
BAD = """
edits:
  - quantise: 1/16
  - quantize: {gird: 1/16}
  - quantize:
      strength: 120 %
  - fold
  - delay: 3 %
  - {swing: 60 %, transpose: 3}
  - 7
"""


def test_an_entry_is_a_name_with_or_without_settings() -> None:
    written = parse_document(GOOD, Written, PresetInvalid, where="x.yaml")
    assert written.edits == (
        Quantize(grid=4 / 8 * 2 / 3, strength=0.8),
        Transpose(semitones=12),
        Humanize(),
        Fold.model_validate({"range": "E0..E3"}),
    )


def test_what_was_read_is_dumped_as_it_is_written() -> None:
    written = parse_document(GOOD, Written, PresetInvalid, where="x.yaml")
    dumped = written.model_dump(mode="json")
    assert list(dumped["edits"][1]) == ["transpose"]
    assert Written.model_validate(dumped) == written


def test_every_mistake_is_said_with_its_line() -> None:
    with pytest.raises(PresetInvalid) as caught:
        parse_document(BAD, Written, PresetInvalid, where="x.yaml")
    lines = str(caught.value).splitlines()[1:-1]
    assert [line.split(":")[0].strip() for line in lines] == [f"line {n}" for n in (3, 4, 6, 7, 8, 9, 10)]
    for line, said in zip(
        lines,
        (
            'Did you mean "quantize"?',
            'quantize.gird: unknown key. Did you mean "grid"?',
            "quantize.strength",
            "range: is missing",
            "is no note value",
            "names one edit",
            "names one edit",
        ),
        strict=True,
    ):
        assert said in line


def test_an_editor_can_complete_names_and_settings() -> None:
    items = Written.model_json_schema()["properties"]["edits"]["items"]
    assert "quantize" in items["anyOf"][0]["enum"]
    assert "$ref" in items["anyOf"][1]["properties"]["quantize"]["anyOf"][0]
