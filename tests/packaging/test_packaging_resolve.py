"""The project installs wherever the install page says that it does."""

from __future__ import annotations

import pytest

from tests.packaging.resolve import NO, PAGE, answers_in, resolve_all


@pytest.mark.slow
def test_every_python_on_every_system_resolves_as_the_install_page_says() -> None:
    cells = resolve_all()
    assert {cell.error for cell in cells if cell.answer == NO} == set()
    told = list(answers_in(PAGE.read_text(encoding="utf-8")))
    assert told == [(cell.python, cell.system, cell.answer) for cell in cells], (
        "run: uv run python -m tests.packaging.resolve --write"
    )
