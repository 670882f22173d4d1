"""Each edit has a page that tells all its settings, and examples that are read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from daw_bridge.core.document import parse_document
from daw_bridge.core.errors import TakeInvalid
from daw_bridge.edit import EDITS
from tests.edit.parts import Written

PAGES = Path(__file__).parents[2] / "docs" / "usage" / "edits"


@pytest.mark.parametrize("name", EDITS)
def test_a_page_tells_every_setting(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    for setting, field in EDITS[name].model_fields.items():
        assert re.search(rf"^\| `{setting}` \| .* \| {re.escape(field.description or '-')} \|$", page, re.M)
    assert f"({name}.md)" in (PAGES / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*EDITS, "README"])
def test_a_pages_examples_are_read(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    edits = parse_document(example, Written, TakeInvalid, where=f"{name}.md").edits
    assert edits and (name == "README" or {edit.edit_name() for edit in edits} == {name})
