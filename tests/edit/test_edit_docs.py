"""Each edit's page gives examples that are read. What else it says is written from the code (tests/docs)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from daw_bridge.core.document import parse_document
from daw_bridge.core.errors import TakeInvalid
from daw_bridge.edit import EDITS
from tests.edit.parts import Written

PAGES = Path(__file__).parents[2] / "docs" / "usage" / "edits"


def test_each_edit_has_its_page() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == {*EDITS, "README"}


@pytest.mark.parametrize("name", [*EDITS, "README"])
def test_a_pages_examples_are_read(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    edits = parse_document(example, Written, TakeInvalid, where=f"{name}.md").edits
    assert edits and (name == "README" or {edit.edit_name() for edit in edits} == {name})
