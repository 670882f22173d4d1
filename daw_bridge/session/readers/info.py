"""What a reader finds in a DAW's session file, and what a reader is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from daw_bridge.core.grid import Grid


@dataclass(frozen=True)
class Clip:
    """An audio file's place in the arrangement.

    `file` is as the session names it: absolute, or relative to the session's folder. `start_beat` is that of
    the clip itself; a clip that begins later in its file says so in `offset_s`, seconds into the file.
    """

    file: Path
    start_beat: float
    offset_s: float = 0.0


@dataclass(frozen=True)
class SessionInfo:
    """What a session file says. Beat 0 is the session's first bar line, bar 1."""

    file: Path
    daw: str
    """Program and version, as far as known: `Ableton Live 12.1`."""
    grid: Grid
    rate_hz: int | None = None
    clips: tuple[Clip, ...] = ()
    start_s: float | None = None
    """Where the session starts on the clock that bext time references count by, in seconds after midnight."""
    notes: tuple[str, ...] = ()
    """What a user should know: `only the initial tempo is stored`, `5 sets: the newest is read`."""


class Reader(Protocol):
    """Reads one kind of session file; one module a DAW, listed in `readers.READERS`."""

    daw: str
    patterns: tuple[str, ...]
    """Which files in a session's folder are its sessions: `*.als`. Case does not matter."""

    def read(self, file: Path) -> SessionInfo:
        """Raises SessionFileInvalid (broken, too large, hostile) or SessionFileClosed (a format that keeps
        its tempo to itself: the advice says what to export instead)."""
