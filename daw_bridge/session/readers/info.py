"""What a reader finds in a DAW's session file, and what a reader is."""

from __future__ import annotations

import math
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

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_beat) and math.isfinite(self.offset_s)):
            raise ValueError(f"a clip's place is a number, not {self.start_beat:g} and {self.offset_s:g}")


def named_path(text: str) -> Path:
    """A path as a session names it, by whichever system wrote it: `Samples\\Bass.wav` is in a folder too."""
    return Path(text.replace("\\", "/"))


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

    @property
    def daw(self) -> str:
        """The program's name."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """Which files in a session's folder are its sessions: `*.als`. Case does not matter."""

    def read(self, file: Path) -> SessionInfo:
        """Raises SessionFileInvalid (broken, too large, hostile) or SessionFileClosed (a format that keeps
        its tempo to itself: the advice says what to export instead)."""
