"""What the DAWproject format's published schema (Project.xsd, version 1.0) asks of a `project.xml`.

The part of it that a project with clips, notes, audio and automation can touch: which children an element
may have and in what order, which attributes it may and must have, and what may stand in them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

STRING = re.compile(r".*", re.DOTALL)
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?|-?inf")
INTEGER = re.compile(r"-?\d+")
BOOLEAN = re.compile(r"true|false|0|1")
ID = re.compile(r"[A-Za-z_][\w.-]*")
IDREF = re.compile(r"[A-Za-z_][\w.-]*")
TIME_UNIT = re.compile("beats|seconds")
UNIT = re.compile("linear|normalized|percent|decibel|hertz|semitones|seconds|beats|bpm")
ROLE = re.compile("regular|master|effect|submix|vca")
_CONTENT = "audio|automation|notes|video|markers|tracks"
CONTENT_TYPES = re.compile(rf"({_CONTENT})( ({_CONTENT}))*")
EXPRESSION = re.compile(
    "gain|pan|transpose|timbre|formant|pressure|channelController|channelPressure|polyPressure|pitchBend"
    "|programChange"
)
INTERPOLATION = re.compile("hold|linear")

NAMEABLE = {"name": STRING, "color": STRING, "comment": STRING}
REFERENCEABLE = {**NAMEABLE, "id": ID}
TIMELINE = {**REFERENCEABLE, "timeUnit": TIME_UNIT, "track": IDREF}
PARAMETER = {**REFERENCEABLE, "parameterID": INTEGER}
REAL_PARAMETER = {**PARAMETER, "max": NUMBER, "min": NUMBER, "unit": UNIT, "value": NUMBER}
METER = {"numerator": INTEGER, "denominator": INTEGER}
CLIP = {
    **NAMEABLE,
    **dict.fromkeys(["time", "duration", "playStart", "playStop", "loopStart", "loopEnd"], NUMBER),
    **dict.fromkeys(["fadeInTime", "fadeOutTime"], NUMBER),
    **dict.fromkeys(["contentTimeUnit", "fadeTimeUnit"], TIME_UNIT),
    "enable": BOOLEAN,
    "reference": IDREF,
}
NOTE = {
    **dict.fromkeys(["time", "duration", "vel", "rel"], NUMBER),
    **dict.fromkeys(["channel", "key"], INTEGER),
}
TARGET = {
    "parameter": IDREF,
    "expression": EXPRESSION,
    **dict.fromkeys(["channel", "key", "controller"], INTEGER),
}
TIMELINES = "Lanes|Notes|Clips|ClipSlot|Warps|Audio|Points"
POINTS = "Target (RealPoint|TimeSignaturePoint)*"


@dataclass(frozen=True)
class Rule:
    """`children` is a pattern of names: `Channel? Track*`."""

    children: str = ""
    attributes: dict[str, re.Pattern[str]] | None = None
    required: frozenset[str] = frozenset()

    def faults(self, element: Element) -> Iterator[str]:
        names = "".join(f"{child.tag}," for child in element)
        pattern = re.sub(r"([A-Z]\w*)", r"(?:\1,)", self.children).replace(" ", "")
        if re.fullmatch(pattern, names) is None:
            yield f"{element.tag}: the children are {names or 'none'}, not {self.children or 'none'}"
        known = self.attributes or {}
        for name, value in element.attrib.items():
            if name not in known:
                yield f"{element.tag}: no attribute is called {name}"
            elif known[name].fullmatch(value) is None:
                yield f"{element.tag}: {name} is {value!r}"
        for name in self.required - element.attrib.keys():
            yield f"{element.tag}: {name} is missing"


def _rule(children: str, attributes: dict[str, re.Pattern[str]], required: str = "") -> Rule:
    return Rule(children, attributes, frozenset(required.split()))


RULES = {
    "Project": _rule(
        "Application Transport? Structure? Arrangement? Scenes?", {"version": STRING}, "version"
    ),
    "Application": _rule("", {"name": STRING, "version": STRING}, "name version"),
    "Transport": _rule("Tempo? TimeSignature?", {}),
    "Tempo": _rule("", REAL_PARAMETER, "unit"),
    "TimeSignature": _rule("", {**PARAMETER, **METER}, "numerator denominator"),
    "Structure": _rule("(Track|Channel)*", {}),
    "Track": _rule("Channel? Track*", {**REFERENCEABLE, "contentType": CONTENT_TYPES, "loaded": BOOLEAN}),
    "Channel": _rule(
        "Devices? Mute? Pan? Sends? Volume?",
        {**REFERENCEABLE, "audioChannels": INTEGER, "destination": IDREF, "role": ROLE, "solo": BOOLEAN},
    ),
    "Mute": _rule("", {**PARAMETER, "value": BOOLEAN}),
    "Pan": _rule("", REAL_PARAMETER, "unit"),
    "Volume": _rule("", REAL_PARAMETER, "unit"),
    "Arrangement": _rule("Lanes? Markers? TempoAutomation? TimeSignatureAutomation?", REFERENCEABLE),
    "Lanes": _rule(f"({TIMELINES})*", TIMELINE),
    "Clips": _rule("Clip*", TIMELINE),
    "Clip": _rule(f"({TIMELINES})?", CLIP, "time"),
    "Notes": _rule("Note*", TIMELINE),
    "Note": _rule(f"({TIMELINES})?", NOTE, "time duration channel key"),
    "Audio": _rule(
        "File",
        {**TIMELINE, "duration": NUMBER, "algorithm": STRING, "channels": INTEGER, "sampleRate": INTEGER},
        "duration channels sampleRate",
    ),
    "File": _rule("", {"path": STRING, "external": BOOLEAN}, "path"),
    "Points": _rule(POINTS, {**TIMELINE, "unit": UNIT}),
    "TempoAutomation": _rule(POINTS, {**TIMELINE, "unit": UNIT}),
    "TimeSignatureAutomation": _rule(POINTS, {**TIMELINE, "unit": UNIT}),
    "Target": _rule("", TARGET),
    "RealPoint": _rule("", {"time": NUMBER, "value": NUMBER, "interpolation": INTERPOLATION}, "time value"),
    "TimeSignaturePoint": _rule("", {"time": NUMBER, **METER}, "time numerator denominator"),
}


def faults_of(project: Element) -> list[str]:
    """Everything in which a `project.xml` breaks the schema; its ids and references are checked as well."""
    found = [] if project.tag == "Project" else [f"the root is a {project.tag}"]
    elements = list(project.iter())
    for element in elements:
        rule = RULES.get(element.tag)
        found += [f"nothing is called {element.tag}"] if rule is None else rule.faults(element)
    ids = sorted(element.attrib["id"] for element in elements if "id" in element.attrib)
    found += [f"two are called {first}" for first, second in itertools.pairwise(ids) if first == second]
    for element in elements:
        for name in ("track", "destination", "parameter", "reference"):
            if element.attrib.get(name, ids[0] if ids else "") not in ids:
                found.append(f"{element.tag}: {name} refers to nothing")
    return found
