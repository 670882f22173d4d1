"""Ableton Live 8 to 12: a set (`.als`) is XML in gzip, read in one pass and never held as a tree.

Nobody publishes the format. Where the tempo, its automation and the clips are was seen in sets of Live 8.1 to
12.4; how a time signature is one number, and that automation moves the tempo at sixteenths, others found.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.session.readers.ableton_set import LiveSet
from daw_bridge.session.readers.ableton_tempo import automated_tempo
from daw_bridge.session.readers.info import SessionInfo, newer_than_known
from daw_bridge.session.readers.points import meters
from daw_bridge.session.readers.source import guarded, gunzipped, invalid, unpacked
from daw_bridge.session.readers.xml_source import streamed_xml

_GZIP = b"\x1f\x8b"
_SIGNATURES_A_DENOMINATOR = 99
_NEWEST_FORMAT = 5
"""`MajorVersion` of Live 10 to 12."""


class Ableton:
    """Reads tempo, meters and the arrangement's audio clips. A set stores no sample rate."""

    daw = "Ableton Live"
    patterns = ("*.als",)

    @guarded
    def read(self, file: Path) -> SessionInfo:
        """See `Reader`."""
        with file.open("rb") as opened:
            packed = opened.read(len(_GZIP)) == _GZIP
        live_set = LiveSet()
        with closing(gunzipped(file) if packed else unpacked(file)) as stream:
            streamed_xml(file, stream, live_set)
        if live_set.creator is None:
            raise invalid(file, "It is XML, but no set of Ableton Live.")
        tempo, notes = automated_tempo(live_set.tempo.manual, live_set.automation(live_set.tempo))
        signatures = [
            (event.beat, time_signature(event.value))
            for event in live_set.automation(live_set.time_signature)
        ]
        if len(signatures) < 2 and live_set.time_signature.manual is not None:
            signatures = [(0.0, time_signature(live_set.time_signature.manual))]
        if not signatures:
            notes.append("no time signature is stored: 4/4 is taken")
        if live_set.offsets_unknown:
            notes.append("clips that are warped without markers are taken to begin at their file's start")
        return SessionInfo(
            file,
            live_set.creator,
            Grid(tempo, meters(signatures)),
            clips=tuple(live_set.clips),
            notes=(*newer_than_known(live_set.major_version, _NEWEST_FORMAT), *notes),
        )


def time_signature(value: float) -> TimeSignature:
    """Live's one number for a time signature: 201 is 4/4, 302 is 6/8. Raises ValueError."""
    power, numerator = divmod(round(value), _SIGNATURES_A_DENOMINATOR)
    if power < 0:
        raise ValueError(f"{value:g} is no time signature of Live's")
    return TimeSignature(numerator + 1, 2 ** min(power, 16))
