"""Live's tempo automation -> a tempo map.

Live draws straight lines over beats, but moves the tempo on sixteenths only: through each it plays the tempo
that the line has at the sixteenth's beginning (dawtool, whose times of markers agree with Live's). The
difference to the line is some 20 ms on a ramp from 97 to 140 BPM over 14 beats.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from daw_bridge.core.timing import Curve, TempoMap
from daw_bridge.session.readers.ableton_set import Event
from daw_bridge.session.readers.points import TempoPoint, tempo_map

STEPS_A_BEAT = 4
MOST_STEPS = 65_536
"""Sixteenths that all ramps may last before they are read as lines instead: three hours at 97 BPM."""


def automated_tempo(manual_bpm: float | None, events: Sequence[Event]) -> tuple[TempoMap, list[str]]:
    """The map, and what a user should know of it. `events` are as `LiveSet.automation` finds them.

    One event alone, which every set has, is no automation. Raises ValueError when there is no tempo.
    """
    if len(events) < 2 and manual_bpm is not None:
        return TempoMap.constant(manual_bpm), []
    if len(events) < 2:
        return tempo_map(TempoPoint(event.beat, event.value) for event in events), []
    ordered = sorted(events, key=lambda event: event.beat)
    curved = any(a.is_curved and a.value != b.value for a, b in itertools.pairwise(ordered))
    notes = ["curved tempo ramps are read as straight ones"] if curved else []
    sixteenths = sum(
        _sixteenth(b.beat) - _sixteenth(a.beat) for a, b in itertools.pairwise(ordered) if a.value != b.value
    )
    points = _stepped(ordered) if sixteenths <= MOST_STEPS else _lines(ordered)
    return tempo_map(points), notes


def _sixteenth(beat: float) -> int:
    """The first sixteenth that does not begin before `beat`, nor before bar 1."""
    return math.ceil(max(beat, 0.0) * STEPS_A_BEAT)


def _stepped(events: Sequence[Event]) -> Iterator[TempoPoint]:
    yield TempoPoint(0.0, events[0].value)
    for event, after in itertools.pairwise(events):
        first, end = _sixteenth(event.beat), _sixteenth(after.beat)
        if event.value == after.value:
            end = min(first + 1, end)
        for sixteenth in range(first, end):
            beat = sixteenth / STEPS_A_BEAT
            # What comes before bar 1 is where Live keeps the first value: no ramp begins there.
            start = max(event.beat, 0.0)
            way = (beat - start) / (after.beat - start)
            yield TempoPoint(beat, event.value + way * (after.value - event.value))
    yield TempoPoint(_sixteenth(events[-1].beat) / STEPS_A_BEAT, events[-1].value)


def _lines(events: Sequence[Event]) -> Iterator[TempoPoint]:
    return (TempoPoint(max(event.beat, 0.0), event.value, Curve.IN_BEATS) for event in events)
