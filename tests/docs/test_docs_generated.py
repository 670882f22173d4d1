from __future__ import annotations

import pytest

from tests.docs.generate import ROOT, generated

EXPECTED = generated()


@pytest.mark.parametrize("file", [str(path.relative_to(ROOT)) for path in EXPECTED])
def test_the_docs_say_what_the_code_knows(file: str) -> None:
    expected = EXPECTED[ROOT / file]
    assert (ROOT / file).read_text(encoding="utf-8") == expected, "run: uv run python -m tests.docs.generate"
