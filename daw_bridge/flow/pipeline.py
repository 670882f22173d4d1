"""The order of the steps, and nothing else: listen, transcribe, edit, deliver the notes, render, deliver the
sound.

Every step is handed in, so that a test can pass a fake one. `run` may be ended at any point and run again:
what it has heard is remembered, and what it has delivered is delivered to the same place.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.envelope import envelope
from daw_bridge.core.errors import EngineFailed, NothingHeard
from daw_bridge.core.notes import Part
from daw_bridge.deliver.take import DeliveredTake, TakeKey, TakeTranscription
from daw_bridge.deliver.take_file import deliver_take
from daw_bridge.edit import apply_all
from daw_bridge.flow.comparing import NOT_COMPARED, compared_bars
from daw_bridge.flow.delivery import adopt, deliver_notes, deliver_picture, export, take_of
from daw_bridge.flow.events import NotesDelivered, Progress, Tell
from daw_bridge.flow.job import Heard, Instruments, Job, Making, Memory, Steps
from daw_bridge.flow.playing import Players
from daw_bridge.flow.recipes import making_of
from daw_bridge.intake import Bounce
from daw_bridge.journal import PartKey
from daw_bridge.session.grid import is_heard, resolve_grid
from daw_bridge.session.place import find_place
from daw_bridge.transcribe import Attacks, Engine, KeyEstimate, as_named

__all__ = ["Instruments", "Job", "Memory", "Steps", "key_of", "make", "run", "transcribed"]

log = logging.getLogger(__name__)

MIX_WARNING = (
    "This sounds like a mix of several instruments. One instrument at a time gives far better notes: "
    "bounce the tracks one by one, or have the mix separated first: `convert --separate`, or "
    "`separate: true` in bridge.yaml."
)


def run(job: Job, steps: Steps, memory: Memory, tell: Tell) -> DeliveredTake:
    """Take one bounce all the way. Raises BridgeError when no notes can be delivered.

    An instrument that fails costs its own rendering only: the take says so, and `Failed` is told.
    """
    for preset in job.presets_for(job.profile):
        steps.instruments.prepare(preset)  # instruments load while the part is heard
    steps.engine_for(job.profile).prepare()
    with Players(steps.instruments) as players:
        making, heard = _hear(job, steps, memory, tell, players)
        return make(making, heard, steps, players, memory, tell)


def make(
    making: Making, heard: Heard, steps: Steps, players: Players, memory: Memory, tell: Tell
) -> DeliveredTake:
    """What was heard -> the take. The notes first: whatever happens to the sound, they are there."""
    adopt(making, memory)
    edits = [edit for edit in making.edits if not heard.leaves_out(edit)]
    edited = apply_all(edits, heard.part, heard.placed)
    players.go_on(making, edited.part, heard.bounce.rate_hz, heard.placed)
    midi = deliver_notes(making, heard, edited, memory)
    take = take_of(making, heard, edited.part, midi)
    folder, earlier = making.folder, making.earlier
    deliver_take(folder, folder.name, take, memory, earlier=earlier)
    count, place, file = len(edited.part.notes), heard.place, folder / midi[0].file
    log.info("%s: %d notes in %s (bar %d), %s", making.subject, count, file, heard.placed.bar, place.source)
    tell(NotesDelivered(making.subject, file, count, heard.placed.bar, place.is_known))

    with ThreadPoolExecutor(1, thread_name_prefix="draw") as drawing:
        drawn = drawing.submit(deliver_picture, making, heard, edited.part, memory)
        recorded = tuple(rendering for rendering in take.renderings if rendering.recorded)
        renderings = (*players.deliver(making, memory, tell), *recorded)
        exports = export(making, heard, edited.part, renderings, memory)
        compared = compared_bars(making, heard, renderings, steps.listen) if making.compare else NOT_COMPARED
    take = take.model_copy(
        update={
            "renderings": renderings,
            "worth_a_look": compared.worth_a_look,
            "remarks": (*take.remarks, *compared.remarks),
            "picture": drawn.result(),
            "exports": exports,
            "is_complete": True,
        }
    )
    return deliver_take(folder, folder.name, take, memory, earlier=earlier)


def _hear(job: Job, steps: Steps, memory: Memory, tell: Tell, players: Players) -> tuple[Making, Heard]:
    """What is in the bounce. The sound itself, 300 MB an hour, ends with this function."""
    tell(Progress(job.bounce, "listen", 0.0))
    bounce, clip = steps.listen(job.bounce, steps.engine.rate_hz)
    outline = envelope(clip)
    memory.remember_outline(bounce.fingerprint, outline)
    kind = steps.guess_kind(clip)
    profile, source = job.profile, None
    if profile == "auto" and kind is not None:
        kind = kind if job.mix else as_named(kind, job.take)
        profile, source = kind.profile, kind.source
    engine = steps.engine_for(profile)
    if engine.rate_hz != clip.rate_hz:
        bounce, clip = steps.listen(job.bounce, engine.rate_hz)
    in_session = job.mix or job.bounce
    hints = steps.hints(in_session)
    guesses = is_heard(job.tempo, job.session, hints, job.live)
    attacks = _begun(steps.find_attacks, clip) if guesses else None
    as_heard = transcribed(job, bounce, clip, engine, profile, memory, tell)
    making, taken_back = making_of(job, bounce, profile, memory)
    part = as_heard if taken_back is None else taken_back.part
    part = part if making.bends else replace(part, bends=())
    players.begin(making, part, bounce.rate_hz)
    grid = resolve_grid(
        job.tempo,
        named_by=job.tempo_named_by,
        session=job.session,
        hints=hints,
        live=job.live,
        estimate=lambda: None if attacks is None else steps.estimate_tempo(attacks.result(), part),
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
    is_mix = job.profile == "auto" and kind is not None and kind.is_mix and job.mix is None
    return making, Heard(
        bounce,
        part,
        grid,
        place,
        TakeTranscription(
            engine=engine.name,
            engine_version=engine.version,
            profile=profile,
            profile_source=source,
            notes=len(as_heard.notes),
            tuning_cents=round(as_heard.tuning_cents) or None,
        ),
        key_of(key),
        (*job.warnings, *grid.warnings, *_heard_with(steps, profile, is_mix=is_mix)),
        None if taken_back is None else taken_back.source,
        outline,
    )


def _heard_with(steps: Steps, profile: str, *, is_mix: bool) -> Iterator[str]:
    """What there is to say of how it was heard."""
    if is_mix:
        yield MIX_WARNING
    if profile == "piano" and steps.piano_warning:
        yield steps.piano_warning


def _begun(find: Callable[[AudioClip], Attacks], clip: AudioClip) -> Future[Attacks]:
    """In a thread of its own: while the network listens, a core is half idle."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="attacks")
    found = thread.submit(find, clip)
    thread.shutdown(wait=False)
    return found


def key_of(guess: KeyEstimate | None) -> TakeKey | None:
    """A guess at the key as the take file has it."""
    return None if guess is None else TakeKey(name=guess.name, source=f"guess, {guess.confidence:.0%} sure")


def transcribed(
    job: Job, bounce: Bounce, clip: AudioClip, engine: Engine, profile: str, memory: Memory, tell: Tell
) -> Part:
    """The part, remembered or heard now. Raises NothingHeard, EngineMissing, EngineFailed."""
    key = PartKey(bounce.fingerprint, engine.name, engine.version, profile)
    part = memory.part(key)
    if part is None:
        try:
            part = engine.transcribe(
                clip,
                profile=profile,
                on_progress=lambda fraction: tell(Progress(job.bounce, "transcribe", fraction)),
            )
        except EngineFailed as error:
            raise EngineFailed(error.what, where=error.where or job.bounce, advice=error.advice) from error
        memory.remember_part(key, part)
    if not part.notes:
        raise NothingHeard(
            "No notes were recognised in it.",
            where=job.bounce,
            advice="Bounce one instrument by itself, louder, without long reverb or delay.",
        )
    return part
