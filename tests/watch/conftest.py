"""Watched folders: told by the system, and polled."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.watch.watched import Messages, Watched


@pytest.fixture
def messages() -> Iterator[Messages]:
    handler = Messages()
    logger = logging.getLogger("daw_bridge.watch")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


@pytest.fixture(params=[False, True], ids=["notices", "poll"])
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    with ExitStack() as open_watches:
        path = tmp_path / "Bounces"
        path.mkdir()
        yield Watched(path, open_watches, poll=request.param)


@pytest.fixture
def noticed(tmp_path: Path) -> Iterator[Watched]:
    with ExitStack() as open_watches:
        path = tmp_path / "Bounces"
        path.mkdir()
        yield Watched(path, open_watches, poll=False)
