"""Which grid a take lies on, and where that is known from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from daw_bridge.core.timing import TempoMap
from daw_bridge.settings import FixedTempo


@dataclass(frozen=True)
class SessionTempo:
    """A tempo map and its source, in words for the take file and the table."""

    tempo_map: TempoMap
    source: str
    is_guess: bool = False


def resolve_tempo(
    wanted: FixedTempo | Literal["audio"],
    *,
    named_by: str,
    estimate: Callable[[], tuple[float, float] | None],
) -> SessionTempo:
    """The tempo that the user named, else the estimate (BPM and confidence 0 to 1), labelled as a guess.

    `named_by` says who named it, such as `bridge.yaml` or `--tempo`. When there is nothing to estimate from,
    120 BPM is taken and called what it is.
    """
    if isinstance(wanted, FixedTempo):
        return SessionTempo(wanted.to_map(), named_by)
    guess = estimate()
    if guess is None:
        source = "no tempo could be heard: 120 BPM is a placeholder"
        return SessionTempo(TempoMap.constant(120.0), source, is_guess=True)
    tempo_bpm, confidence = guess
    return SessionTempo(
        TempoMap.constant(tempo_bpm), f"a guess from the audio ({confidence:.0%} sure)", is_guess=True
    )
