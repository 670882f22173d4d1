"""What kind of part to expect; each engine has its own thresholds for it."""

from __future__ import annotations

from dataclasses import dataclass

from daw_bridge.core.document import did_you_mean


@dataclass(frozen=True)
class Profile:
    """Keys from `lowest` to `highest` are heard, one at a time if `one_voice`. Octaves may be part of the
    sound unless `octaves_are_played`."""

    name: str
    lowest: int = 21
    highest: int = 108
    one_voice: bool = False
    octaves_are_played: bool = False


_PROFILES = {
    profile.name: profile
    for profile in (
        Profile("auto"),
        Profile("bass", 21, 67, one_voice=True),  # from the lowest key to the top of the neck
        Profile("lead", 36, 108, one_voice=True),
        Profile("piano", octaves_are_played=True),
        Profile("keys"),
        Profile("organ"),
        Profile("pad"),
        Profile("guitar", 35, 88, octaves_are_played=True),  # from a baritone's low B to the 24th fret
        Profile("vocal", 36, 88, one_voice=True),
        Profile("drums"),  # engines for pitches hear no drum kit: as auto
    )
}

PROFILES: tuple[str, ...] = tuple(_PROFILES)


def find_profile(name: str) -> Profile:
    """The profile of that name. Raises ValueError."""
    if name not in _PROFILES:
        raise ValueError(f"{name!r} is no profile. {did_you_mean(name, PROFILES)}")
    return _PROFILES[name]
