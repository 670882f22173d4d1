"""What an audio file can say of the session that it is from, and how far that is to be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

from daw_bridge.core.meters import TimeSignature
from daw_bridge.core.timing import HIGHEST_BPM, LOWEST_BPM


class Trust(IntEnum):
    """Who wrote it; more is better."""

    NAME = 1
    """The file's name: often that of the loop from which it was made. A guess."""
    TAG = 2
    """Tags for listeners, by any program."""
    LOOP = 3
    """What samplers go by, by whichever program cut the loop."""
    RECORDING = 4
    """What recorders and DAWs write for one another."""


@dataclass(frozen=True, kw_only=True)
class Hint:
    """`source` says in words where it stands: `the acid chunk`."""

    source: str
    trust: Trust


@dataclass(frozen=True, kw_only=True)
class TempoHint(Hint):
    """Quarter notes a minute."""

    tempo_bpm: float


@dataclass(frozen=True, kw_only=True)
class MeterHint(Hint):
    """A time signature."""

    time_signature: TimeSignature


@dataclass(frozen=True, kw_only=True)
class LengthHint(Hint):
    """How many beats the file is long."""

    beats: int


@dataclass(frozen=True, kw_only=True)
class RootHint(Hint):
    """The MIDI key at which it sounds as recorded; 60 is middle C, and what many programs write unasked."""

    pitch: int


@dataclass(frozen=True, kw_only=True)
class TimeReferenceHint(Hint):
    """The first sample's place in frames since midnight, not since the session's start."""

    frames: int
    rate_hz: int

    @property
    def clock_s(self) -> float:
        """Seconds after midnight."""
        return self.frames / self.rate_hz


@dataclass(frozen=True, kw_only=True)
class OriginHint(Hint):
    """What made the file, and what it says of it; either may be empty."""

    originator: str
    description: str


@dataclass(frozen=True, kw_only=True)
class MarkerHint(Hint):
    """A named place in the file, in frames from its first sample."""

    name: str
    frames: int


def tempo_hint(value: float | str, source: str, trust: Trust) -> tuple[TempoHint, ...]:
    """One hint, or none for what is no tempo: words, 0, or beyond 10 to 999 BPM."""
    try:
        tempo_bpm = float(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except ValueError:
        return ()
    if not (math.isfinite(tempo_bpm) and LOWEST_BPM <= tempo_bpm <= HIGHEST_BPM):
        return ()
    return (TempoHint(source=source, trust=trust, tempo_bpm=tempo_bpm),)


def meter_hint(numerator: int, denominator: int, source: str, trust: Trust) -> tuple[MeterHint, ...]:
    """One hint, or none for what is no time signature."""
    try:
        time_signature = TimeSignature(numerator, denominator)
    except ValueError:
        return ()
    return (MeterHint(source=source, trust=trust, time_signature=time_signature),)


def root_hint(pitch: int, source: str) -> tuple[RootHint, ...]:
    """One hint, or none for what is no MIDI key."""
    return (RootHint(source=source, trust=Trust.LOOP, pitch=pitch),) if 0 < pitch < 128 else ()
