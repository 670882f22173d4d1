"""What a Live set says of its tempo, meter and arrangement, taken from its XML as it streams by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.xmlreader import AttributesImpl

from daw_bridge.session.readers.info import Clip, named_path
from daw_bridge.session.readers.points import number, warped_s
from daw_bridge.session.readers.xml_source import ElementHandler

MOST_EVENTS = 1_000_000
"""Automation points and warp markers that are kept; more than any set has."""

_MAIN_TRACKS = ("MasterTrack", "MainTrack")
_ARRANGED = ["MainSequencer", "Sample", "ArrangerAutomation", "Events", "AudioClip"]
_IN_THE_LIBRARY = ("2", "5", "6", "7")
"""Kinds of relative path that count from elsewhere than the set: from Live's library or a pack."""


@dataclass(frozen=True)
class Event:
    """A point of automation: from `beat` on `value`, then straight to the next one's, unless `is_curved`."""

    beat: float
    value: float
    is_curved: bool = False


@dataclass
class Parameter:
    """A setting of the mixer: its value while it isn't automated, and the number its envelope points to."""

    manual: float | None = None
    target: str = ""
    arranged: list[Event] = field(default_factory=list)
    """Its automation as Live 8 and 9 store it."""


@dataclass
class _ClipFields:
    """An `AudioClip` as it is read: its fields by their path in it."""

    depth: int
    time: str | None
    values: dict[str, str] = field(default_factory=dict)
    folders: dict[str, list[str]] = field(default_factory=dict)
    markers: list[tuple[float, float]] = field(default_factory=list)
    """Warp markers: beat in the clip's content, second in the file."""


class LiveSet(ElementHandler):
    """Feed it to `streamed_xml`. Raises ValueError for numbers that are none, and for too many events."""

    def __init__(self) -> None:
        super().__init__()
        self.creator: str | None = None
        """`Ableton Live 12.1`."""
        self.major_version = ""
        """Of the format."""
        self.tempo = Parameter()
        self.time_signature = Parameter()
        self.clips: list[Clip] = []
        self.offsets_unknown = False
        self._envelopes: dict[str, list[Event]] = {}
        self._pointee = ""
        self._events = 0
        self._clip: _ClipFields | None = None
        self._takers: dict[str, Callable[[AttributesImpl], None]] = {
            "Ableton": self._take_creator,
            "Manual": self._take_manual,
            "AutomationTarget": self._take_target,
            "AutomationEnvelope": self._forget_pointee,
            "PointeeId": self._take_pointee,
            "FloatEvent": self._take_event,
            "EnumEvent": self._take_event,
            "AudioClip": self._begin_clip,
            "RelativePathElement": self._take_folder,
            "WarpMarker": self._take_marker,
        } | dict.fromkeys(
            ("LoopStart", "StartRelative", "IsWarped", "Path", "RelativePath", "RelativePathType", "Name"),
            self._take_field,
        )

    def automation(self, parameter: Parameter) -> list[Event]:
        """Its events, in the order of the file; Live 10 and later keep them in an envelope elsewhere."""
        return self._envelopes.get(parameter.target) or parameter.arranged

    def started(self, name: str, attributes: AttributesImpl) -> None:
        """See `ElementHandler`."""
        take = self._takers.get(name)
        if take is not None:
            take(attributes)

    def ended(self, name: str) -> None:
        """See `ElementHandler`."""
        if self._clip is not None and len(self.path) == self._clip.depth:
            self._end_clip(self._clip)
            self._clip = None

    # -- the set and its main track ------------------------------------------------------------------

    def _take_creator(self, attributes: AttributesImpl) -> None:
        if len(self.path) == 1:
            self.creator = attributes.get("Creator", "")[:100] or "Ableton Live"
            self.major_version = attributes.get("MajorVersion", "")

    def _mixer_parameter(self, *inner: str) -> Parameter | None:
        """The one at hand: `MainTrack/DeviceChain/Mixer/Tempo/…`. In Live 8 the chain is a MasterChain."""
        path = self.path
        if len(path) < 6 or path[2] not in _MAIN_TRACKS or path[4] != "Mixer" or path[6:] != [*inner]:
            return None
        return {"Tempo": self.tempo, "TimeSignature": self.time_signature}.get(path[5])

    def _take_manual(self, attributes: AttributesImpl) -> None:
        if parameter := self._mixer_parameter("Manual"):
            parameter.manual = number(attributes.get("Value"))

    def _take_target(self, attributes: AttributesImpl) -> None:
        if parameter := self._mixer_parameter("AutomationTarget"):
            parameter.target = attributes.get("Id", "")

    def _forget_pointee(self, _: AttributesImpl) -> None:
        self._pointee = ""

    def _take_pointee(self, attributes: AttributesImpl) -> None:
        self._pointee = attributes.get("Value", "")

    def _take_event(self, attributes: AttributesImpl) -> None:
        path = self.path
        if len(path) < 4 or path[2] not in _MAIN_TRACKS:
            return
        if path[3] == "AutomationEnvelopes" and self._pointee:
            events = self._envelopes.setdefault(self._pointee, [])
        elif parameter := self._mixer_parameter("ArrangerAutomation", "Events", path[-1]):
            events = parameter.arranged
        else:
            return
        self._count()
        is_curved = "CurveControl1X" in attributes
        events.append(Event(number(attributes.get("Time")), number(attributes.get("Value")), is_curved))

    def _count(self) -> None:
        self._events += 1
        if self._events > MOST_EVENTS:
            raise ValueError(f"more than {MOST_EVENTS} events")

    # -- a clip of the arrangement -------------------------------------------------------------------

    def _begin_clip(self, attributes: AttributesImpl) -> None:
        if self.path[-len(_ARRANGED) :] == _ARRANGED:
            self._count()
            self._clip = _ClipFields(len(self.path), attributes.get("Time"))

    def _take_field(self, attributes: AttributesImpl) -> None:
        if self._clip is not None and "Value" in attributes:
            self._clip.values["/".join(self.path[self._clip.depth :])] = attributes["Value"]

    def _take_folder(self, attributes: AttributesImpl) -> None:
        if self._clip is not None:
            self._count()
            folders = self._clip.folders.setdefault("/".join(self.path[self._clip.depth : -1]), [])
            folders.append(attributes.get("Dir", ""))

    def _take_marker(self, attributes: AttributesImpl) -> None:
        if self._clip is not None:
            self._count()
            marker = number(attributes.get("BeatTime")), number(attributes.get("SecTime"))
            self._clip.markers.append(marker)

    def _end_clip(self, clip: _ClipFields) -> None:
        file = _file(clip)
        if file is not None:
            self.clips.append(Clip(file, number(clip.time), self._offset_s(clip)))

    def _offset_s(self, clip: _ClipFields) -> float:
        """Where in its file the clip begins: in seconds unless it is warped, then in beats of its content."""
        values = clip.values
        begin = number(values.get("Loop/LoopStart", "0")) + number(values.get("Loop/StartRelative", "0"))
        if begin == 0.0 and not clip.markers:
            return 0.0
        if values.get("IsWarped") != "true":
            return begin
        offset_s = warped_s(clip.markers, begin)
        self.offsets_unknown |= offset_s is None
        return offset_s or 0.0


def _file(clip: _ClipFields) -> Path | None:
    """Relative to the set's folder when the set says how, else absolute. None: it names no file."""
    reference = "SampleRef/FileRef/"
    values, name = clip.values, clip.values.get(f"{reference}Name", "")
    in_the_library = values.get(f"{reference}RelativePathType") in _IN_THE_LIBRARY
    relative = "" if in_the_library else values.get(f"{reference}RelativePath", "")
    path = relative or values.get(f"{reference}Path", "")
    if path:
        return named_path(path)
    folders = clip.folders.get(f"{reference}RelativePath", [])
    if not name:
        return None
    if folders and not in_the_library:  # Live 8 to 10; an empty folder is the one above
        return named_path("/".join([*(folder or ".." for folder in folders), name]))
    above = clip.folders.get(f"{reference}SearchHint/PathHint", [])
    root = "" if above and above[0].endswith(":") else "/"
    return named_path(root + "/".join([*above, name])) if above else Path(name)
