"""What a process left behind when it ended: the reason, and its last words."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def exit_name(exit_code: int) -> str:
    """-6 -> "SIGABRT"; elsewhere the exit code, in hex where Windows says which exception it was."""
    if exit_code < 0:
        try:
            return signal.Signals(-exit_code).name
        except ValueError:
            return f"signal {-exit_code}"
    return f"exit code {exit_code:#x}" if os.name == "nt" else f"exit code {exit_code}"


def last_line(log: Path) -> str:
    """The last line of a log that says anything, in 200 characters at most; empty when there is none."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:  # the worker removes its folder when it ends
        return ""
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "")
