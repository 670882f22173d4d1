"""`key`: into the track's key."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import HIGHEST_PITCH, LOWEST_PITCH, Part
from daw_bridge.core.voices import fold_pitch
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.pitches import with_pitches
from daw_bridge.edit.scales import Scale


def _checked(text: str) -> str:
    Scale.parse(text)
    return text


KeyName = Annotated[str, AfterValidator(_checked)]


class Key(Edit, title="key"):
    """Transposes the part from the key it was heard in, if one is given, to another, by the shortest way.

    Then notes outside that key are adjusted, dropped or kept.
    """

    short: ClassVar[str | None] = "to"

    to: KeyName = Field(description="The key: `A minor`, `F# dorian`, `Bb major pentatonic`.")
    heard: KeyName | None = Field(
        None, description="The key that the bounce is in; without it nothing is transposed."
    )
    outside: Literal["adjust", "drop", "keep"] = Field(
        "adjust", description="Notes outside the key: to its nearest note, left out, or as they are."
    )

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """See the class."""
        scale = Scale.parse(self.to)
        shift = 0 if self.heard is None else (scale.tonic - Scale.parse(self.heard).tonic + 6) % 12 - 6

        def pitch_for(pitch: int) -> int | None:
            pitch += shift
            if pitch not in scale and self.outside != "keep":
                if self.outside == "drop":
                    return None
                pitch = scale.nearest(pitch)
            return fold_pitch(pitch, LOWEST_PITCH, HIGHEST_PITCH)

        return with_pitches(part, pitch_for)
