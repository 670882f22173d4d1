"""The take: its recipe, which a user may change, how it was made, and which files are its own.

Written as YAML beside what it describes; `take_file` reads and writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from daw_bridge.core.document import Schema
from daw_bridge.core.formats import ExportFormat
from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.timing import Curve, TempoChange, TempoMap
from daw_bridge.deliver.migration import migrated
from daw_bridge.edit import Edits
from daw_bridge.edit.variants import PLAYED, VariantName


class Recipe(Schema):
    """What the take is made of, beside the notes. Change it and save: the take is made again."""

    presets: tuple[str, ...] = Field((), description="Who plays the part: a rendering each.")
    edits: Edits = Field((), description="What is done to the part, in this order.")
    variants: tuple[VariantName, ...] = Field(
        (PLAYED,), min_length=1, description="MIDI files side by side: `[played, tight, simple]`."
    )
    export: tuple[ExportFormat, ...] = Field((), description="What is delivered besides: `[dawproject]`.")
    bends: bool = Field(True, description="Whether the part may bend.")
    compare: bool = Field(
        False, description="Whether the first rendering is compared with the bounce, a bar at a time."
    )


class TakeBounce(Schema):
    """The bounce that was heard; `file` is relative to the take file where both lie on one drive."""

    file: str
    fingerprint: str
    rate_hz: int
    channels: int
    duration_s: float


class TakeTranscription(Schema):
    """Who listened for what kind of part, and how many notes were heard."""

    engine: str
    engine_version: str
    profile: str
    profile_source: str | None = None
    """Where the profile is known from when it was not named: `auto, 93 % sure`."""
    notes: int
    tuning_cents: int | None = None
    """By how much the bounce is above A 440 (below 0: under it), where that can be heard."""


class TakenBack(Schema):
    """A MIDI file that came back from the DAW: its notes are the part from then on."""

    file: str
    sha256: str
    notes: int


class TakeTempo(Schema):
    """The grid where the bounce begins, and where it is known from; `first_beat_s` is where a guessed one
    begins in the bounce. `map` and `meters` are the whole session's, from bar 1, where they change."""

    bpm: float
    time_signature: str
    changes: bool = False
    """Whether tempo or meter change anywhere."""
    source: str
    first_beat_s: float | None = None
    map: tuple[tuple[float, float, Curve], ...] = ()
    """Beat, BPM, and how it goes on to the next."""
    meters: tuple[tuple[float, str], ...] = ()
    """Beat and time signature."""

    @property
    def is_whole(self) -> bool:
        """Whether the grid can be told from it: takes of version 1 kept no tempo maps."""
        return not self.changes or bool(self.map and self.meters)

    def to_grid(self) -> Grid:
        """The session's grid."""
        if not self.map:
            return Grid.constant(self.bpm, TimeSignature.parse(self.time_signature))
        return Grid(
            TempoMap(tuple(TempoChange(*change) for change in self.map)),
            Meters(tuple(MeterChange(beat, TimeSignature.parse(meter)) for beat, meter in self.meters)),
        )


class TakeKey(Schema):
    """The key, always a guess from the notes."""

    name: str
    source: str


class TakePlace(Schema):
    """The bar that the MIDI starts on, where the bounce and the audio begin, and how that is known."""

    bar: int
    position: str = "1.1.1"
    """Bar, beat, sixteenth."""
    beat: float = 0.0
    """The same in quarter notes from bar 1."""
    is_known: bool = True
    source: str


class TakeFileEntry(Schema):
    """A delivered file, beside the take file, and its SHA-256 as we wrote it."""

    file: str
    sha256: str
    made_of: str | None = None
    """What tells it from any other: a hash of all that it was made of."""


class TakeMidi(TakeFileEntry):
    """A MIDI file: which variant of the part it holds, or which of its voices."""

    variant: str


class TakeRecorded(Schema):
    """How a rendering came from hardware: by which MIDI port and audio input, and the latency taken off."""

    port: str
    audio_input: str
    latency_ms: float
    made: str
    """When, as an ISO date and time."""
    fitted: str | None = None
    """The preset whose range and voices the notes were fitted to."""


class TakeRendering(Schema):
    """The part on one preset, or recorded from hardware; `error` instead of a file when that failed."""

    preset: str | None = None
    name: str
    recorded: TakeRecorded | None = None
    instrument: str | None = None
    file: str | None = None
    sha256: str | None = None
    duration_s: float | None = None
    preset_sha256: str | None = None
    """Of the preset as it was, and of the files that it names."""
    made_of: str | None = None
    """What tells it from any other; for a recording, the SHA-256 of the MIDI file that was played."""
    warnings: tuple[str, ...] = ()
    error: str | None = None


class TakeBar(Schema):
    """A bar in which rendering and bounce agree less than usual: 0 to 1 each, by chroma and by attacks."""

    bar: int
    chroma: float
    onsets: float


class Version(Schema):
    """The take as it was once: its recipe, and the MIDI file that its notes came from, if any."""

    number: int
    made: str
    """When, as an ISO date and time."""
    recipe: Recipe
    taken_back: TakenBack | None = None
    recorded: tuple[str, ...] = ()
    """The renderings' files that were recorded from hardware."""


class Take(Schema):
    """What goes back for one bounce."""

    version: int
    recipe: Recipe = Recipe()
    bounce: TakeBounce
    transcription: TakeTranscription
    taken_back: TakenBack | None = None
    tempo: TakeTempo
    key: TakeKey | None = None
    place: TakePlace
    notes: int
    """How many there are after the edits."""
    midi: tuple[TakeMidi, ...]
    chords: tuple[str, ...] = ()
    """The chords that have a name, and where each begins: `5.1.1 Am7`."""
    doubtful: tuple[str, ...] = ()
    """Notes that are rather wrong than right, and where: `5.2.3 E1 41%`."""
    renderings: tuple[TakeRendering, ...] = ()
    worth_a_look: tuple[TakeBar, ...] = ()
    """The worst first; none where nothing was compared, or all agrees as usual."""
    picture: TakeFileEntry | None = None
    exports: tuple[TakeFileEntry, ...] = ()
    warnings: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    """On how it was made this time."""
    is_complete: bool = True
    """Not while renderings and exports are still being made."""
    history: tuple[Version, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_older(cls, data: Any) -> Any:
        return migrated(data)


@dataclass(frozen=True)
class DeliveredTake:
    """A take as it lies in the session: its folder, its take file's path and what that file says."""

    file: Path
    take: Take

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        return self.file.parent

    @property
    def midi(self) -> Path:
        """The MIDI file of the part; its variants are beside it."""
        return self.folder / self.take.midi[0].file

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its user should know."""
        return (*self.take.warnings, *self.take.remarks)

    @property
    def audio(self) -> tuple[Path, ...]:
        """The rendered files, in the order of the presets."""
        return tuple(self.folder / r.file for r in self.take.renderings if r.file is not None)
