"""Which grid a take lies on, and where that is known from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.session.newest import reader_of
from daw_bridge.session.readers import SessionInfo
from daw_bridge.session.readers.midi_map import MidiTempoMap
from daw_bridge.settings import FixedTempo, ListenedTempo, TempoFile

WantedTempo = FixedTempo | TempoFile | ListenedTempo | Literal["session", "audio"]

PLACEHOLDER_BPM = 120.0


@dataclass(frozen=True)
class SessionGrid:
    """A session's grid and its source, in words for the take file and the table."""

    grid: Grid
    source: str
    is_guess: bool = False
    first_beat_s: float | None = None
    """Where a guessed grid's first beat lies in the bounce, when that is likely enough to say."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class TempoGuess:
    """BPM and confidence (0 to 1); where the first beat lies, in seconds, and how likely that is."""

    tempo_bpm: float
    confidence: float
    first_beat_s: float = 0.0
    beat_confidence: float = 0.0


@dataclass(frozen=True)
class LiveTempo:
    """What was heard while the bounce was made, and from whom: `Ableton Link, 97 BPM, 2 peers`."""

    tempo_bpm: float
    source: str
    is_guess: bool = False
    """Whether it was heard at another time."""


@dataclass(frozen=True)
class FileHints:
    """What a bounce's own file says: a tempo, a meter, and when it was recorded in seconds after midnight."""

    tempo_bpm: float | None = None
    tempo_source: str = ""
    time_signature: TimeSignature | None = None
    clock_s: float | None = None


NO_HINTS = FileHints()

APART = 0.005
"""By so much of a tempo, Link or a clock say another than the session file, and not the same more roughly."""

LIKELY_BEAT = 0.4
"""First beats that are this likely are right nine times in ten, on validation stems of known tempo."""


def is_heard(
    wanted: WantedTempo, session: SessionInfo | None, hints: FileHints, live: LiveTempo | None = None
) -> bool:
    """Whether `resolve_grid` asks for an estimate: nothing else tells the tempo."""
    if isinstance(wanted, FixedTempo | TempoFile):
        return False
    return wanted == "audio" or (session is None and live is None and hints.tempo_bpm is None)


def resolve_grid(
    wanted: WantedTempo,
    *,
    named_by: str,
    session: SessionInfo | None,
    estimate: Callable[[], TempoGuess | None],
    hints: FileHints = NO_HINTS,
    live: LiveTempo | None = None,
    folder: Path = Path(),
) -> SessionGrid:
    """The grid that the user named, the session file's, what was heard live where that is wanted, the
    bounce's own word, or an estimate.

    The last two are labelled as guesses. `named_by` says who named it, such as `bridge.yaml` or `--tempo`; a
    tempo file's name counts from `folder`. When there is nothing to estimate from, 120 BPM is taken and
    called what it is. Raises SessionFileInvalid for a tempo file that can't be read.
    """
    if isinstance(wanted, FixedTempo):
        return SessionGrid(wanted.to_grid(), named_by)
    if isinstance(wanted, TempoFile):
        file = folder / Path(wanted.file).expanduser()
        grid = (reader_of(file) or MidiTempoMap()).read(file).grid
        return SessionGrid(grid, f"the tempo map {file.name}, named by {named_by}")
    if wanted != "audio" and session is not None:
        source = f"{session.daw}: {session.file.name}"
        return SessionGrid(session.grid, source, warnings=_disagreement(session, live))
    why = ""
    warnings: tuple[str, ...] = ()
    if wanted == "session":
        why = "no session is known: "
    elif isinstance(wanted, ListenedTempo):
        if live is not None:
            named = wanted.time_signature
            meter = TimeSignature.parse(named) if named else hints.time_signature
            return SessionGrid(Grid.constant(live.tempo_bpm, meter), live.source, live.is_guess)
        why = f"no {wanted.what} was heard: "
        warnings = (f"No {wanted.what} was heard when this was bounced: another tempo stands in.",)
    if wanted != "audio" and hints.tempo_bpm is not None:
        grid = Grid.constant(hints.tempo_bpm, hints.time_signature)
        return SessionGrid(grid, f"{why}{hints.tempo_source}", is_guess=True, warnings=warnings)
    guess = estimate()
    if guess is None:
        source = f"{why}no tempo could be heard: {PLACEHOLDER_BPM:g} BPM is a placeholder"
        return SessionGrid(Grid.constant(PLACEHOLDER_BPM), source, is_guess=True, warnings=warnings)
    return SessionGrid(
        Grid.constant(guess.tempo_bpm),
        f"{why}a guess from the audio ({guess.confidence:.0%} sure)",
        is_guess=True,
        first_beat_s=guess.first_beat_s if guess.beat_confidence >= LIKELY_BEAT else None,
        warnings=warnings,
    )


def _disagreement(session: SessionInfo, live: LiveTempo | None) -> tuple[str, ...]:
    """A set that was not saved since its tempo was changed."""
    if live is None:
        return ()
    tempi = [change.tempo_bpm for change in session.grid.tempo.changes]
    if min(tempi) * (1 - APART) <= live.tempo_bpm <= max(tempi) * (1 + APART):
        return ()
    return (
        f"{session.file.name} holds, and says another tempo than was heard ({live.source}): save it in the "
        "DAW, and bounce again.",
    )
