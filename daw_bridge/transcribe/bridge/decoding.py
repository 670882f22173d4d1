"""What happens in the maps -> notes.

Every strike gets a confidence: a logistic regression on what speaks for and against it, so that of the
notes at 0.8 about 80 % are right. Ghosts of octaves, keys that only seem to be struck again and noise all
end there, at one threshold. A note then lasts until its key falls silent, is released or struck again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from daw_bridge.core.notes import Note
from daw_bridge.transcribe.bridge.features import LOWEST_KEY
from daw_bridge.transcribe.bridge.finds import Doubles, Finds, Indices, code, find, step_of
from daw_bridge.transcribe.bridge.maps import STEP_S, Floats
from daw_bridge.transcribe.bridge.octaves import in_the_sound
from daw_bridge.transcribe.profiles import Profile, find_profile

CHORD_STEPS = 6
"""70 ms: strikes within this time are held to be one event, where one voice plays."""

SHORTEST_STEPS = 2

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Thresholds:
    """How maps are read; `python -m daw_bridge.training evaluate --choose` learns it, the model keeps it.

    Notes of a confidence of `confidence` or more are kept. `weights` make the confidence of a strike: a
    bias, then one for each kind of evidence (`finds.EVIDENCE`); without them it is the onset's mass. A key
    sounds from the probability `sounding` on, ends where it has not for `gap_steps`, or where an offset's
    mass is `offset`. Octaves below that are less sure by `octave_margin` belong to the sound (`octaves.py`);
    at 1.0 none do.
    """

    confidence: float = 0.4
    sounding: float = 0.35
    offset: float = 0.5
    gap_steps: int = 4
    octave_margin: float = 1.0
    weights: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Thresholds:
        """The reverse; what is not known any more is left out."""
        known = {field.name: data[field.name] for field in fields(Thresholds) if field.name in data}
        known["weights"] = tuple(known.get("weights", ()))
        return Thresholds(**known)


def decode(
    blocks: Iterable[Floats], thresholds: Thresholds, profile: Profile | None = None
) -> tuple[Note, ...]:
    """The notes in maps [4, steps, 88], given in blocks of any length, as `profile` expects them."""
    finds = find(blocks, sounding=thresholds.sounding, offset=thresholds.offset)
    return notes(finds, thresholds, profile or find_profile("auto"))


def confidences(evidence: Doubles, thresholds: Thresholds) -> Doubles:
    """How likely each strike is a note: 0.0 to 1.0, from `finds.Finds.evidence`."""
    if not thresholds.weights:
        return evidence[:, 0]
    bias, *weights = thresholds.weights
    return np.asarray(1.0 / (1.0 + np.exp(-(bias + evidence @ np.asarray(weights)))))


def notes(finds: Finds, thresholds: Thresholds, profile: Profile) -> tuple[Note, ...]:
    """The notes that were found, as `profile` expects them."""
    sure = confidences(finds.evidence, thresholds)
    pitch = finds.key + LOWEST_KEY
    kept = np.flatnonzero(
        (sure >= thresholds.confidence) & (pitch >= profile.lowest) & (pitch <= profile.highest)
    )
    if profile.one_voice:
        kept = kept[_clearest(finds.step[kept], sure[kept])]
    elif not profile.octaves_are_played:
        kept = kept[~in_the_sound(finds.key[kept], finds.step[kept], sure[kept], thresholds.octave_margin)]
    start = finds.step[kept]
    end = _ends(finds, finds.key[kept], start, thresholds.gap_steps)
    if profile.one_voice:
        in_order = np.argsort(start)
        end[in_order] = np.minimum(end[in_order], np.append(start[in_order][1:], np.inf))
    onset_s, offset_s = np.maximum(start, 0.0) * STEP_S, end * STEP_S
    rows = zip(*(column.tolist() for column in (onset_s, pitch[kept], offset_s, sure[kept])), strict=True)
    return tuple(Note(begins, key, ends, confidence=likely) for begins, key, ends, likely in sorted(rows))


def _clearest(start: Doubles, sure: Doubles) -> Indices:
    """Of strikes that are one event the surest, in the order of the rows."""
    kept: list[int] = []
    event_start = -np.inf
    for row in np.argsort(start, kind="stable"):
        if start[row] - event_start > CHORD_STEPS:
            kept.append(row)
            event_start = start[row]
        elif sure[row] > sure[kept[-1]]:
            kept[-1] = row
    return np.sort(np.array(kept, np.int64))


def _ends(finds: Finds, key: Indices, start: Doubles, gap_steps: int) -> Doubles:
    """When notes end, in steps; they are sorted by key and start."""
    struck = code(key, np.floor(start))
    rise, fall = np.append(finds.rise, _NEVER), np.append(finds.fall, _NEVER)
    apart = rise[1:] - fall[:-1] >= gap_steps  # spans with less between them are one
    rise, fall = rise[np.append(True, apart)], fall[np.append(apart, True)]
    earliest = struck + SHORTEST_STEPS
    span = np.searchsorted(fall, earliest, side="right")
    silent = np.where(rise[span] < earliest + gap_steps, fall[span], earliest)
    released = np.append(finds.released, _NEVER)[np.searchsorted(finds.released, earliest, side="right")]
    again = np.append(struck[1:], _NEVER)
    end = step_of(np.minimum(np.minimum(silent, released), again))
    struck_again = np.where(np.append(key[1:] == key[:-1], False), np.append(start[1:], np.inf), np.inf)
    return np.asarray(np.minimum(np.maximum(end, start + SHORTEST_STEPS), struck_again), np.float64)
