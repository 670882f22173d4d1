"""What is asked of a plugin once, in a process that ends with the answer: what it is, and how it is set.

One JSON object a line, as in `protocol`: a `Survey` or `Open` over the process's stdin; any number of
`Doing` back, and then one of `Surveyed`, `Opened`, `Failed`. A state goes through a file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from daw_bridge.host.parameters import Value
from daw_bridge.host.protocol import Doing, Failed

Kind = Literal["instrument", "effect"]


@dataclass(frozen=True)
class PluginFacts:
    """One plugin, as it describes itself."""

    name: str
    plugin_name: str | None
    """How it is called inside its file, where that holds several."""
    maker: str
    version: str
    kind: Kind
    category: str
    """In the format's own words: `Instrument|Synth`."""


@dataclass(frozen=True)
class ParameterFacts:
    """One parameter as it stands; `value` is what a preset would say, None where no words set it."""

    name: str
    title: str
    """In the plugin's own spelling."""
    text: str
    """Its value, in the plugin's own spelling."""
    raw_value: float
    """Its value, 0 to 1."""
    unit: str
    minimum: float | None
    maximum: float | None
    choices: list[str]
    is_switch: bool
    is_automatable: bool
    value: Value | None


@dataclass(frozen=True)
class Survey:
    """Which plugins are in this file, and what are they?"""

    path: str
    label: str


@dataclass(frozen=True)
class Open:
    """How is this plugin set, with this state, preset file and these parameters, in this order?

    `show_editor`: once the user has closed its window. `state_to`: a file that its state is written to,
    also while the window is open. `audition`: a MIDI file that it plays meanwhile.
    """

    path: str
    label: str
    plugin_name: str | None
    state: str | None = None
    vstpreset: str | None = None
    parameters: dict[str, Value] | None = None
    state_to: str | None = None
    show_editor: bool = False
    audition: str | None = None


@dataclass(frozen=True)
class Surveyed:
    """The plugins that could be opened; of the others, what happened."""

    plugins: list[PluginFacts]
    warnings: list[str]


@dataclass(frozen=True)
class Opened:
    """The plugin, and all its parameters."""

    plugin: PluginFacts
    parameters: list[ParameterFacts]
    warnings: list[str]


Question = Survey | Open
Answer = Surveyed | Opened

_MESSAGES = {kind.__name__: kind for kind in (Survey, Open, Surveyed, Opened, Doing, Failed)}


def encode(message: Question | Answer | Doing | Failed) -> bytes:
    """One line."""
    return json.dumps({"message": type(message).__name__, **asdict(message)}).encode() + b"\n"


def decode(line: bytes) -> Question | Answer | Doing | Failed:
    """The reverse of `encode`."""
    fields = json.loads(line)
    kind = _MESSAGES[fields.pop("message")]
    if kind is Surveyed:
        fields["plugins"] = [PluginFacts(**plugin) for plugin in fields["plugins"]]
    if kind is Opened:
        fields["plugin"] = PluginFacts(**fields["plugin"])
        fields["parameters"] = [ParameterFacts(**parameter) for parameter in fields["parameters"]]
    message: Question | Answer | Doing | Failed = kind(**fields)
    return message
