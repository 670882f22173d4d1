"""One bounce and what is wanted of it, who does it, what was heard, and what is made of it: what the
pipeline hands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.envelope import Envelope
from daw_bridge.core.errors import BridgeError
from daw_bridge.core.formats import ExportFormat
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.timing import TempoMap
from daw_bridge.deliver.placing import Ledger
from daw_bridge.deliver.take import TakeKey, TakenBack, TakeTranscription
from daw_bridge.deliver.take_file import FoundTake
from daw_bridge.edit import Edit
from daw_bridge.edit.variants import VariantName
from daw_bridge.host import Played, Rendering
from daw_bridge.intake import Bounce
from daw_bridge.journal import PartKey
from daw_bridge.presets import StoredPreset
from daw_bridge.session.grid import NO_HINTS, FileHints, LiveTempo, SessionGrid, TempoGuess, WantedTempo
from daw_bridge.session.place import NamedPlace, Place
from daw_bridge.session.readers import SessionInfo
from daw_bridge.transcribe import NO_ATTACKS, Attacks, Engine, KeyEstimate, KindGuess

FindPreset = Callable[[str], StoredPreset]
"""Raises PresetUnknown, PresetInvalid."""


@dataclass(frozen=True)
class Job:
    """One bounce, and what is wanted of it."""

    bounce: Path
    take: str
    """The take's name below `deliver_to`, with sub-folders: `verse/bass`."""
    deliver_to: Path
    presets: tuple[StoredPreset, ...]
    profile: str
    tempo: WantedTempo
    tempo_named_by: str
    warnings: tuple[str, ...] = ()
    session: SessionInfo | None = None
    """What the DAW's own file says, where there is one."""
    live: LiveTempo | None = None
    """What Ableton Link or a MIDI clock said when the bounce was made, where that is wanted."""
    session_start_s: float | None = None
    """What bar 1 reads on the clock that time stamps count by, where the user says it."""
    at: NamedPlace | None = None
    """Where the bounce begins, where the user says it."""
    mix: Path | None = None
    """The mix that the bounce is a stem of: it lies in the session, and its file says of it what it knows."""
    exports: tuple[ExportFormat, ...] = ()
    """What is delivered besides."""
    edits: tuple[Edit, ...] | None = None
    """What is done to the part; None for what the take that is there already does."""
    variants: tuple[VariantName, ...] = ()
    """Which MIDI files besides those of the take that is there already."""
    drums: tuple[StoredPreset, ...] = ()
    """Who plays instead where drums are heard; () for the same."""
    find_preset: FindPreset | None = None
    """How the presets are found that the take has already."""
    compare: bool = False
    """Whether the first rendering is compared with the bounce."""
    bends: bool = True
    """Whether the part may bend; without, its notes stay at their keys."""
    folder: Path = Path()
    """What relative names in the settings count from."""

    def presets_for(self, profile: str) -> tuple[StoredPreset, ...]:
        """Who plays a part of that kind."""
        return (self.drums or self.presets) if profile == "drums" else self.presets


class Instruments(Protocol):
    """Whoever plays parts: the host."""

    def prepare(self, preset: StoredPreset) -> None:
        """Begin to load the instrument; does not wait."""

    def render_to(
        self,
        file: Path,
        part: Part,
        preset: StoredPreset,
        *,
        rate_hz: int,
        tempo_map: TempoMap | None = None,
    ) -> Played:
        """The part, played into a WAV file; raises PluginError, DeliveryFailed."""

    def render(
        self, part: Part, preset: StoredPreset, *, rate_hz: int, tempo_map: TempoMap | None = None
    ) -> Rendering:
        """The part, played; raises PluginError."""


@dataclass(frozen=True)
class Steps:
    """The steps that `run` puts in order."""

    listen: Callable[[Path, int], tuple[Bounce, AudioClip]]
    """Path and rate in Hz -> what the file is, and its sound in mono at that rate."""
    engine: Engine
    estimate_tempo: Callable[[Attacks, Part], TempoGuess | None]
    """None when there is no telling."""
    instruments: Instruments
    guess_kind: Callable[[AudioClip], KindGuess | None] = lambda clip: None
    estimate_key: Callable[[tuple[Note, ...]], KeyEstimate | None] = lambda notes: None
    find_attacks: Callable[[AudioClip], Attacks] = lambda clip: NO_ATTACKS
    """When something starts, for the tempo; asked for only where that has to be heard."""
    hints: Callable[[Path], FileHints] = lambda path: NO_HINTS
    """What a bounce's own file says of its session."""
    drums: Engine | None = None
    """Who hears drums, whichever engine hears pitches."""
    piano: Engine | None = None
    """Who hears piano, where there is somebody who hears nothing else."""
    piano_warning: str | None = None
    """What to say of a piano, where there could be and is not."""

    def engine_for(self, profile: str) -> Engine:
        """Who hears a part of that kind."""
        return {"drums": self.drums, "piano": self.piano}.get(profile) or self.engine


@dataclass(frozen=True)
class Heard:
    """The part that was heard in a bounce, by whom, and the grid that it lies on."""

    bounce: Bounce
    part: Part
    grid: SessionGrid
    place: Place
    transcription: TakeTranscription
    key: TakeKey | None = None
    warnings: tuple[str, ...] = ()
    taken_back: TakenBack | None = None
    """The MIDI file that the part is from instead."""
    outline: Envelope | None = None
    """The bounce's, for its picture."""

    def leaves_out(self, edit: Edit) -> bool:
        """Whether the edit is not for this part: drums keep their keys."""
        return self.transcription.profile == "drums" and edit.moves_keys

    @property
    def placed(self) -> PlacedGrid:
        """The grid from the bar line before the bounce on."""
        return self.grid.grid.placed(self.place.beat)


@dataclass(frozen=True)
class Making:
    """What is made of what was heard, and where it goes."""

    subject: Path
    """What events are about: the bounce, or the take file that was changed."""
    bounce: Path
    folder: Path
    """The take's own."""
    earlier: FoundTake | None
    """The take that lies there already."""
    presets: tuple[StoredPreset, ...]
    edits: tuple[Edit, ...] = ()
    variants: tuple[VariantName, ...] = ("played",)
    exports: tuple[ExportFormat, ...] = ()
    bends: bool = True
    compare: bool = False
    anew: frozenset[str] = frozenset()
    """The slugs of presets that play again though nothing has changed."""
    missing: tuple[tuple[str, BridgeError], ...] = ()
    """Presets of the recipe that can't be found or read, and why."""

    @property
    def recipe_presets(self) -> tuple[str, ...]:
        """The names of all that the recipe holds."""
        return (*(preset.slug for preset in self.presets), *(slug for slug, _ in self.missing))


class Memory(Ledger, Protocol):
    """What outlives a run: the journal."""

    def dealt_with(self, path: Path, sha256: str) -> None:
        """Remember that this content of `path` asks for nothing more."""

    def part(self, key: PartKey) -> Part | None:
        """The part heard earlier."""

    def remember_part(self, key: PartKey, part: Part) -> None:
        """Keep a part."""

    def outline(self, fingerprint: str) -> Envelope | None:
        """The outline of the bounce of this fingerprint."""

    def remember_outline(self, fingerprint: str, outline: Envelope) -> None:
        """Keep an outline."""
