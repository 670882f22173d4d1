"""Which grid a take lies on, and where that is known from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from daw_bridge.core.grid import Grid
from daw_bridge.settings import FixedTempo


@dataclass(frozen=True)
class SessionTempo:
    """A grid and its source, in words for the take file and the table."""

    grid: Grid
    source: str
    is_guess: bool = False
    first_beat_s: float | None = None
    """Where a guessed grid's first beat lies in the bounce, when that is likely enough to say."""


@dataclass(frozen=True)
class TempoGuess:
    """BPM and confidence (0 to 1); where the first beat lies, in seconds, and how likely that is."""

    tempo_bpm: float
    confidence: float
    first_beat_s: float = 0.0
    beat_confidence: float = 0.0


LIKELY_BEAT = 0.4
"""First beats that are this likely are right nine times in ten, on validation stems of known tempo."""


def resolve_tempo(
    wanted: FixedTempo | Literal["audio"],
    *,
    named_by: str,
    estimate: Callable[[], TempoGuess | None],
) -> SessionTempo:
    """The tempo that the user named, else the estimate, labelled as a guess.

    `named_by` says who named it, such as `bridge.yaml` or `--tempo`. When there is nothing to estimate from,
    120 BPM is taken and called what it is.
    """
    if isinstance(wanted, FixedTempo):
        return SessionTempo(wanted.to_grid(), named_by)
    guess = estimate()
    if guess is None:
        source = "no tempo could be heard: 120 BPM is a placeholder"
        return SessionTempo(Grid.constant(120.0), source, is_guess=True)
    return SessionTempo(
        Grid.constant(guess.tempo_bpm),
        f"a guess from the audio ({guess.confidence:.0%} sure)",
        is_guess=True,
        first_beat_s=guess.first_beat_s if guess.beat_confidence >= LIKELY_BEAT else None,
    )
