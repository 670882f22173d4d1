"""What the settings say: `bridge.yaml` in a session, and the user's own file."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from daw_bridge.core.document import Schema
from daw_bridge.core.formats import ExportFormat
from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import Position, TimeSignature
from daw_bridge.core.notes import Profile
from daw_bridge.edit.variants import VariantName


class FixedTempo(Schema):
    """A tempo that the user names, with its meter."""

    bpm: float = Field(ge=10, le=999, description="Quarter notes a minute.")
    time_signature: str = Field("4/4", description="Such as `7/8`.")

    @field_validator("time_signature")
    @classmethod
    def _is_time_signature(cls, value: str) -> str:
        return str(TimeSignature.parse(value))

    def to_grid(self) -> Grid:
        """One tempo and one meter from beginning to end."""
        return Grid.constant(self.bpm, TimeSignature.parse(self.time_signature))


class TempoFile(Schema):
    """A tempo map that a DAW exported: a Standard MIDI File, or any session file that is read."""

    file: str = Field(
        description="A `.mid` or `.smt` file; a relative name counts from the session's folder."
    )


class ListenedTempo(Schema):
    """The tempo that is heard while the bounce is made, where no session file says it."""

    listen: Literal["link", "clock"] = Field(
        description="`link`: Ableton Link; `clock`: MIDI clock. Shorter: `tempo: link`, `tempo: clock`."
    )
    port: str | None = Field(
        None,
        description="The MIDI input that the clock comes in by, or a part of its name; without it, a port of "
        'the bridge\'s own opens, called "DAW Bridge" (not on Windows).',
    )
    time_signature: str | None = Field(None, description="Such as `7/8`: neither Link nor a clock says it.")

    @field_validator("time_signature")
    @classmethod
    def _is_time_signature(cls, value: str | None) -> str | None:
        return None if value is None else str(TimeSignature.parse(value))

    @model_validator(mode="after")
    def _only_a_clock_has_a_port(self) -> Self:
        if self.listen == "link" and self.port is not None:
            raise ValueError("Ableton Link comes by no MIDI port: leave port out")
        return self

    @property
    def what(self) -> str:
        """What is listened to, in words."""
        return "Ableton Link" if self.listen == "link" else "MIDI clock"


WORDS = ("session", "audio")
"""The tempo is the session file's, or a guess from the sound."""
LISTENED = ("link", "clock")
"""The tempo is heard; what stands behind the word is the meter, or the clock's port."""


def _parse_tempo(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"bpm": value}
    if isinstance(value, str) and (word := value.strip().partition(" "))[0] in LISTENED:
        return {"listen": word[0], **_behind(word[2].strip())}
    if isinstance(value, str) and re.search(r"\.[a-z]+$", value.casefold()):
        return {"file": value.removeprefix("file:").strip()}
    if isinstance(value, str) and value not in WORDS:
        bpm, _, meter = value.strip().partition(" ")
        try:
            return {"bpm": float(bpm), **({"time_signature": meter.strip()} if meter else {})}
        except ValueError:
            raise ValueError(
                f'{value!r} is no tempo; write session, link, clock, audio, 97, "97 7/8" or map.mid'
            ) from None
    return value


def _behind(rest: str) -> dict[str, str]:
    """`link 7/8`, `clock IAC Driver Bus 1`."""
    if not rest:
        return {}
    return {"time_signature": rest} if re.fullmatch(r"\d+/\d+", rest) else {"port": rest}


def _kind_of_tempo(value: Any) -> str:
    if isinstance(value, str):
        return "word"
    if isinstance(value, TempoFile) or (isinstance(value, dict) and "file" in value):
        return "file"
    if isinstance(value, ListenedTempo) or (isinstance(value, dict) and "listen" in value):
        return "listened"
    return "fixed"


Tempo = Annotated[
    Annotated[Literal["session", "audio"], Tag("word")]
    | Annotated[FixedTempo, Tag("fixed")]
    | Annotated[TempoFile, Tag("file")]
    | Annotated[ListenedTempo, Tag("listened")],
    Discriminator(_kind_of_tempo),
    BeforeValidator(_parse_tempo),
]
"""`session` (what the DAW's file says), `audio` (an estimate, labelled as such), a number of BPM, `97 7/8`,
{bpm, time_signature}, {file: map.mid}, or what is heard: `link`, `clock`, {listen: clock, port: NAME}."""


def _parse_position(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)  # 17, or 17.1 as YAML reads it
    return str(Position.parse(value)) if isinstance(value, str) else value


PositionText = Annotated[str, BeforeValidator(_parse_position)]
"""Bar, beat and sixteenth: `17.1.1`; `17` is bar 17."""


def _parse_clock(value: Any) -> Any:
    """YAML reads 01:00:00 without quotes as 3600."""
    if isinstance(value, str) and (
        found := re.fullmatch(r"(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)", value.strip())
    ):
        hours, minutes, seconds = (float(part) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds
    return value


ClockTime = Annotated[float, BeforeValidator(_parse_clock), Field(ge=0, lt=86_400)]
"""Seconds after midnight; written as 01:00:00."""


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


PresetNames = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
"""One preset's name or a list of them."""


def _inside_the_session(value: str) -> str:
    path = PurePath(value)
    if path.is_absolute() or ".." in path.parts or not path.parts or path.parts[0] == "~":
        raise ValueError("names a folder inside the session, such as Bounces")
    return value


SessionFolder = Annotated[str, BeforeValidator(lambda v: _inside_the_session(v) if isinstance(v, str) else v)]


class Rule(Schema):
    """What to do with the bounces whose path matches; the first rule that matches wins."""

    match: str = Field(description='A pattern on the path below the watched folder: `"*bass*"`.')
    preset: PresetNames | None = Field(None, description="One preset or a list.")
    profile: Profile | None = Field(None, description="What kind of part to expect.")
    separate: bool | None = Field(None, description="Whether these are mixes to separate.")
    at: PositionText | None = Field(None, description="Where these begin: bar, beat, sixteenth: `17.1.1`.")


class SessionSettings(Schema):
    """`bridge.yaml`: how one session is served."""

    watch: SessionFolder = Field("Bounces", description="The folder that the DAW exports to.")
    deliver: SessionFolder = Field("Bridge", description="The folder that takes go to.")
    preset: PresetNames = Field(
        ("fat-analog-sub",), description="The preset (or list) when nothing else names one."
    )
    drums: PresetNames = Field(
        ("analog-drum-kit",), description="The same for bounces that are heard as drums."
    )
    profile: Profile = Field("auto", description="What kind of part to expect.")
    separate: bool = Field(
        False, description="Bounces are mixes: separate them into stems first (needs demucs)."
    )
    rules: tuple[Rule, ...] = Field((), description="By name: the first rule that matches wins.")
    tempo: Tempo = Field(
        "session",
        description="Whose tempo: `session` (the DAW's file in this folder), `97`, `97 7/8`, "
        "`{bpm: 97, time_signature: 7/8}`, `{file: map.mid}`, `link` or `clock` (Ableton Link's or MIDI "
        "clock's at the time of the bounce, where no session file says it), or `audio`: a labelled guess.",
    )
    session_start: ClockTime | None = Field(
        None, description="What bar 1 reads on the clock, such as `01:00:00`: places bounces by time stamp."
    )
    export: tuple[ExportFormat, ...] = Field(
        (), description="What to deliver besides: `[dawproject]` for Bitwig, Studio One and Cubase."
    )
    variants: tuple[VariantName, ...] = Field(
        ("played",),
        description="MIDI files side by side: `[played, tight, simple]`; `tight` lies on the grid, `simple` "
        "leaves small change out besides. `played` always comes.",
    )
    engine: str = Field(
        "bridge",
        description="The transcription engine: `bridge` (ours), `basic-pitch`, or another that is installed.",
    )
    bends: bool = Field(
        True, description="Pitch bends in bass, lead and vocal parts; without, notes stay at their keys."
    )
    settle: float = Field(
        0.5, ge=0.05, le=60, description="Seconds that a bounce must be still before it is taken."
    )
    poll: bool = Field(False, description="Look at the folder in turns; for network drives.")


class UserSettings(Schema):
    """The user's own file: what holds for every session on this machine."""

    plugin_folders: tuple[str, ...] = Field((), description="More folders to look for plugins in.")
    preset_folders: tuple[str, ...] = Field((), description="More folders to look for presets in.")
    instrument_folders: tuple[str, ...] = Field(
        (), description="More folders to look for Faust instruments in."
    )
    workers: int = Field(2, ge=1, le=32, description="How many instruments may render side by side.")
    idle_limit: float = Field(
        600, ge=1, le=86_400, description="Seconds after which an instrument that nobody plays is put away."
    )
    memory_limit: float = Field(
        4096,
        ge=256,
        description="Megabytes that an instrument may hold between renders; then it is reloaded.",
    )
    render_limit: float = Field(
        60, ge=1, le=3600, description="Seconds after which an instrument that does not answer is stopped."
    )
    separation_limit: float = Field(
        3600, ge=1, description="Seconds after which a separation that does not end is stopped."
    )
    scan_limit: float = Field(
        30, ge=1, le=3600, description="Seconds after which a plugin that does not answer a scan is stopped."
    )
