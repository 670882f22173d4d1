"""DAWproject (`.dawproject`), the exchange format of Bitwig, Studio One, Cubase and others: a zip of XML.

By the published schema and its documentation (github.com/bitwig/dawproject, Project.xsd).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.core.timing import Curve, TempoMap
from daw_bridge.session.readers.info import Clip, SessionInfo, named_path, newer_than_known
from daw_bridge.session.readers.points import TempoPoint, meters, number, tempo_map, warped_s
from daw_bridge.session.readers.source import guarded, member
from daw_bridge.session.readers.xml_source import parsed_xml

_NEWEST_FORMAT = 1
_SECONDS = "seconds"
_BEATS = "beats"
"""What a timeline counts in when neither it nor those around it say so."""


class DawProject:
    """Reads tempo, meters and the arrangement's audio clips. A project names no sample rate."""

    daw = "DAWproject"
    patterns = ("*.dawproject",)

    @guarded
    def read(self, file: Path) -> SessionInfo:
        """See `Reader`."""
        with member(file, "project.xml") as stream:
            project = parsed_xml(file, stream, root="Project")
        tempo = _tempo(project)
        written_by = project.find("Application")
        program = (
            "" if written_by is None else f"{written_by.get('name', '')} {written_by.get('version', '')}"
        )
        return SessionInfo(
            file,
            f"{program.strip()[:100]} (DAWproject)".strip(),
            Grid(tempo, meters(_time_signatures(project, tempo))),
            clips=tuple(_clips(project, tempo)),
            notes=newer_than_known(project.get("version"), _NEWEST_FORMAT),
        )


def _tempo(project: Element) -> TempoMap:
    automation = project.find("Arrangement/TempoAutomation")
    points = [] if automation is None else automation.findall("RealPoint")
    if automation is None or not points:
        fixed = project.find("Transport/Tempo")
        return tempo_map([] if fixed is None else [TempoPoint(0.0, number(fixed.get("value")))])
    in_seconds = automation.get("timeUnit") == _SECONDS
    straight = Curve.IN_TIME if in_seconds else Curve.IN_BEATS
    found = [
        TempoPoint(
            number(point.get("time")),
            number(point.get("value")),
            straight if point.get("interpolation") == "linear" else Curve.STEP,
        )
        for point in points
    ]
    return tempo_map(_by_beats(found) if in_seconds else found)


def _by_beats(timed: list[TempoPoint]) -> Iterator[TempoPoint]:
    """Points whose places are seconds -> at beats."""
    ordered = sorted(timed, key=lambda point: point.beat)
    beat = ordered[0].beat * ordered[0].tempo_bpm / 60.0
    yield replace(ordered[0], beat=beat)
    for before, point in itertools.pairwise(ordered):
        end_bpm = before.tempo_bpm if before.curve is Curve.STEP else point.tempo_bpm
        beat += (point.beat - before.beat) * (before.tempo_bpm + end_bpm) / 120.0
        yield replace(point, beat=beat)


def _time_signatures(project: Element, tempo: TempoMap) -> Iterator[tuple[float, TimeSignature]]:
    automation = project.find("Arrangement/TimeSignatureAutomation")
    points = [] if automation is None else automation.findall("TimeSignaturePoint")
    if automation is not None and points:
        in_seconds = automation.get("timeUnit") == _SECONDS
        for point in points:
            time = number(point.get("time"))
            yield tempo.beat_at(time) if in_seconds else time, _time_signature(point)
        return
    fixed = project.find("Transport/TimeSignature")
    if fixed is not None:
        yield 0.0, _time_signature(fixed)


def _time_signature(point: Element) -> TimeSignature:
    return TimeSignature(int(point.get("numerator", "")), int(point.get("denominator", "")))


@dataclass(frozen=True)
class _Timeline:
    """What counts within an element: its unit, on which of the session's beats its time 0 lies, its cut."""

    unit: str = _BEATS
    zero_beat: float = 0.0
    cut_beat: float = 0.0
    clip: Clip | None = None
    """The clip at hand, not knowing its file yet."""

    def of(self, element: Element) -> _Timeline:
        """Within a timeline that may have a unit of its own."""
        return replace(self, unit=element.get("timeUnit", self.unit))

    def beat(self, time: float, tempo: TempoMap) -> float:
        """A time on it -> the session's beat."""
        if self.unit == _SECONDS:
            return tempo.beat_at(tempo.time_at(self.zero_beat) + time)
        return self.zero_beat + time


def _clips(project: Element, tempo: TempoMap) -> Iterator[Clip]:
    """Walks the arrangement's nested timelines with a stack: a stranger's may be nested deep."""
    root = project.find("Arrangement/Lanes")
    waiting = [] if root is None else [(root, _Timeline())]
    while waiting:
        element, around = waiting.pop()
        if element.tag == "Audio" and around.clip is not None:
            audio_file = element.find("File")
            if audio_file is not None and audio_file.get("path"):
                yield replace(around.clip, file=named_path(audio_file.get("path", "")))
            continue
        within = around.of(element)
        if element.tag == "Clip":
            within = _within_clip(element, around, tempo)
        elif element.tag == "Warps" and around.clip is not None:
            within = replace(within, clip=_warped(element, within, around.clip, tempo))
        waiting.extend((child, within) for child in reversed(element))


def _within_clip(clip: Element, around: _Timeline, tempo: TempoMap) -> _Timeline:
    """A clip shows its content from `playStart` on, and no earlier than the clip around it shows."""
    start = around.beat(number(clip.get("time")), tempo)
    unit = clip.get("contentTimeUnit", around.unit)
    play_start = number(clip.get("playStart", "0"))
    zero_s = tempo.time_at(start) - play_start
    zero_beat = tempo.beat_at(zero_s) if unit == _SECONDS else start - play_start
    shown = max(start, around.cut_beat) if around.clip is not None else start
    offset_s = tempo.time_at(shown) - tempo.time_at(zero_beat)
    return _Timeline(unit, zero_beat, shown, Clip(Path(), shown, offset_s))


def _warped(warps: Element, within: _Timeline, clip: Clip, tempo: TempoMap) -> Clip:
    """The clip with its offset in the file as the warp markers stretch it: beats -> the file's seconds."""
    if warps.get("contentTimeUnit") != _SECONDS or within.unit == _SECONDS:
        return clip
    found = warps.iterfind("Warp")
    markers = [(number(warp.get("time")), number(warp.get("contentTime"))) for warp in found]
    offset_s = warped_s(markers, clip.start_beat - within.zero_beat)
    return clip if offset_s is None else replace(clip, offset_s=offset_s)
