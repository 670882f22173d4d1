"""The order of the steps, and nothing else: listen, transcribe, deliver the notes, render, deliver the sound.

Every step is handed in, so that a test can pass a fake one. `run` may be ended at any point and run again:
what it has heard is remembered, and what it has delivered is delivered to the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import BridgeError, NothingHeard
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.timing import TempoMap
from daw_bridge.deliver.audio import write_wav
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.deliver.placing import Delivered, Ledger, deliver_file
from daw_bridge.deliver.take import (
    DeliveredTake,
    Take,
    TakeBounce,
    TakeKey,
    TakePlace,
    TakeRendering,
    TakeTempo,
    TakeTranscription,
    bounce_reference,
    deliver_take,
    entry,
    take_folder,
)
from daw_bridge.events import Failed, NotesDelivered, Progress, Tell
from daw_bridge.host import Rendering
from daw_bridge.intake import Bounce
from daw_bridge.journal import PartKey
from daw_bridge.presets import StoredPreset
from daw_bridge.session.grid import SessionGrid, TempoGuess, WantedTempo, resolve_grid
from daw_bridge.session.place import NamedPlace, Place, find_place
from daw_bridge.session.readers import SessionInfo
from daw_bridge.transcribe import Engine, KeyEstimate, KindGuess


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
    session_start_s: float | None = None
    """What bar 1 reads on the clock that time stamps count by, where the user says it."""
    at: NamedPlace | None = None
    """Where the bounce begins, where the user says it."""
    folder: Path = Path()
    """What relative names in the settings count from."""


class Instruments(Protocol):
    """Whoever plays parts: the host."""

    def prepare(self, preset: StoredPreset) -> None:
        """Begin to load the instrument; does not wait."""

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
    estimate_tempo: Callable[[AudioClip, Part], TempoGuess | None]
    """None when there is no telling."""
    instruments: Instruments
    guess_kind: Callable[[AudioClip], KindGuess | None] = lambda clip: None
    estimate_key: Callable[[tuple[Note, ...]], KeyEstimate | None] = lambda notes: None
    time_stamp_s: Callable[[Path], float | None] = lambda path: None
    """When a bounce was recorded, in seconds after midnight, if its file says so."""
    drums: Engine | None = None
    """Who hears drums, whichever engine hears pitches."""
    piano: Engine | None = None
    """Who hears piano, where there is somebody who hears nothing else."""

    def engine_for(self, profile: str) -> Engine:
        """Who hears a part of that kind."""
        return {"drums": self.drums, "piano": self.piano}.get(profile) or self.engine


@dataclass(frozen=True)
class Heard:
    """What is heard in a bounce, by whom, and what for."""

    bounce: Bounce
    part: Part
    grid: SessionGrid
    place: Place
    engine: Engine
    profile: str
    profile_source: str | None
    key: KeyEstimate | None
    warnings: tuple[str, ...]

    @property
    def placed(self) -> PlacedGrid:
        """The grid from the bar line before the bounce on."""
        return self.grid.grid.placed(self.place.beat)


class Memory(Ledger, Protocol):
    """What outlives a run: the journal."""

    def part(self, key: PartKey) -> Part | None:
        """The part heard earlier."""

    def remember_part(self, key: PartKey, part: Part) -> None:
        """Keep a part."""


MIX_WARNING = (
    "This sounds like a mix of several instruments. One instrument at a time gives far better notes: "
    "bounce the tracks one by one, or have the mix separated first with --separate."
)


def run(job: Job, steps: Steps, memory: Memory, tell: Tell) -> DeliveredTake:
    """Take one bounce all the way. Raises BridgeError when no notes can be delivered.

    An instrument that fails costs its own rendering only: the take says so, and `Failed` is told.
    """
    for preset in job.presets:
        steps.instruments.prepare(preset)  # instruments load while the part is heard
    steps.engine_for(job.profile).prepare()
    heard = _hear(job, steps, memory, tell)

    folder, earlier = take_folder(job.deliver_to, job.take, job.bounce, heard.bounce.fingerprint)
    midi = _deliver_notes(folder, heard, memory)
    take = _take(job, folder, heard, midi, earlier)
    deliver_take(folder, folder.name, take, memory)
    tell(NotesDelivered(job.bounce, midi.path, len(heard.part.notes)))

    rendered = _render_all(job, folder, heard, steps.instruments, memory, tell)
    complete = take.model_copy(update={"renderings": (*rendered, *take.renderings)})
    return deliver_take(folder, folder.name, complete, memory)


def _hear(job: Job, steps: Steps, memory: Memory, tell: Tell) -> Heard:
    """What is in the bounce. The sound itself, 300 MB an hour, ends with this function."""
    tell(Progress(job.bounce, "listen", 0.0))
    bounce, clip = steps.listen(job.bounce, steps.engine.rate_hz)
    kind = steps.guess_kind(clip)
    profile, source = job.profile, None
    if profile == "auto" and kind is not None:
        profile, source = kind.profile, kind.source
    engine = steps.engine_for(profile)
    if engine.rate_hz != clip.rate_hz:
        bounce, clip = steps.listen(job.bounce, engine.rate_hz)
    part = _transcribe(job, bounce, clip, engine, profile, memory, tell)
    grid = resolve_grid(
        job.tempo,
        named_by=job.tempo_named_by,
        session=job.session,
        estimate=lambda: steps.estimate_tempo(clip, part),
        folder=job.folder,
    )
    place = find_place(
        job.bounce,
        grid.grid,
        named=job.at,
        session=job.session,
        clock_s=steps.time_stamp_s(job.bounce),
        session_start_s=job.session_start_s,
    )
    key = steps.estimate_key(part.notes) if profile != "drums" else None
    is_mix = job.profile == "auto" and kind is not None and kind.is_mix
    warnings = (*job.warnings, *([MIX_WARNING] if is_mix else []))
    return Heard(bounce, part, grid, place, engine, profile, source, key, warnings)


def _transcribe(
    job: Job, bounce: Bounce, clip: AudioClip, engine: Engine, profile: str, memory: Memory, tell: Tell
) -> Part:
    key = PartKey(bounce.fingerprint, engine.name, engine.version, profile)
    part = memory.part(key)
    if part is None:
        part = engine.transcribe(
            clip,
            profile=profile,
            on_progress=lambda fraction: tell(Progress(job.bounce, "transcribe", fraction)),
        )
        memory.remember_part(key, part)
    if not part.notes:
        raise NothingHeard(
            "No notes were recognised in it.",
            where=job.bounce,
            advice="Bounce one instrument by itself, louder, without long reverb or delay.",
        )
    return part


def _deliver_notes(folder: Path, heard: Heard, memory: Memory) -> Delivered:
    placed = heard.placed
    name = f"{folder.name} (bar {placed.bar})" if heard.place.is_known else folder.name
    content = midi_bytes(heard.part, placed, track_name=name)
    return deliver_file(folder, folder.name, ".mid", lambda path: _write(path, content), memory)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _render_all(
    job: Job,
    folder: Path,
    heard: Heard,
    instruments: Instruments,
    memory: Memory,
    tell: Tell,
) -> Iterable[TakeRendering]:
    """One rendering a preset, side by side, in the presets' order."""
    done = 0

    def render(preset: StoredPreset) -> TakeRendering:
        nonlocal done
        try:
            rendering = instruments.render(
                heard.part, preset, rate_hz=heard.bounce.rate_hz, tempo_map=heard.placed.from_start
            )
            name = f"{folder.name} - {preset.name}"
            audio = deliver_file(folder, name, ".wav", lambda path: write_wav(rendering.clip, path), memory)
        except BridgeError as error:
            tell(Failed(job.bounce, error))
            return TakeRendering(preset=preset.slug, name=preset.name, error=str(error))
        done += 1
        tell(Progress(job.bounce, "render", done / len(job.presets)))
        return TakeRendering(
            preset=preset.slug,
            name=preset.name,
            instrument=rendering.instrument,
            file=audio.path.name,
            sha256=audio.sha256,
            warnings=rendering.warnings,
        )

    if not job.presets:
        return ()
    tell(Progress(job.bounce, "render", 0.0))
    with ThreadPoolExecutor(len(job.presets), thread_name_prefix="render") as pool:
        return tuple(pool.map(render, job.presets))


def _take(job: Job, folder: Path, heard: Heard, midi: Delivered, earlier: Take | None) -> Take:
    """The take file without this run's renderings; those of the same audio on other presets stay."""
    bounce, grid, placed, engine = heard.bounce, heard.grid, heard.placed, heard.engine
    wanted = {preset.slug for preset in job.presets}
    same_audio = earlier is not None and earlier.bounce.fingerprint == bounce.fingerprint
    kept = [r for r in earlier.renderings if r.preset not in wanted] if earlier and same_audio else []
    return Take(
        bounce=TakeBounce(
            file=bounce_reference(folder, job.bounce),
            fingerprint=bounce.fingerprint,
            rate_hz=bounce.rate_hz,
            channels=bounce.channels,
            duration_s=round(bounce.duration_s, 6),
        ),
        transcription=TakeTranscription(
            engine=engine.name,
            engine_version=engine.version,
            profile=heard.profile,
            profile_source=heard.profile_source,
            notes=len(heard.part.notes),
        ),
        tempo=TakeTempo(
            bpm=round(placed.from_start.initial_bpm, 3),
            time_signature=str(placed.meters.initial),
            changes=not placed.tempo.is_constant or len(placed.meters.changes) > 1,
            source=grid.source,
            first_beat_s=None if grid.first_beat_s is None else round(grid.first_beat_s, 3),
        ),
        key=heard.key and TakeKey(name=heard.key.name, source=f"guess, {heard.key.confidence:.0%} sure"),
        place=TakePlace(
            bar=placed.bar,
            position=str(grid.grid.meters.position_at(heard.place.beat)),
            source=heard.place.source,
        ),
        midi=entry(midi),
        renderings=tuple(kept),
        warnings=heard.warnings,
    )
