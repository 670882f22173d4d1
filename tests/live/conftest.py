"""A JACK server for a file of tests: real MIDI ports."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.live.jack import is_there, running_jack


@pytest.fixture(scope="module")
def jack() -> Iterator[dict[str, str]]:
    """The environment of a server with its dummy driver, which this process has too."""
    if not is_there():
        reason = "jackd is missing: Debian's package jackd2 has it (tests/run.sh installs it)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with running_jack() as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield environment
