"""The order of the steps, and nothing else: listen, transcribe, deliver the notes, render, deliver the sound.

Every step is handed in, so that a test can pass a fake one. `run` may be ended at any point and run again:
what it has heard is remembered, and what it has delivered is delivered to the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import BridgeError, NothingHeard
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
from daw_bridge.session.tempo import SessionTempo, TempoGuess, resolve_tempo
from daw_bridge.settings import FixedTempo
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
    tempo: FixedTempo | Literal["audio"]
    tempo_named_by: str
    warnings: tuple[str, ...] = ()


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
    tempo: SessionTempo
    engine: Engine
    profile: str
    profile_source: str | None
    key: KeyEstimate | None
    warnings: tuple[str, ...]


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
    midi = _deliver_notes(folder, heard.part, heard.tempo, memory)
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
    tempo = resolve_tempo(
        job.tempo, named_by=job.tempo_named_by, estimate=lambda: steps.estimate_tempo(clip, part)
    )
    key = steps.estimate_key(part.notes) if profile != "drums" else None
    is_mix = job.profile == "auto" and kind is not None and kind.is_mix
    warnings = (*job.warnings, *([MIX_WARNING] if is_mix else []))
    return Heard(bounce, part, tempo, engine, profile, source, key, warnings)


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


def _deliver_notes(folder: Path, part: Part, tempo: SessionTempo, memory: Memory) -> Delivered:
    content = midi_bytes(part, tempo.grid.placed(0.0), track_name=folder.name)
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
                heard.part, preset, rate_hz=heard.bounce.rate_hz, tempo_map=heard.tempo.grid.tempo
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
    bounce, tempo, engine = heard.bounce, heard.tempo, heard.engine
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
            bpm=round(tempo.grid.tempo.initial_bpm, 3),
            time_signature=str(tempo.grid.meters.initial),
            source=tempo.source,
            first_beat_s=None if tempo.first_beat_s is None else round(tempo.first_beat_s, 3),
        ),
        key=heard.key and TakeKey(name=heard.key.name, source=f"guess, {heard.key.confidence:.0%} sure"),
        place=TakePlace(bar=1, source="the bounce's place is not known: it is taken to start on bar 1"),
        midi=entry(midi),
        renderings=tuple(kept),
        warnings=heard.warnings,
    )
