"""What was heard -> what is delivered: notes, a rendering a preset, exports, and the take that lists them."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from daw_bridge.core.errors import BridgeError
from daw_bridge.core.notes import Part
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
from daw_bridge.host import Rendering
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


class Players:
    """The job's presets, side by side. A context manager; leaving it waits for those that play.

    They begin as soon as the part is known, while its grid is looked for and the notes are delivered. Only
    who plays in the session's tempo waits for it.
    """

    def __init__(self, job: Job, instruments: Instruments) -> None:
        self._presets = job.presets
        self._instruments = instruments
        self._pool = ThreadPoolExecutor(max(len(job.presets), 1), thread_name_prefix="render")
        self._playing: dict[str, Future[Rendering]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, part: Part, rate_hz: int) -> None:
        """Play the part, at the bounce's rate."""
        for preset in self._presets:
            if not preset.preset.tempo_synced:
                self._playing[preset.slug] = self._pool.submit(
                    self._instruments.render, part, preset, rate_hz=rate_hz
                )

    def go_on(self, heard: Heard) -> None:
        """The grid is known: play those that waited for it."""
        for preset in self._presets:
            if preset.slug not in self._playing:
                self._playing[preset.slug] = self._pool.submit(
                    self._instruments.render,
                    heard.part,
                    preset,
                    rate_hz=heard.bounce.rate_hz,
                    tempo_map=heard.placed.from_start,
                )

    def rendering(self, preset: StoredPreset) -> Rendering:
        """Waits for it. Raises PluginError."""
        return self._playing[preset.slug].result()


def deliver_renderings(
    job: Job, folder: Path, players: Players, memory: Memory, tell: Tell
) -> Iterable[TakeRendering]:
    """One rendering a preset, in the presets' order."""
    done = 0

    def deliver(preset: StoredPreset) -> TakeRendering:
        nonlocal done
        try:
            rendering = players.rendering(preset)
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
    with ThreadPoolExecutor(len(job.presets), thread_name_prefix="deliver") as pool:
        return tuple(pool.map(deliver, job.presets))


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
            is_known=heard.place.is_known,
            source=heard.place.source,
        ),
        midi=entry(midi),
        renderings=tuple(kept),
        warnings=heard.warnings,
    )
