"""What kind of part to expect, and what that means for decoding.

The thresholds are basic-pitch's posteriors'; they were chosen on the `tune` stems of
`tests/bench/accuracy.py`. A voice that plays alone can take a lower onset threshold: of what
sounds at once only the strongest stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from daw_bridge.core.document import did_you_mean


@dataclass(frozen=True)
class Profile:
    """Keys from `lowest` to `highest` are heard, one at a time if `one_voice`.

    A key is struck where the onset posterior peaks at `onset_threshold` or more, and sounds while
    the note posterior stays at `frame_threshold` or more. An overtone of a clearer key is taken for
    its ghost when its note posterior is below `ghost_level` of that key's: with many voices it is
    more often an octave that was played.
    """

    name: str
    lowest: int = 21
    highest: int = 108
    one_voice: bool = False
    onset_threshold: float = 0.6
    frame_threshold: float = 0.5
    ghost_level: float = 0.65


def _one_voice(name: str, lowest: int, highest: int) -> Profile:
    return Profile(
        name, lowest, highest, one_voice=True, onset_threshold=0.5, frame_threshold=0.45, ghost_level=0.9
    )


_PROFILES = {
    profile.name: profile
    for profile in (
        Profile("auto"),
        _one_voice("bass", 23, 67),  # from a five-string's low B to the top of the neck
        _one_voice("lead", 36, 108),
        Profile("piano"),
        Profile("keys"),
        Profile("pad"),
        Profile("guitar", 35, 88),  # from a baritone's low B to the 24th fret
        _one_voice("vocal", 36, 88),
        Profile("drums"),  # basic-pitch hears pitches, no drum kit: as auto
    )
}

PROFILES: tuple[str, ...] = tuple(_PROFILES)


def find_profile(name: str) -> Profile:
    """The profile of that name. Raises ValueError."""
    if name not in _PROFILES:
        raise ValueError(f"{name!r} is no profile. {did_you_mean(name, PROFILES)}")
    return _PROFILES[name]
