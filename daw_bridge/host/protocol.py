"""What host and worker say to each other: one JSON object a line, over the worker's stdin and stdout.

The host asks with `Load` or `Render`. The worker answers with any number of `Doing`, so that a crash or a
hang has a name, and then one of `Loaded`, `Rendered`, `Failed`. Sound goes through a file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from daw_bridge.core.errors import BridgeError, Mistake, ParameterInvalid, PluginError, error_class
from daw_bridge.host.parameters import Value

LOG_NAME = "worker.log"
"""In the worker's folder: what plugins print."""

Place = tuple[str | int, ...]
"""The path of a key in the preset's document: `("effects", 0, "reverb")`."""


@dataclass(frozen=True)
class InstrumentSetup:
    """Which instrument, and how it is set; every path is absolute."""

    kind: Literal["faust", "plugin"]
    path: str
    label: str
    plugin_name: str | None
    state: str | None
    vstpreset: str | None
    parameters: dict[str, Value]
    tempo_synced: bool = False
    """A plugin that is to hear the session's tempo."""
    key_switches: list[int] = field(default_factory=list)
    """Keys pressed and let go before each part begins; what they change counts as a setting."""
    place: Place = ()
    """Where its parameters stand in the preset."""


@dataclass(frozen=True)
class EffectSetup:
    """An effect of pedalboard's own, by name; or a plugin, by its path."""

    name: str
    path: str | None
    plugin_name: str | None
    parameters: dict[str, Value]
    folder: str
    """What relative paths among the parameters start from: the preset's folder."""
    place: Place = ()


@dataclass(frozen=True)
class Load:
    """Have the instrument ready."""

    instrument: InstrumentSetup
    rate_hz: int


@dataclass(frozen=True)
class Render:
    """Play the part, which is fitted already, and write it to `output`: as float32 [2, frames] to an .npy, as
    24 bits to a .wav."""

    instrument: InstrumentSetup
    effects: list[EffectSetup]
    part: dict[str, Any]
    channel: int
    rate_hz: int
    tempo: list[tuple[float, float]]
    """Beat and BPM of each tempo change, the first at beat 0, where the part begins."""
    gain_db: float
    tail_s: float | None
    """None: until it is silent."""
    output: str


@dataclass(frozen=True)
class Doing:
    """A sign of life: what `plugin` is at; it may take `allowance_s` more than the usual time limit."""

    plugin: str
    activity: str
    allowance_s: float = 0.0
    path: str | None = None
    """The plugin's file; None for what is our own."""
    plugin_name: str | None = None


@dataclass(frozen=True)
class Loaded:
    """The instrument is ready."""

    instrument: str


@dataclass(frozen=True)
class Rendered:
    """The sound is in the file asked for."""

    instrument: str
    frames: int
    warnings: list[str]


@dataclass(frozen=True)
class Failed:
    """A BridgeError, taken apart."""

    code: str
    what: str
    where: str | None
    advice: str
    mistakes: list[Mistake] = field(default_factory=list)


Request = Load | Render
Reply = Doing | Loaded | Rendered | Failed

_MESSAGES = {kind.__name__: kind for kind in (Load, Render, Doing, Loaded, Rendered, Failed)}


def encode(message: Request | Reply) -> bytes:
    """One line."""
    return json.dumps({"message": type(message).__name__, **asdict(message)}).encode() + b"\n"


def decode(line: bytes) -> Request | Reply:
    """The reverse of `encode`."""
    fields = json.loads(line)
    kind = _MESSAGES[fields.pop("message")]
    if "instrument" in fields and kind in (Load, Render):
        fields["instrument"] = InstrumentSetup(**_with_tuple(fields["instrument"], "place"))
    if "effects" in fields:
        fields["effects"] = [EffectSetup(**_with_tuple(effect, "place")) for effect in fields["effects"]]
    if "mistakes" in fields:
        fields["mistakes"] = [Mistake(**_with_tuple(mistake, "key")) for mistake in fields["mistakes"]]
    if "tempo" in fields:
        fields["tempo"] = [tuple(change) for change in fields["tempo"]]
    message: Request | Reply = kind(**fields)
    return message


def failed(error: BridgeError) -> Failed:
    """An error, ready to be sent."""
    where = str(error.where) if isinstance(error.where, Path) else error.where
    mistakes = error.mistakes if isinstance(error, ParameterInvalid) else ()
    return Failed(error.code, error.what, where, error.advice, list(mistakes))


def error_of(message: Failed) -> BridgeError:
    """The error that the worker met, of its own class."""
    kind = error_class(message.code, PluginError)
    if issubclass(kind, ParameterInvalid):
        return kind(message.what, where=message.where, advice=message.advice, mistakes=message.mistakes)
    return kind(message.what, where=message.where, advice=message.advice)


def _with_tuple(fields: dict[str, Any], name: str) -> dict[str, Any]:
    """JSON knows lists only."""
    return {**fields, name: tuple(fields[name])}
