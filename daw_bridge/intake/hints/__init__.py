"""What an audio file says of its session besides its sound: tempo, meter, place; each with its source."""

from daw_bridge.intake.hints.find import hints_of
from daw_bridge.intake.hints.kinds import (
    Hint,
    LengthHint,
    MarkerHint,
    MeterHint,
    OriginHint,
    RootHint,
    TempoHint,
    TimeReferenceHint,
    Trust,
)

__all__ = [
    "Hint",
    "LengthHint",
    "MarkerHint",
    "MeterHint",
    "OriginHint",
    "RootHint",
    "TempoHint",
    "TimeReferenceHint",
    "Trust",
    "hints_of",
]
