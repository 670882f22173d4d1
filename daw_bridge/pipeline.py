"""The order of the steps, and nothing else: listen, transcribe, deliver the notes, render, deliver the sound.

Every step is handed in, so that a test can pass a fake one. `run` may be ended at any point and run again:
what it has heard is remembered, and what it has delivered is delivered to the same place.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import NothingHeard
from daw_bridge.core.notes import Part
from daw_bridge.deliver.take import DeliveredTake, deliver_take, take_folder
from daw_bridge.delivery import Players, deliver_notes, deliver_renderings, export, take_of
from daw_bridge.events import NotesDelivered, Progress, Tell
from daw_bridge.intake import Bounce
from daw_bridge.job import Heard, Instruments, Job, Memory, Steps
from daw_bridge.journal import PartKey
from daw_bridge.session.grid import resolve_grid
from daw_bridge.session.place import find_place
from daw_bridge.transcribe import Engine

__all__ = ["Instruments", "Job", "Memory", "Steps", "run"]

log = logging.getLogger(__name__)

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
    with Players(job, steps.instruments) as players:
        heard = _hear(job, steps, memory, tell, players)
        players.go_on(heard)
        return _deliver(job, heard, memory, tell, players)


def _deliver(job: Job, heard: Heard, memory: Memory, tell: Tell, players: Players) -> DeliveredTake:
    """The notes first: whatever happens to the sound, they are there."""
    folder, earlier = take_folder(job.deliver_to, job.take, job.bounce, heard.bounce.fingerprint)
    midi = deliver_notes(folder, heard, memory)
    take = take_of(job, folder, heard, midi, earlier)
    deliver_take(folder, folder.name, take, memory)
    count, place = len(heard.part.notes), heard.place
    log.info("%s: %d notes in %s (bar %d), %s", job.bounce, count, midi.path, heard.placed.bar, place.source)
    tell(NotesDelivered(job.bounce, midi.path, count, heard.placed.bar, place.is_known))

    rendered = deliver_renderings(job, folder, players, memory, tell)
    complete = take.model_copy(update={"renderings": (*rendered, *take.renderings)})
    exported = export(job, folder, heard, complete, memory)
    complete = complete.model_copy(update={"exports": exported})
    return deliver_take(folder, folder.name, complete, memory)


def _hear(job: Job, steps: Steps, memory: Memory, tell: Tell, players: Players) -> Heard:
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
    players.begin(part, bounce.rate_hz)
    in_session = job.mix or job.bounce
    hints = steps.hints(in_session)
    grid = resolve_grid(
        job.tempo,
        named_by=job.tempo_named_by,
        session=job.session,
        hints=hints,
        live=job.live,
        estimate=lambda: steps.estimate_tempo(clip, part),
        folder=job.folder,
    )
    place = find_place(
        in_session,
        grid.grid,
        named=job.at,
        session=job.session,
        clock_s=hints.clock_s,
        session_start_s=job.session_start_s,
    )
    key = steps.estimate_key(part.notes) if profile != "drums" else None
    is_mix = job.profile == "auto" and kind is not None and kind.is_mix
    warnings = (*job.warnings, *grid.warnings, *([MIX_WARNING] if is_mix else []))
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
    return part if job.bends else replace(part, bends=())
