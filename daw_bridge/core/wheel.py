"""Bends on MIDI's pitch wheel: how far it reaches, where it stands."""

from __future__ import annotations

from collections.abc import Iterable

from daw_bridge.core.notes import Bend

WHEEL_CENTRE = 8192

BEND_RANGES = (2, 12, 24, 48)
"""Semitones either way. Two is what every instrument begins with, and where it stays if it ignores RPN 0."""

DATA_ENTRY, DATA_ENTRY_FINE, PARAMETER_LSB, PARAMETER_MSB = 6, 38, 100, 101


def bend_range(bends: Iterable[Bend]) -> int:
    """The smallest of `BEND_RANGES` that holds every bend."""
    widest = max((abs(bend.semitones) for bend in bends), default=0.0)
    return next((semitones for semitones in BEND_RANGES if widest <= semitones), BEND_RANGES[-1])


def wheel_position(semitones: float, range_semitones: int) -> int:
    """Semitones -> 0 to 16383, 8192 in the middle."""
    return min(max(WHEEL_CENTRE + round(semitones / range_semitones * WHEEL_CENTRE), 0), 0x3FFF)


def bend_range_controls(range_semitones: int) -> tuple[tuple[int, int], ...]:
    """Controllers and their values that declare the range: RPN 0 (pitch bend sensitivity), then no RPN."""
    return (
        (PARAMETER_MSB, 0),
        (PARAMETER_LSB, 0),
        (DATA_ENTRY, range_semitones),
        (DATA_ENTRY_FINE, 0),
        (PARAMETER_MSB, 127),
        (PARAMETER_LSB, 127),
    )
