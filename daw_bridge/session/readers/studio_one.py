"""Studio One and Fender Studio Pro (`.song`): a zip of XML.

Others found what the fields mean, in songs of Studio One 5; none was seen here. Tempos are seconds a quarter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.core.timing import Curve, TempoMap
from daw_bridge.session.readers.info import Clip, SessionInfo, named_path
from daw_bridge.session.readers.points import TempoPoint, meters, number, tempo_map
from daw_bridge.session.readers.source import guarded, holds_member, member
from daw_bridge.session.readers.xml_source import parsed_xml

_IN_BEATS = "2"
"""The time format that all songs seen use for places."""
_MEDIA_FOLDER = "media:///"


class StudioOne:
    """Reads tempo, meters, sample rate and the audio events of each track's active layer."""

    daw = "Studio One"
    patterns = ("*.song",)

    @guarded
    def read(self, file: Path) -> SessionInfo:
        """See `Reader`."""
        song = _member_xml(file, "Song/song.xml")
        about = _member_xml(file, "metainfo.xml")
        segments = list(song.iter("TempoMapSegment"))
        tempo = tempo_map(_tempo_points(segments))
        signatures = (
            (number(segment.get("start", "0")), _time_signature(segment))
            for segment in song.iter("TimeSignatureMapSegment")
        )
        curved = any(segment.get("curveType", "0") != "0" for segment in segments)
        return SessionInfo(
            file,
            _version(about),
            Grid(tempo, meters(signatures)),
            rate_hz=_rate_hz(song),
            clips=tuple(_clips(song, _member_xml(file, "Song/mediapool.xml"), tempo)),
            notes=("tempo ramps are read as straight ones",) if curved else (),
        )


def _member_xml(file: Path, name: str) -> Element:
    """A member's tree; an empty one for those besides the song that are not there."""
    if name != "Song/song.xml" and not holds_member(file, name):
        return Element(name)
    with member(file, name) as stream:
        return parsed_xml(file, stream)


def _version(about: Element) -> str:
    """`Studio One/5.5.2.86528` -> `Studio One 5.5.2`."""
    for attribute in about.iter("Attribute"):
        if attribute.get("id") == "Document:Generator":
            found = re.match(r"([\w ]{1,40})/(\d+(?:\.\d+){0,2})", attribute.get("value", ""))
            return f"{found[1]} {found[2]}" if found else StudioOne.daw
    return StudioOne.daw


def _rate_hz(song: Element) -> int | None:
    found = (element.get("sampleRate") for element in song.iter("Attributes"))
    rate_hz = round(number(next((rate for rate in found if rate), "0")))
    return rate_hz if rate_hz > 0 else None


def _tempo_points(segments: list[Element]) -> Iterator[TempoPoint]:
    for segment in segments:
        curve = Curve.STEP if segment.get("curveType", "0") == "0" else Curve.IN_BEATS
        yield TempoPoint(number(segment.get("start", "0")), 60.0 / number(segment.get("tempo")), curve)


def _time_signature(segment: Element) -> TimeSignature:
    return TimeSignature(int(segment.get("numerator", "")), int(segment.get("denominator", "")))


def _clips(song: Element, media_pool: Element, tempo: TempoMap) -> Iterator[Clip]:
    files = {clip.get("mediaID"): _file(clip) for clip in media_pool.iter("AudioClip")}
    for track in song.iter("MediaTrack"):
        for event in _sounding(track):
            file = files.get(event.get("clipID"))
            if file is None:
                continue
            start, offset = number(event.get("start", "0")), number(event.get("offset", "0"))
            if event.get("timeFormat", _IN_BEATS) != _IN_BEATS:
                yield Clip(file, tempo.beat_at(start), offset)
            else:
                yield Clip(file, start, offset * 60.0 / tempo.tempo_at(start))


def _sounding(track: Element) -> Iterator[Element]:
    """The audio events of a track's active layer, or of the track when it has no layers."""
    layers = next((found for found in track.iterfind("List") if found.get("x:id") == "Layers"), None)
    if layers is None:
        yield from track.iter("AudioEvent")
        return
    active = track.get("activeLayer", "0")
    for index, layer in enumerate(layers):
        if layer.get("id", str(index)) == active:
            yield from layer.iter("AudioEvent")


def _file(clip: Element) -> Path | None:
    """Where an audio clip's file is: `file:///C:/Songs/Bass.wav`, or `media:///` in the song's folder."""
    url = next((found.get("url", "") for found in clip.iter("Url")), "")
    if url.startswith(_MEDIA_FOLDER):
        return Path("Media") / named_path(unquote(url.removeprefix(_MEDIA_FOLDER)))
    path = unquote(re.sub(r"^file:///?(?=[A-Za-z]:)|^file://(?=/)", "", url))
    return named_path(path) if path else None
