"""Points of tempo, meter and warp as DAWs write them: in any order, several at one place, before bar 1."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.timing import Curve, TempoChange, TempoMap

JUMP_BEATS = 1e-6
"""How long before a jump the ramp that leads to it ends: a map has one tempo at a place."""


@dataclass(frozen=True)
class TempoPoint:
    """At `beat` the tempo is `tempo_bpm`; `curve` leads to `end_bpm`, or to the next point's tempo."""

    beat: float
    tempo_bpm: float
    curve: Curve = Curve.STEP
    end_bpm: float | None = None


def number(text: str | None) -> float:
    """A finite number. Raises ValueError, also for `nan`, `inf` and a field that isn't there."""
    if text is None:
        raise ValueError("a number is missing")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no finite number")
    return value


def tempo_map(points: Iterable[TempoPoint]) -> TempoMap:
    """Of several points at one place, a ramp arrives at the first and goes on from the last.

    Before the first point its tempo holds. Raises ValueError for no points, and for tempos that are none.
    """
    ordered = sorted(points, key=lambda point: point.beat)
    if not ordered:
        raise ValueError("it holds no tempo")
    start = min(ordered[0].beat, 0.0)
    places = [list(at_one) for _, at_one in itertools.groupby(ordered, key=lambda point: point.beat - start)]
    changes: list[TempoChange] = []
    if places[0][0].beat > start:
        changes.append(TempoChange(0.0, places[0][0].tempo_bpm))
    for place, following in itertools.zip_longest(places, places[1:]):
        point, beat = place[-1], place[-1].beat - start
        changes.append(TempoChange(beat, point.tempo_bpm, point.curve))
        if following is not None and point.curve is not Curve.STEP:
            end_bpm = following[0].tempo_bpm if point.end_bpm is None else point.end_bpm
            jump = following[0].beat - start - JUMP_BEATS
            if end_bpm != following[-1].tempo_bpm and jump > beat:
                changes.append(TempoChange(jump, end_bpm))
    return TempoMap(tuple(changes)).from_beat(-start)


def meters(points: Iterable[tuple[float, TimeSignature]]) -> Meters:
    """Of several points at one place the last counts; before the first its meter holds; 4/4 without any."""
    changes: dict[float, TimeSignature] = {}
    for beat, time_signature in sorted(points, key=lambda point: point[0]):
        changes[max(beat, 0.0)] = time_signature
    if not changes:
        return Meters.constant()
    first = min(changes)
    changes = {0.0: changes.pop(first), **changes}
    return Meters(tuple(MeterChange(beat, changes[beat]) for beat in sorted(changes)))


def warped_s(markers: Iterable[tuple[float, float]], beat: float) -> float | None:
    """Where in a file that is warped onto beats a beat sounds, in seconds, by markers (beat, second).

    Straight lines between the markers and beyond them; None when fewer than two leave the speed unknown.
    """
    ordered = sorted(dict(markers).items())
    if len(ordered) < 2:
        return None
    pairs = list(itertools.pairwise(ordered))
    before, after = next((pair for pair in pairs if beat < pair[1][0]), pairs[-1])
    return before[1] + (beat - before[0]) * (after[1] - before[1]) / (after[0] - before[0])
