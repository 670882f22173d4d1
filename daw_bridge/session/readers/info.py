"""What a reader finds in a DAW's session file, and what a reader is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from daw_bridge.core.grid import Grid
from daw_bridge.core.timing import LOWEST_BPM

FURTHEST_BEAT = 1e7
"""How far from bar 1 anything of a session may lie: seven days at 999 BPM. What is further is damage, and no
arithmetic here has to bear it."""
FURTHEST_S = FURTHEST_BEAT * 60.0 / LOWEST_BPM
"""The same of what is said in seconds."""


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
        _check("a clip lies", self.start_beat, FURTHEST_BEAT, "beats from bar 1")
        _check("a clip begins", self.offset_s, FURTHEST_S, "seconds into its file")


def _check(what: str, place: float, furthest: float, unit: str) -> None:
    if not -furthest <= place <= furthest:  # nor is it, when the place is no number
        raise ValueError(f"{what} {place:g} {unit}, where no session reaches")


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

    def __post_init__(self) -> None:
        tempo, meters = self.grid.tempo.changes[-1], self.grid.meters.changes[-1]  # their beats rise
        for beat in (tempo.beat, meters.beat):
            _check("a change of tempo or meter lies", beat, FURTHEST_BEAT, "beats from bar 1")
        if self.start_s is not None:
            _check("the session starts", self.start_s, FURTHEST_S, "seconds after midnight")


def newer_than_known(version: str | None, newest: int) -> tuple[str, ...]:
    """A note for a session whose format's major version is higher than any that the reader was made for."""
    found = re.match(r"\d{1,9}", version or "")
    if found is None or int(found[0]) <= newest:
        return ()
    return (f"its format is version {found[0]}, newer than is known here: see that tempo and bars are right",)


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
