"""Scales by name: a tonic and the steps above it."""

from __future__ import annotations

from dataclasses import dataclass

from daw_bridge.core.document import did_you_mean
from daw_bridge.core.notes import parse_pitch

STEPS: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
}
"""Semitones above the tonic; `minor` is natural minor.

The seven modes are those of Persichetti, "Twentieth-Century Harmony" (Norton 1961), chapter 2; melodic minor
as it ascends, the pentatonics and the blues scale those of Levine, "The Jazz Theory Book" (Sher 1995).
"""


@dataclass(frozen=True)
class Scale:
    """`tonic` is a pitch class (0 is C), `steps` are semitones above it."""

    tonic: int
    steps: tuple[int, ...]

    @staticmethod
    def parse(text: str) -> Scale:
        """ "A minor", "F# dorian", "Bb major pentatonic". Raises ValueError."""
        tonic, _, mode = text.strip().partition(" ")
        mode = " ".join(mode.casefold().split())
        try:
            pitch = parse_pitch(f"{tonic}3")
        except ValueError:
            raise ValueError(f"{text!r} is no key; write A minor, F# dorian or Bb major") from None
        if mode not in STEPS:
            raise ValueError(f"{text!r} is no key. {did_you_mean(mode, STEPS)}")
        return Scale(pitch % 12, STEPS[mode])

    def __contains__(self, pitch: int) -> bool:
        return (pitch - self.tonic) % 12 in self.steps

    @property
    def is_minor(self) -> bool:
        """Whether its third is minor."""
        return 3 in self.steps

    def nearest(self, pitch: int) -> int:
        """The pitch of the scale nearest to `pitch`.

        Of two as near the lower in scales with a minor third, where the raised notes of major are
        strange, and the upper in others.
        """
        towards = -1 if self.is_minor else 1
        return min(
            (pitch + shift for shift in range(-6, 7) if pitch + shift in self),
            key=lambda near: (abs(near - pitch), (pitch - near) * towards),
        )
