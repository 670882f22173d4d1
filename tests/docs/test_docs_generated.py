from __future__ import annotations

import re

import pytest

from daw_bridge.core.errors import BridgeError, InternalError
from tests.docs.generate import ROOT, generated

EXPECTED = generated()


@pytest.mark.parametrize("file", [str(path.relative_to(ROOT)) for path in EXPECTED])
def test_the_docs_say_what_the_code_knows(file: str) -> None:
    expected = EXPECTED[ROOT / file]
    assert (ROOT / file).read_text(encoding="utf-8") == expected, "run: uv run python -m tests.docs.generate"


def test_the_exit_codes_are_those_of_the_errors() -> None:
    table = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    first, last, internal = map(int, re.findall(r"\| (\d+) to (\d+), (\d+) \|", table)[0])
    codes = {kind.exit_code for kind in _kinds(BridgeError) if kind.__module__ == BridgeError.__module__}
    assert codes == {*range(first, last + 1), internal}
    assert internal == InternalError.exit_code


def _kinds(kind: type[BridgeError]) -> list[type[BridgeError]]:
    return [each for below in kind.__subclasses__() for each in (below, *_kinds(below))]
