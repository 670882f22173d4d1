"""Which chord follows a note."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from daw_bridge.core.notes import Note, Part
from daw_bridge.core.voices import chords


def with_following(part: Part) -> Iterator[tuple[Note, float | None]]:
    """Each note, and when the chord or note after its own begins, in seconds; None for the last ones."""
    groups = list(chords(part.notes))
    for chord, following in itertools.zip_longest(groups, groups[1:]):
        for note in chord:
            yield note, following[0].onset_s if following else None
