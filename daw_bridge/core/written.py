"""Values as people write them in YAML: `E0..E3`, `80 %`, `1/16t`, `20 ms`."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from daw_bridge.core.document import Schema
from daw_bridge.core.notes import HIGHEST_PITCH, LOWEST_PITCH, parse_pitch, pitch_name


def _parse_key(value: Any) -> Any:
    return parse_pitch(value) if isinstance(value, str) else value


Key = Annotated[int, BeforeValidator(_parse_key), Field(ge=LOWEST_PITCH, le=HIGHEST_PITCH)]
"""A key by its name (`C-1`; middle C is C3) or its MIDI number."""


class KeyRange(Schema):
    """Keys from `lowest` to `highest`, both included, as MIDI numbers."""

    lowest: int
    highest: int

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        lowest, dots, highest = value.partition("..")
        if not dots:
            raise ValueError(f"{value!r} is no range; write E0..E3 (middle C is C3)")
        return {"lowest": parse_pitch(lowest), "highest": parse_pitch(highest)}

    @model_validator(mode="after")
    def _spans_an_octave(self) -> KeyRange:
        if self.highest - self.lowest < 11:
            raise ValueError("a range spans an octave at least, such as E0..E3 (middle C is C3)")
        return self

    def __str__(self) -> str:
        return f"{pitch_name(self.lowest)}..{pitch_name(self.highest)}"


def _parse_percent(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*%", value.strip())
    if not found:
        raise ValueError(f"{value!r} is no share; write 80 % or 0.8")
    return float(found[1]) / 100


Share = Annotated[float, BeforeValidator(_parse_percent)]
"""A share of something: `80 %`, or 0.8."""


def _parse_note_value(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(-?)(\d{1,2})/(\d{1,3})([t.]?)", value.replace(" ", ""))
    if not found or int(found[3]) == 0:
        raise ValueError(f"{value!r} is no note value; write 1/16, 1/8t (triplet), 1/8. (dotted) or beats")
    beats = 4 * int(found[2]) / int(found[3]) * {"": 1.0, "t": 2 / 3, ".": 1.5}[found[4]]
    return -beats if found[1] else beats


Beats = Annotated[float, BeforeValidator(_parse_note_value)]
"""Quarter notes: a number of them, or a note value: `1/16`, `1/8t` (triplet), `1/8.` (dotted)."""


def _parse_seconds(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*(ms|s)", value.strip())
    if not found:
        raise ValueError(f"{value!r} is no time; write 20 ms or 0.02 s")
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


Seconds = Annotated[float, BeforeValidator(_parse_seconds)]
"""A time: `20 ms`, `0.02 s`, or 0.02."""
