"""What a preset says: an instrument, its settings, effects, and how notes are fitted to it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from daw_bridge.core.document import Schema
from daw_bridge.core.written import Key, KeyRange
from daw_bridge.edit import Edits

ParameterValue = bool | int | float | str
"""A value in the instrument's own words: `0.35`, `320 Hz`, `Saw`, `true`."""


class Instrument(Schema):
    """Who plays: one of our Faust instruments, or a VST3/AU plugin."""

    faust: str | None = Field(None, description="One of the embedded instruments, such as `analog`.")
    plugin: str | None = Field(None, description="An installed plugin, by name.")
    path: str | None = Field(None, description="A plugin by its file: `.vst3` or `.component`.")
    plugin_name: str | None = Field(None, description="Which plugin of a file that holds several.")
    state: str | None = Field(None, description="Captured raw state: a file beside the preset.")
    vstpreset: str | None = Field(None, description="A `.vstpreset` file beside the preset.")
    parameters: dict[str, ParameterValue] = Field(
        default_factory=dict,
        description="Settings by the instrument's own names, with units: `320 Hz`; for plugins also "
        "`raw 0.42`, the parameter's position from 0 to 1.",
    )

    @model_validator(mode="after")
    def _names_one(self) -> Instrument:
        named = [key for key in ("faust", "plugin", "path") if getattr(self, key) is not None]
        if len(named) != 1:
            raise ValueError("names one instrument: faust, plugin or path")
        if self.faust is not None and (self.state or self.vstpreset or self.plugin_name):
            raise ValueError("state, vstpreset and plugin_name are for plugins, not for faust")
        return self

    @property
    def label(self) -> str:
        """The instrument's name for messages."""
        return self.plugin_name or self.plugin or self.path or f"faust: {self.faust}"


class VelocityFit(Schema):
    """How hard the instrument is played: the velocity heard, bent by the curve, times gain, in a range."""

    gain: float = Field(1.0, gt=0.0, le=4.0, description="Times the velocity that was heard.")
    curve: float = Field(
        1.0,
        ge=0.1,
        le=10.0,
        description="Above 1 soft notes get softer, below 1 louder; the hardest stay as they are.",
    )
    min: int = Field(1, ge=1, le=127, description="The softest that is played.")
    max: int = Field(127, ge=1, le=127, description="The hardest that is played.")

    @model_validator(mode="after")
    def _is_a_range(self) -> VelocityFit:
        if self.min > self.max:
            raise ValueError("velocity: min is not above max")
        return self


class NoteFit(Schema):
    """How a part is fitted to the instrument. Only the rendering changes, never the MIDI file."""

    transpose: int = Field(0, ge=-48, le=48, description="Semitones.")
    voices: Literal["poly", "mono"] | Annotated[int, Field(ge=1, le=64)] = Field(
        "poly",
        description="`mono`: a new note ends the one before; of a chord the top note plays. A number: "
        "no more notes at once; the softest ends for a new one, of two the older.",
    )
    mono: Literal["retrigger", "legato"] = Field(
        "retrigger",
        description="With `voices: mono`: each note is struck anew, or notes that touch overlap a little, "
        "so that the instrument glides.",
    )
    range: KeyRange | None = Field(
        None, description="Notes outside are moved by octaves until they are inside: `E0..E3`."
    )
    velocity: VelocityFit = VelocityFit()
    key_switches: tuple[Key, ...] = Field(
        (), description="Keys that are pressed and let go before the part begins: `[C-1]`. For plugins."
    )
    channel: int = Field(1, ge=1, le=16, description="The MIDI channel that the instrument listens on.")


class Output(Schema):
    """What happens to the sound at the end."""

    gain_db: float = Field(0.0, ge=-60.0, le=24.0, description="Louder or softer, in decibels.")
    tail: Literal["auto"] | Annotated[float, Field(ge=0.0, le=60.0)] = Field(
        "auto", description="Seconds after the bounce's end; `auto`: until it is silent, 10 s at most."
    )


EffectParameters = dict[str, ParameterValue]


class Preset(Schema):
    """A sound: who plays, with which settings, through which effects."""

    name: str = Field(
        min_length=1,
        max_length=80,
        pattern=r'^[^\\/:*?"<>|\x00-\x1f]+$',
        description="What people read, also in the rendering's file name.",
    )
    description: str = Field("", description="A sentence on how it sounds.")
    tags: tuple[str, ...] = Field((), description="Words to find it by.")
    instrument: Instrument
    fallback: Instrument | None = Field(
        None, description="Plays when the plugin is not on this machine; the take says so."
    )
    tempo_synced: bool = Field(
        False, description="The plugin hears the session's tempo: for arpeggios, LFOs and delays on the grid."
    )
    edits: Edits = Field(
        (), description="What is done to the part before this preset plays it; see the page on edits."
    )
    notes: NoteFit = NoteFit()
    effects: tuple[dict[str, EffectParameters | None], ...] = Field(
        (), description="In order; each `name: {parameter: value}`."
    )
    output: Output = Output()

    @model_validator(mode="after")
    def _one_effect_an_entry(self) -> Preset:
        for effect in self.effects:
            if len(effect) != 1:
                raise ValueError(
                    "each entry of effects names one effect, such as `- reverb: {wet_level: 0.2}`"
                )
        return self
