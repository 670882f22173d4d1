"""What was heard -> what is delivered: notes, a rendering a preset, exports, and the take that lists them."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from daw_bridge.core.errors import BridgeError
from daw_bridge.deliver.audio import write_wav
from daw_bridge.deliver.dawproject import DAWPROJECT_SUFFIX, DawprojectAudio, write_dawproject
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.deliver.placing import Delivered, deliver_file
from daw_bridge.deliver.take import (
    Take,
    TakeBounce,
    TakeFileEntry,
    TakeKey,
    TakePlace,
    TakeRendering,
    TakeTempo,
    TakeTranscription,
    bounce_reference,
    entry,
)
from daw_bridge.events import Failed, Progress, Tell
from daw_bridge.job import Heard, Instruments, Job, Memory
from daw_bridge.presets import StoredPreset

RENDERED_CHANNELS = 2


def deliver_notes(folder: Path, heard: Heard, memory: Memory) -> Delivered:
    """The MIDI file; where the place is known its track is called by it, `bass (bar 17)`."""
    placed = heard.placed
    name = f"{folder.name} (bar {placed.bar})" if heard.place.is_known else folder.name
    content = midi_bytes(heard.part, placed, track_name=name)
    return deliver_file(folder, folder.name, ".mid", lambda path: _write(path, content), memory)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def render_all(
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
            duration_s=round(rendering.clip.duration_s, 6),
            warnings=rendering.warnings,
        )

    if not job.presets:
        return ()
    tell(Progress(job.bounce, "render", 0.0))
    with ThreadPoolExecutor(len(job.presets), thread_name_prefix="render") as pool:
        return tuple(pool.map(render, job.presets))


def export(job: Job, folder: Path, heard: Heard, take: Take, memory: Memory) -> tuple[TakeFileEntry, ...]:
    """What the job wants besides; after the renderings, which it holds."""
    if "dawproject" not in job.exports:
        return ()
    bounce = heard.bounce
    audio = [
        DawprojectAudio(folder / r.file, r.name, RENDERED_CHANNELS, bounce.rate_hz, r.duration_s)
        for r in take.renderings
        if r.file is not None and r.duration_s is not None
    ]

    def write(path: Path) -> None:
        write_dawproject(path, heard.part, heard.grid.grid, heard.place.beat, audio, name=folder.name)

    return (entry(deliver_file(folder, folder.name, DAWPROJECT_SUFFIX, write, memory)),)


def take_of(job: Job, folder: Path, heard: Heard, midi: Delivered, earlier: Take | None) -> Take:
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
