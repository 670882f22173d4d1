"""Where in the session a bounce begins, and where that is known from.

In order of trust: what the user says, the clip that plays the file in the session, the recording's own
time stamp less the session's start, and bar 1 when nothing is known.
"""

from __future__ import annotations

import filecmp
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import NEARLY, Position
from daw_bridge.session.readers import Clip, SessionInfo


@dataclass(frozen=True)
class NamedPlace:
    """A place that the user gave, and where: `--at`, `bridge.yaml`."""

    position: Position
    named_by: str


@dataclass(frozen=True)
class Place:
    """The beat at which a bounce begins, counted from bar 1, and its source in words."""

    beat: float
    source: str
    is_known: bool = True


STAMPED_WITHIN_S = 2 / 44_100
"""A time stamp is a whole sample, rounded or cut."""
SIXTEENTH = 0.25

NOT_KNOWN = "not known: taken to start on bar 1"


def find_place(
    bounce: Path,
    grid: Grid,
    *,
    named: NamedPlace | None = None,
    session: SessionInfo | None = None,
    clock_s: float | None = None,
    session_start_s: float | None = None,
) -> Place:
    """`clock_s` is the file's own time stamp, in seconds after midnight (bext); `session_start_s` is what
    bar 1 reads on that clock, where the user says it or the session file does."""
    if named is not None:
        beat = grid.meters.beat_of(named.position)
        meant = grid.meters.position_at(beat)
        other = f" as {named.position}, which is {meant}" if meant != named.position else ""
        return Place(beat, f"named by {named.named_by}{other}")
    if session is not None and (found := _in_session(bounce, session)):
        return found
    start_s = session_start_s
    if start_s is None and session is not None:
        start_s = session.start_s
    if clock_s is not None and start_s is not None and clock_s >= start_s:
        return Place(
            _stamped_beat(grid, clock_s - start_s),
            f"the file's time stamp ({_clock(clock_s)}) less the session's start ({_clock(start_s)})",
        )
    return Place(0.0, NOT_KNOWN + _of_no_use(clock_s, start_s), is_known=False)


def _stamped_beat(grid: Grid, time_s: float) -> float:
    """The beat at a time stamp: on the bar line or the sixteenth that it means, not a sample beside it."""
    beat = max(grid.tempo.beat_at(time_s), 0.0)
    bar = grid.meters.bar_at(beat)
    lines = (grid.meters.start_of(bar + 1), grid.meters.start_of(bar), round(beat / SIXTEENTH) * SIXTEENTH)
    near = (line for line in lines if abs(grid.tempo.time_at(line) - time_s) <= STAMPED_WITHIN_S)
    return next(near, beat)


def _of_no_use(clock_s: float | None, start_s: float | None) -> str:
    """Why a time stamp that is there places nothing."""
    if clock_s is None:
        return ""
    if start_s is None:
        return f"; its time stamp says {_clock(clock_s)}, so `session_start:` in bridge.yaml would place it"
    return f"; its time stamp ({_clock(clock_s)}) lies before the session's start ({_clock(start_s)})"


def _in_session(bounce: Path, session: SessionInfo) -> Place | None:
    """By the clip that plays this very file; of several the earliest."""
    starts = [
        _file_start(clip, session.grid)
        for clip in session.clips
        if _same_file(bounce, clip.file, session.file.parent)
    ]
    if not starts:
        return None
    several = f", the earliest of {len(starts)} clips" if len(starts) > 1 else ""
    source = f"its clip in {session.file.name}{several}"
    if max(starts) < -NEARLY:
        return Place(0.0, f"before bar 1, by {source}: taken to start on bar 1", is_known=False)
    return Place(max(min(start for start in starts if start >= -NEARLY), 0.0), source)


def _file_start(clip: Clip, grid: Grid) -> float:
    """The beat at which the file's first sample would sound; a clip may begin later in its file."""
    return grid.tempo.beat_at(grid.tempo.time_at(clip.start_beat) - clip.offset_s)


def _same_file(bounce: Path, named: Path, folder: Path) -> bool:
    """The bounce itself or a copy: many DAWs put one into the session's folder.

    A session moves between machines, so of a file that isn't there the name is what counts.
    """
    if _plain(named.name) != _plain(bounce.name):
        return False
    there = named if named.is_absolute() else folder / named
    try:
        if not there.exists():
            return True
        return there.samefile(bounce) or filecmp.cmp(there, bounce, shallow=False)
    except OSError:  # a path that no system takes, or nobody may look at: not one that we were given
        return False


def _plain(name: str) -> str:
    """Whatever its case, and however its accents are written: macOS takes them apart."""
    return unicodedata.normalize("NFC", name).casefold()


def _clock(time_s: float) -> str:
    minutes, seconds = divmod(round(time_s, 3), 60)
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}:{seconds:06.3f}".rstrip("0").rstrip(".")
