"""Cubase's and Nuendo's exported tempo track (`.smt`): XML objects of the tempo and signature tracks.

Others found what the fields mean; whether a ramp (`Func` 1) leads to its event or away from it is read as
they say: to it, from the event before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.core.timing import Curve, TempoMap
from daw_bridge.session.readers.info import SessionInfo
from daw_bridge.session.readers.points import TempoPoint, meters, number, tempo_map
from daw_bridge.session.readers.source import guarded, unpacked
from daw_bridge.session.readers.xml_source import parsed_xml

TICKS_PER_QUARTER = 480


class CubaseTempoTrack:
    """Reads the tempo map and the meters, all that the file holds."""

    daw = "Cubase"
    patterns = ("*.smt",)

    @guarded
    def read(self, file: Path) -> SessionInfo:
        """See `Reader`."""
        with unpacked(file) as stream:
            tracks = parsed_xml(file, stream)
        signatures = (
            (_field(event, "Position", "0") / TICKS_PER_QUARTER, _time_signature(event))
            for event in _objects(tracks, "MTimeSignatureEvent")
        )
        return SessionInfo(file, self.daw, Grid(_tempo(tracks), meters(signatures)))


def _tempo(tracks: Element) -> TempoMap:
    """The map; or the one fixed tempo when the tempo track is switched off for it."""
    for track in _objects(tracks, "MTempoTrackEvent"):
        if _field(track, "RehearsalMode", "0") == 1.0:
            return TempoMap.constant(_field(track, "RehearsalTempo"))
    points: list[TempoPoint] = []
    for event in _objects(tracks, "MTempoEvent"):
        if points and _field(event, "Func", "0") == 1.0:
            points[-1] = replace(points[-1], curve=Curve.IN_BEATS)
        points.append(TempoPoint(_field(event, "PPQ") / TICKS_PER_QUARTER, _field(event, "BPM")))
    return tempo_map(points)


def _time_signature(event: Element) -> TimeSignature:
    return TimeSignature(round(_field(event, "Numerator")), round(_field(event, "Denominator")))


def _objects(tracks: Element, kind: str) -> Iterator[Element]:
    return (element for element in tracks.iter("obj") if element.get("class") == kind)


def _field(event: Element, name: str, default: str | None = None) -> float:
    """A field of an object: `<float name="BPM" value="97"/>`."""
    found = (field.get("value") for field in event if field.get("name") == name)
    return number(next(found, default))
