"""A take as one `.dawproject`: the MIDI clip and its audio on tracks of their own, in place and in tempo.

The exchange format of Bitwig Studio, Studio One, Cubase and others, version 1.0: a zip of `project.xml`,
`metadata.xml` and the audio (https://github.com/bitwig/dawproject, Project.xsd). Beats are quarter notes
from the session's start. Bends are written as Bitwig writes them, as each note's own transposition in
semitones, which no plugin's bend range can put out of tune.
"""

from __future__ import annotations

import itertools
import math
import re
import shutil
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from daw_bridge import version
from daw_bridge.core.grid import Grid, PlacedGrid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.core.notes import Bend, Part
from daw_bridge.core.timing import TICKS_PER_BEAT, Curve, TempoMap
from daw_bridge.deliver.clip import ClipNote, clip_of
from daw_bridge.deliver.placing import numbered

DAWPROJECT_SUFFIX = ".dawproject"
FORMAT_VERSION = "1.0"

RAMP_POINTS = 50
"""A line that is straight over seconds is bent over beats and told in points: so many times the root of its
seconds. The error falls with their square: 0.1 ms for a tempo that triples, however long it takes."""
RAMPS_TOLD_S = 3600.0
"""For how long after what is delivered ramps are still told in points; then straight to where they lead."""

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name: the same take makes the same bytes."""
_BLOCK_BYTES = 1 << 20
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to say; file names may hold it all the same."""
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\t\n\r]')


@dataclass(frozen=True)
class DawprojectAudio:
    """An audio file that begins where the bounce begins; `name` is its track's and its clip's."""

    file: Path
    name: str
    channels: int
    rate_hz: int
    duration_s: float


def write_dawproject(
    path: Path, part: Part, grid: Grid, start_beat: float, audio: Sequence[DawprojectAudio], *, name: str
) -> None:
    """Write `part` and `audio`, which begin at `start_beat` of the session, to `path`.

    `grid` is the whole session's; `name` is the MIDI track's. The audio is copied in blocks. Raises OSError
    when the disk does not take it, or an audio file is gone.
    """
    files = _member_names(audio)
    metadata = Element("MetaData")
    SubElement(metadata, "Title").text = _text(name)
    length_s = max(part.duration_s, *(track.duration_s for track in audio), 0.0)
    project = _Project(grid, grid.tempo.time_at(start_beat) + length_s + RAMPS_TOLD_S)
    project.add_notes(name, part, start_beat)
    for track, file in zip(audio, files, strict=True):
        project.add_audio(track, file, start_beat)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(_entry("metadata.xml", zipfile.ZIP_DEFLATED), _xml(metadata))
        archive.writestr(_entry("project.xml", zipfile.ZIP_DEFLATED), _xml(project.root))
        for track, file in zip(audio, files, strict=True):
            entry = _entry(file, zipfile.ZIP_STORED)
            entry.file_size = track.file.stat().st_size  # by which zipfile knows whether 4 GB are enough
            with track.file.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, _BLOCK_BYTES)


class _Project:
    """`project.xml`, filled track by track; elements in the schema's order. `until_s`: of `_tempo_points`."""

    def __init__(self, grid: Grid, until_s: float) -> None:
        self._grid = grid
        self._ids = (f"id{number}" for number in itertools.count())
        self.root = Element("Project", version=FORMAT_VERSION)
        SubElement(self.root, "Application", name="DAW Bridge", version=version())
        transport = SubElement(self.root, "Transport")
        initial_bpm = _number(grid.tempo.initial_bpm)
        tempo = self._add(transport, "Tempo", name="Tempo", unit="bpm", value=initial_bpm)
        meter = self._add(transport, "TimeSignature", **_meter(grid.meters.initial))
        self._structure = SubElement(self.root, "Structure")
        self._master = self._add_channel(
            self._add(self._structure, "Track", name="Master", contentType="audio notes"), 2, role="master"
        )
        arrangement = self._add(self.root, "Arrangement")
        self._lanes = self._add(arrangement, "Lanes", timeUnit="beats")
        self._automate_tempo(arrangement, tempo, until_s)
        self._automate_meter(arrangement, meter)

    def add_notes(self, name: str, part: Part, start_beat: float) -> None:
        """A track with the part's clip, from the bar line on before which the part begins."""
        placed = self._grid.placed(start_beat)
        clip = clip_of(part, placed)
        element = SubElement(
            self._add_track(name, "notes", channels=2),
            "Clip",
            name=_text(name),
            time=_number(start_beat - placed.start_beat),
            duration=_number(clip.end_tick / TICKS_PER_BEAT),
            playStart="0",
        )
        content = self._add(element, "Lanes") if part.controllers else element
        notes = self._add(content, "Notes")
        for note in clip.notes:
            _add_note(notes, note, _transposition(note, part.bends, placed))
        for number in sorted({controller.number for controller in part.controllers}):
            points = self._add(content, "Points", unit="normalized")
            target = {"expression": "channelController", "controller": str(number), "channel": "0"}
            SubElement(points, "Target", target)
            for controller in part.controllers:
                if controller.number == number:
                    beat = max(placed.beat_at(controller.time_s), 0.0)
                    _add_point(points, beat, controller.value / 127, Curve.STEP)

    def add_audio(self, audio: DawprojectAudio, file: str, start_beat: float) -> None:
        """A track with an audio file's clip; `file` is its name in the archive."""
        tempo = self._grid.tempo
        end_beat = tempo.beat_at(tempo.time_at(start_beat) + audio.duration_s)
        clip = SubElement(
            self._add_track(audio.name, "audio", channels=audio.channels),
            "Clip",
            name=_text(audio.name),
            time=_number(start_beat),
            duration=_number(end_beat - start_beat),
            contentTimeUnit="seconds",
            playStart="0",
        )
        content = self._add(
            clip,
            "Audio",
            channels=str(audio.channels),
            sampleRate=str(audio.rate_hz),
            duration=_number(audio.duration_s),
        )
        SubElement(content, "File", path=file)

    def _add(self, parent: Element, tag: str, **attributes: str) -> Element:
        return SubElement(parent, tag, {"id": next(self._ids), **attributes})

    def _add_track(self, name: str, content_type: str, *, channels: int) -> Element:
        """A track and its lane; the Clips in that."""
        track = self._add(self._structure, "Track", name=_text(name), contentType=content_type)
        self._add_channel(track, channels, role="regular", destination=self._master.attrib["id"])
        lane = self._add(self._lanes, "Lanes", track=track.attrib["id"])
        return self._add(lane, "Clips")

    def _add_channel(self, track: Element, channels: int, **attributes: str) -> Element:
        channel = self._add(track, "Channel", audioChannels=str(channels), **attributes)
        self._add(channel, "Mute", name="Mute", value="false")
        self._add(channel, "Pan", name="Pan", unit="normalized", min="0", max="1", value="0.5")
        self._add(channel, "Volume", name="Volume", unit="linear", min="0", max="2", value="1")
        return channel

    def _automate_tempo(self, arrangement: Element, parameter: Element, until_s: float) -> None:
        points = self._add(arrangement, "TempoAutomation", timeUnit="beats", unit="bpm")
        SubElement(points, "Target", parameter=parameter.attrib["id"])
        for beat, tempo_bpm, curve in _tempo_points(self._grid.tempo, until_s):
            _add_point(points, beat, tempo_bpm, curve)

    def _automate_meter(self, arrangement: Element, parameter: Element) -> None:
        points = self._add(arrangement, "TimeSignatureAutomation", timeUnit="beats")
        SubElement(points, "Target", parameter=parameter.attrib["id"])
        for change in self._grid.meters.changes:
            time = {"time": _number(change.beat)}
            SubElement(points, "TimeSignaturePoint", time | _meter(change.time_signature))


def _add_note(notes: Element, placed: ClipNote, transposition: Sequence[tuple[float, float]]) -> None:
    note = SubElement(
        notes,
        "Note",
        time=_number(placed.start_tick / TICKS_PER_BEAT),
        duration=_number((placed.end_tick - placed.start_tick) / TICKS_PER_BEAT),
        channel="0",
        key=str(placed.note.pitch),
        vel=_number(placed.note.velocity / 127),
    )
    if transposition:
        points = SubElement(note, "Points", unit="semitones")
        SubElement(points, "Target", expression="transpose")
        for beat, semitones in transposition:
            _add_point(points, beat, semitones, Curve.STEP)


def _transposition(
    placed: ClipNote, bends: Sequence[Bend], grid: PlacedGrid
) -> tuple[tuple[float, float], ...]:
    """(beats from the note's start, semitones): where a note is bent. None for one that never is."""
    note = placed.note
    first = bisect_right(bends, note.onset_s, key=lambda bend: bend.time_s)
    last = bisect_right(bends, note.offset_s, key=lambda bend: bend.time_s)
    start_beat = placed.start_tick / TICKS_PER_BEAT
    before = bends[first - 1].semitones if first else 0.0
    moves = [(max(grid.beat_at(b.time_s) - start_beat, 0.0), b.semitones) for b in bends[first:last]]
    found = ((0.0, before), *moves)
    return found if any(semitones for _, semitones in found) else ()


def _tempo_points(tempo: TempoMap, until_s: float) -> Iterator[tuple[float, float, Curve]]:
    """(beat, BPM, how it goes on): straight over beats or in steps, which is all that the format knows.

    After `until_s` there are only the map's own changes: a ramp may be years long.
    """
    for change, after in itertools.zip_longest(tempo.changes, tempo.changes[1:]):
        if change.curve is not Curve.IN_TIME or after is None:
            yield change.beat, change.tempo_bpm, change.curve
            continue
        start_s, end_s = tempo.time_at(change.beat), tempo.time_at(after.beat)
        count = math.ceil(RAMP_POINTS * math.sqrt(end_s - start_s))
        for index in range(count):
            time_s = start_s + (end_s - start_s) * index / count
            if index and time_s > until_s:
                break
            beat = tempo.beat_at(time_s)
            yield beat, tempo.tempo_at(beat), Curve.IN_BEATS


def _add_point(points: Element, beat: float, value: float, curve: Curve) -> None:
    interpolation = "hold" if curve is Curve.STEP else "linear"
    SubElement(points, "RealPoint", time=_number(beat), value=_number(value), interpolation=interpolation)


def _meter(time_signature: TimeSignature) -> dict[str, str]:
    return {"numerator": str(time_signature.numerator), "denominator": str(time_signature.denominator)}


def _member_names(audio: Sequence[DawprojectAudio]) -> list[str]:
    """`audio/bass - Fat Analog Sub.wav`, each once whatever the case."""
    names: list[str] = []
    for track in audio:
        stem, suffix = (
            _NOT_IN_FILE_NAMES.sub("_", _text(part)) for part in (track.file.stem, track.file.suffix)
        )
        taken = {name.casefold() for name in names}
        candidates = (f"audio/{candidate}{suffix}" for candidate in numbered(stem))
        names.append(next(name for name in candidates if name.casefold() not in taken))
    return names


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIXED_TIME)
    entry.compress_type = compression
    entry.create_system = 3  # Unix, wherever it is written
    return entry


def _xml(root: Element) -> bytes:
    indent(root)
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _number(value: float) -> str:
    return f"{round(value, 9) + 0.0:.9f}".rstrip("0").rstrip(".")
