"""Ardour 5 to 8: a session (`.ardour`) is plain XML.

Seen in sessions of Ardour 7.3, whose own answers the tests compare with; the rest from Ardour's source
(libs/temporal/tempo.cc). Places are `a` and superclocks, or `b` and 1920 ticks a quarter. Ardour 5 and 6
count samples, and tempo and meter by whole notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.core.timing import Curve, TempoMap
from daw_bridge.session.readers.info import Clip, SessionInfo, named_path, newer_than_known
from daw_bridge.session.readers.points import TempoPoint, meters, number, tempo_map
from daw_bridge.session.readers.source import guarded, invalid, unpacked
from daw_bridge.session.readers.xml_source import parsed_xml

TICKS_PER_QUARTER = 1920
SUPERCLOCKS_PER_SECOND = 282_240_000
"""Of Ardour 7; each session says its own."""
_NEWEST_FORMAT = 7
"""In thousands in the file: Ardour 8 writes 7003."""
_TEMPO_DIGITS = 6
"""Ardour keeps tempos as whole superclocks a beat: 97 BPM is written 97.00000016611159."""


class Ardour:
    """Reads tempo, meters, sample rate and the audio regions on the session's playlists."""

    daw = "Ardour"
    patterns = ("*.ardour",)

    @guarded
    def read(self, file: Path) -> SessionInfo:
        """See `Reader`."""
        with unpacked(file) as stream:
            session = parsed_xml(file, stream, root="Session")
        found = session.find("TempoMap")
        if found is None:
            raise invalid(file, "It holds no tempo map.")
        rate_hz = int(session.get("sample-rate", "0"))
        tempo = tempo_map(_tempo_points(found))
        superclocks = number(found.get("superclocks-per-second", str(SUPERCLOCKS_PER_SECOND)))
        places = _Places(tempo, superclocks, rate_hz or 1)
        written_by = session.find("ProgramVersion")
        return SessionInfo(
            file,
            _version(written_by.get("modified-with", "") if written_by is not None else ""),
            Grid(tempo, meters(_time_signatures(found))),
            rate_hz=rate_hz if rate_hz > 0 else None,
            clips=tuple(_clips(session, places)),
            notes=newer_than_known(session.get("version", "")[:-3], _NEWEST_FORMAT),
        )


def _version(written_by: str) -> str:
    """`Ardour 7.3.0~ds0-1` -> `Ardour 7.3.0`."""
    found = re.match(r"\w+ [\d.]{1,20}", written_by)
    return found[0] if found else Ardour.daw


def _tempo_points(found: Element) -> Iterator[TempoPoint]:
    for tempo in found.iter("Tempo"):
        quarters_a_note = 4.0 / number(tempo.get("note-type", "4"))
        begin_bpm = _bpm(tempo.get("npm") or tempo.get("beats-per-minute"), quarters_a_note)
        end = tempo.get("enpm") or tempo.get("end-beats-per-minute")
        end_bpm: float | None = begin_bpm if end is None else _bpm(end, quarters_a_note)
        if tempo.get("continuing", "0") != "0":
            end_bpm = None  # the next one's
        # Ardour 7 goes by `omega`, how fast the tempo changes: where it is 0 nothing does, whatever the end.
        ramped = end_bpm != begin_bpm and number(tempo.get("omega", "1")) != 0.0
        curve = Curve.IN_BEATS if ramped else Curve.STEP
        yield TempoPoint(_quarters(tempo), begin_bpm, curve, end_bpm)


def _bpm(notes_a_minute: str | None, quarters_a_note: float) -> float:
    return round(number(notes_a_minute) * quarters_a_note, _TEMPO_DIGITS)


def _time_signatures(found: Element) -> Iterator[tuple[float, TimeSignature]]:
    for meter in found.iter("Meter"):
        denominator = number(meter.get("note-value") or meter.get("note-type"))
        numerator = number(meter.get("divisions-per-bar"))
        yield _quarters(meter), TimeSignature(round(numerator), round(denominator))


def _quarters(point: Element) -> float:
    """Where a tempo or meter stands, in quarters from bar 1: `14:960`; in Ardour 6 a pulse, a whole note."""
    quarters = point.get("quarters")
    if quarters is None:
        return number(point.get("pulse")) * 4.0
    beats, _, ticks = quarters.partition(":")
    return number(beats) + number(ticks or "0") / TICKS_PER_QUARTER


class _Places:
    """Ardour's places -> beats and seconds."""

    def __init__(self, tempo: TempoMap, superclocks_per_second: float, rate_hz: float) -> None:
        self._tempo = tempo
        self._superclocks_per_second = superclocks_per_second
        self._rate_hz = rate_hz

    def beat(self, place: str) -> float:
        """`a564480000`, `b40320`, or samples -> beats from bar 1."""
        if place.startswith("b"):
            return number(place[1:]) / TICKS_PER_QUARTER
        return self._tempo.beat_at(self.seconds(place))

    def seconds(self, place: str) -> float:
        """The same -> seconds."""
        if place.startswith("a"):
            return number(place[1:]) / self._superclocks_per_second
        if place.startswith("b"):
            return self._tempo.time_at(self.beat(place))
        return number(place) / self._rate_hz


def _clips(session: Element, places: _Places) -> Iterator[Clip]:
    files = {source.get("id"): _source_file(source) for source in session.iterfind("Sources/Source")}
    for region in session.iterfind("Playlists/Playlist/Region"):
        file = files.get(region.get("source-0"))
        if region.get("type", "audio") == "audio" and file is not None:
            start = region.get("position") or region.get("length", "").partition("@")[2]
            yield Clip(file, places.beat(start), places.seconds(region.get("start", "0")))


def _source_file(source: Element) -> Path:
    """The file a region plays. Ardour writes imports anew, a file a channel: bass.wav as `bass%L.wav`.
    Of what was imported the name alone is known."""
    return named_path(re.sub(r"%[LR](\.\w+)$", r"\1", source.get("name", "")))
