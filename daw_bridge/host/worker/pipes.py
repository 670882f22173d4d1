"""The pipes to the host, out of the reach of plugins that print or read."""

from __future__ import annotations

import os
from typing import IO


def take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """stdin and stdout for ourselves; plugins that print do so into the log."""
    commands, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return commands, replies
