"""`key`: into the track's key."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.key import class_weights, key_fits, tell_key
from daw_bridge.core.notes import HIGHEST_PITCH, LOWEST_PITCH, Part
from daw_bridge.core.voices import fold_pitch
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.pitches import with_pitches
from daw_bridge.edit.scales import Scale


def _checked(text: str) -> str:
    Scale.parse(text)
    return text


AS_GOOD = 0.02
"""Shares of what is in the key that differ by less are the same: a judgement."""

KeyName = Annotated[str, AfterValidator(_checked)]


class Key(Edit, title="key"):
    """Moves the part to the track's key, by the shortest way; notes outside it are adjusted, dropped or kept.

    Without `heard` the part goes to where most of what sounds is in the key; of two such places it is the
    one where its weight is on the notes that the key rests on. So a part in C major stays where it is in
    A minor, which has the same notes. Fewer than eight notes tell no key and aren't moved, nor is what is
    `heard` in the key that it goes to.
    """

    short: ClassVar[str | None] = "to"
    moves_keys: ClassVar[bool] = True

    to: KeyName = Field(description="The key: `A minor`, `F# dorian`, `Bb major pentatonic`.")
    heard: KeyName | None = Field(
        None, description="The key that the bounce is in; without it the part's notes tell."
    )
    outside: Literal["adjust", "drop", "keep"] = Field(
        "adjust", description="Notes outside the key: to its nearest note, left out, or as they are."
    )

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        scale = Scale.parse(self.to)
        shift = self._shift(part, scale)

        def pitch_for(pitch: int) -> int | None:
            pitch += shift
            if pitch not in scale and self.outside != "keep":
                if self.outside == "drop":
                    return None
                pitch = scale.nearest(pitch)
            return fold_pitch(pitch, LOWEST_PITCH, HIGHEST_PITCH)

        return with_pitches(part, pitch_for)

    def _shift(self, part: Part, scale: Scale) -> int:
        """Semitones, -6 to 5."""
        if self.heard is not None:
            return (scale.tonic - Scale.parse(self.heard).tonic + 6) % 12 - 6
        weights = class_weights(part.notes)
        if not tell_key(part.notes, weights):
            return 0
        inside = np.array([key % 12 in scale for key in range(12)])
        fits = np.nan_to_num(key_fits(weights)[12:] if scale.is_minor else key_fits(weights)[:12])
        shares = {shift: float(np.roll(weights, shift)[inside].sum()) for shift in range(-6, 6)}
        good = [shift for shift, share in shares.items() if share > max(shares.values()) - AS_GOOD]
        return max(good, key=lambda shift: (float(fits[(scale.tonic - shift) % 12]), -abs(shift)))
