"""REAPER projects (`.RPP`): lines of words, and chunks of them between `<NAME` and `>`.

Tempo is in quarter notes a minute, also in 6/8. A point of the tempo envelope stands in seconds; a linear
one leads to the next in a straight line over time, as the SWS extension computes it: measures grow with the
square of the seconds.
"""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.timing import Curve, TempoChange, TempoMap
from daw_bridge.session.readers.info import FURTHEST_S, Clip, SessionInfo, named_path
from daw_bridge.session.readers.source import guarded, invalid, read_large

MOST_POINTS = MOST_ITEMS = 200_000
DEEPEST_CHUNK = 100
LONGEST_LINE_BYTES = 8_192
"""Of those that are read; a plugin's own may be longer."""

_WORD = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`|(\S+))""")
_LINEAR = 0
_KEEPS_TEMPO = 2
"""A bit of a point's sixth number: it sets the meter only."""

_PROJECT = "REAPER_PROJECT"
_WANTED = {
    _PROJECT: (b"TEMPO", b"PROJOFFS", b"SAMPLERATE"),
    "TEMPOENVEX": (b"PT",),
    "ITEM": (b"POSITION", b"TAKE", b"SOFFS", b"PLAYRATE"),
    "SOURCE": (b"FILE", b"STARTPOS"),
}
"""Which lines of which chunks are read; all others are passed over without a look at their words."""


@dataclass(frozen=True)
class _Point:
    """Of the tempo envelope. `tempo_bpm` is None where only the meter changes, and the reverse."""

    time_s: float
    tempo_bpm: float | None
    is_linear: bool
    time_signature: TimeSignature | None

    @staticmethod
    def of(words: list[str]) -> _Point:
        """`PT seconds bpm shape [signature selected bits]`; a signature is denominator << 16 | numerator."""
        signature = int(words[4]) if len(words) > 4 else 0
        bits = int(words[6]) if len(words) > 6 else 0
        return _Point(
            float(words[1]),
            None if signature and bits & _KEEPS_TEMPO else float(words[2]),
            int(words[3]) == _LINEAR if len(words) > 3 else False,
            TimeSignature(signature & 0xFFFF, signature >> 16) if signature else None,
        )


@dataclass
class _Project:
    """What the lines have said so far. Items are (file, seconds, seconds into the file)."""

    version: str = ""
    tempo: list[str] = field(default_factory=list)
    offset: list[str] = field(default_factory=list)
    rate: list[str] = field(default_factory=list)
    points: list[_Point] = field(default_factory=list)
    items: list[tuple[str, float, float]] = field(default_factory=list)


@dataclass
class _Item:
    """The item that is being read, and its present take."""

    position_s: float = 0.0
    offset_s: float = 0.0
    section_s: float = 0.0
    rate: float = 1.0


class Reaper:
    """Reads the tempo map, the meters, the project's rate and start, and where items with files lie."""

    daw = "REAPER"
    patterns = ("*.rpp",)

    @guarded
    def read(self, file: Path) -> SessionInfo:
        """See `Reader`."""
        project = _parsed(file)
        if not project.tempo:
            raise invalid(file, "It names no tempo.")
        tempo, meters = _grid(project)
        start_s, bars = [*(float(word) for word in project.offset[1:3]), 0.0, 0.0][:2]
        rate_hz = int(project.rate[1]) if project.rate else 0
        return SessionInfo(
            file,
            f"{self.daw} {project.version}".strip(),
            Grid(tempo, meters),
            rate_hz=rate_hz if rate_hz > 0 else None,
            clips=tuple(
                Clip(named_path(name), tempo.beat_at(time_s), offset_s)
                for name, time_s, offset_s in project.items
            ),
            start_s=start_s if abs(start_s) <= FURTHEST_S else None,
            notes=(f"REAPER shows its first bar as bar {1 + bars:.0f}; here it is bar 1",) if bars else (),
        )


def _parsed(file: Path) -> _Project:
    content = read_large(file)
    if not content.lstrip().startswith(b"<" + _PROJECT.encode()):
        raise invalid(file, "It is no REAPER project.")
    project, item = _Project(), _Item()
    chunks: list[str] = []
    for line in io.BytesIO(content):
        line = line.strip()
        if line.startswith(b"<"):
            words = _words(line[1:LONGEST_LINE_BYTES])
            chunks.append(words[0] if words else "")
            if len(chunks) > DEEPEST_CHUNK:
                raise invalid(file, "Its chunks lie deeper in one another than REAPER's do.")
            if chunks == [_PROJECT]:
                project.version = words[2].partition("/")[0] if len(words) > 2 else ""
            elif chunks[-1] == "ITEM":
                item = _Item()
        elif line == b">":
            if not chunks:
                raise invalid(file, "It closes more chunks than it opens.")
            chunks.pop()
        elif chunks and line[:20].split(b" ", 1)[0] in _WANTED.get(chunks[-1], ()):
            if len(line) > LONGEST_LINE_BYTES:
                raise invalid(file, "It has a line that is longer than REAPER's are.")
            _take(project, item, _words(line))
            if len(project.points) > MOST_POINTS or len(project.items) > MOST_ITEMS:
                raise invalid(file, f"It holds more than {MOST_POINTS:,} tempo points or items.")
    if chunks:
        raise invalid(file, "It ends in the middle.")
    return project


def _words(line: bytes) -> list[str]:
    """Quoted with ", ' or ` where they have spaces."""
    text = line.decode("utf-8", "replace")
    return ["".join(match.groups("")) for match in _WORD.finditer(text)]


def _take(project: _Project, item: _Item, words: list[str]) -> None:
    match words:
        case ["TEMPO", _, *_]:
            project.tempo = words
        case ["PROJOFFS", _, *_]:
            project.offset = words
        case ["SAMPLERATE", _, *_]:
            project.rate = words
        case ["PT", _, _, *_]:
            project.points.append(_Point.of(words))
        case ["POSITION", seconds, *_]:
            item.position_s = float(seconds)
        case ["TAKE", *_]:
            item.offset_s, item.section_s, item.rate = 0.0, 0.0, 1.0
        case ["SOFFS", seconds, *_]:
            item.offset_s = float(seconds)
        case ["PLAYRATE", rate, *_]:
            item.rate = float(rate)
        case ["STARTPOS", seconds, *_]:
            item.section_s = float(seconds)
        case ["FILE", name, *_]:
            offset_s = item.offset_s + item.section_s
            if offset_s == 0.0 or item.rate == 1.0:  # else the file's start lies elsewhere than it seems
                project.items.append((name, item.position_s, offset_s))


def _grid(project: _Project) -> tuple[TempoMap, Meters]:
    """The envelope's points over the project's own tempo and meter, seconds turned into beats."""
    first_bpm, *first_meter = (float(word) for word in project.tempo[1:4])
    signature = TimeSignature(*(int(number) for number in first_meter)) if len(first_meter) == 2 else None
    points = sorted(project.points, key=lambda point: point.time_s)
    tempos = {0.0: (first_bpm, False)}
    for point in points:
        if point.tempo_bpm is not None:
            tempos[max(point.time_s, 0.0)] = (point.tempo_bpm, point.is_linear)
    changes: list[TempoChange] = []
    beat = 0.0
    for (time_s, (bpm, is_linear)), after in itertools.zip_longest(tempos.items(), list(tempos.items())[1:]):
        changes.append(TempoChange(beat, bpm, Curve.IN_TIME if is_linear and after else Curve.STEP))
        if after is not None:
            after_s, (after_bpm, _) = after
            beat += (after_s - time_s) * ((bpm + after_bpm) / 2 if is_linear else bpm) / 60
    tempo = TempoMap(tuple(changes))
    meters = {0.0: signature or TimeSignature()}
    for point in points:
        if point.time_signature is not None:
            meters[max(tempo.beat_at(point.time_s), 0.0)] = point.time_signature
    return tempo, Meters(tuple(MeterChange(beat, meters[beat]) for beat in sorted(meters)))
