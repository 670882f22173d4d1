"""A take made again: with another recipe, with notes that came back from the DAW, or of a MIDI file alone.

Nothing is transcribed where the part is remembered, and the bounce need not be there any more.
"""

from __future__ import annotations

import logging
from bisect import bisect_left, bisect_right
from dataclasses import replace
from pathlib import Path

from daw_bridge.core.errors import BounceMissing, TakeInvalid
from daw_bridge.core.files import sha256_of
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.deliver.take import DeliveredTake, TakenBack, TakeTranscription
from daw_bridge.deliver.take_file import FoundTake, bounce_reference
from daw_bridge.flow.events import Tell
from daw_bridge.flow.job import FindPreset, Heard, Job, Making, Memory, Steps
from daw_bridge.flow.pipeline import key_of, make, transcribed
from daw_bridge.flow.playing import Players
from daw_bridge.flow.recipes import making_again, making_of, midi_key
from daw_bridge.intake import Bounce
from daw_bridge.intake.midi import MidiClip, read_midi
from daw_bridge.journal import PartKey
from daw_bridge.session.grid import SessionGrid, resolve_grid
from daw_bridge.session.place import Place, find_place
from daw_bridge.session.readers.midi_map import MidiTempoMap
from daw_bridge.settings import FixedTempo, ListenedTempo, TempoFile

log = logging.getLogger(__name__)

MIDI_RATE_HZ = 44_100
"""Of renderings of a MIDI file alone, where no session says another."""

NEAR_BEATS = 0.25
"""Notes of one pitch that are this near are taken for the same note."""


def remake(
    found: FoundTake,
    steps: Steps,
    memory: Memory,
    tell: Tell,
    *,
    find_preset: FindPreset,
    anew: frozenset[str] = frozenset(),
) -> DeliveredTake:
    """Make the take again as `found` has it. The presets `anew` play though nothing has changed.

    Raises BridgeError.
    """
    making = making_again(found, find_preset, anew=anew)
    heard = _heard_again(found, making, steps, memory, tell)
    return _made(making, heard, steps, memory, tell)


def take_back(
    found: FoundTake, midi: Path, steps: Steps, memory: Memory, tell: Tell, *, find_preset: FindPreset
) -> DeliveredTake:
    """The notes of `midi` are the part from now on, and the take is made again.

    The take's edits are in the file already, so they end here; the history keeps them. Raises BridgeError.
    """
    clip = read_midi(midi)
    placed = _grid_of(found).grid.placed(found.take.place.beat)
    before = part_of(found, memory) or Part((), found.take.bounce.duration_s)
    bar_beat = _grid_of(found).grid.meters.start_of(placed.bar)
    shift_beats = _shift_beats(clip, placed, bar_beat, before)
    part = clip.on(placed, shift_beats=shift_beats, duration_s=found.take.bounce.duration_s)
    memory.remember_part(midi_key(clip.sha256), part)
    memory.dealt_with(midi, clip.sha256)
    source = TakenBack(file=bounce_reference(found.folder, midi), sha256=clip.sha256, notes=len(part.notes))
    log.info("%s: %d notes taken back from %s", found.file, len(part.notes), midi)
    recipe = found.take.recipe.model_copy(update={"edits": ()})
    mended = found.changed(recipe=recipe, taken_back=source)
    return remake(mended, steps, memory, tell, find_preset=find_preset)


def run_midi(job: Job, steps: Steps, memory: Memory, tell: Tell) -> DeliveredTake:
    """Take a MIDI file all the way, as a bounce whose notes are known. Raises BridgeError."""
    clip = read_midi(job.bounce)
    grid = _grid_for(job)
    place = find_place(job.bounce, grid.grid, named=job.at)
    part = clip.on(grid.grid.placed(place.beat), shift_beats=0.0)
    rate_hz = (job.session.rate_hz if job.session else None) or MIDI_RATE_HZ
    frames = round(part.duration_s * rate_hz)
    bounce = Bounce(job.bounce, rate_hz, 0, frames, clip.sha256[:32])
    making, _ = making_of(job, bounce, job.profile, memory)
    file = bounce_reference(making.folder, job.bounce)
    source = TakenBack(file=file, sha256=clip.sha256, notes=len(part.notes))
    memory.remember_part(midi_key(clip.sha256), part)
    heard = Heard(
        bounce,
        part,
        grid,
        place,
        TakeTranscription(engine="midi", engine_version="1", profile=job.profile, notes=len(part.notes)),
        key_of(steps.estimate_key(part.notes)) if job.profile != "drums" else None,
        warnings=job.warnings,
        taken_back=source,
    )
    log.info("%s: a MIDI file with %d notes", job.bounce, len(part.notes))
    return _made(making, heard, steps, memory, tell)


def _made(making: Making, heard: Heard, steps: Steps, memory: Memory, tell: Tell) -> DeliveredTake:
    with Players(steps.instruments) as players:
        return make(making, heard, steps, players, memory, tell)


def _heard_again(
    found: FoundTake,
    making: Making,
    steps: Steps,
    memory: Memory,
    tell: Tell,
) -> Heard:
    """What was heard, as the take file and the memory have it."""
    take = found.take
    about = take.bounce
    frames = round(about.duration_s * about.rate_hz)
    bounce = Bounce(found.bounce, about.rate_hz, about.channels, frames, about.fingerprint)
    if take.taken_back is not None:
        part = _part_of_midi(found, take.taken_back, memory)
    else:
        part = part_of(found, memory) or _heard_anew(found, making, steps, memory, tell)
    part = part if making.bends else replace(part, bends=())
    place = Place(take.place.beat, take.place.source, is_known=take.place.is_known)
    key = take.key
    if take.taken_back is not None and take.transcription.profile != "drums":
        key = key_of(steps.estimate_key(part.notes))  # the notes are others than those that were heard
    known = (take.transcription, key, take.warnings, take.taken_back)
    return Heard(bounce, part, _grid_of(found), place, *known, outline=memory.outline(about.fingerprint))


def _part_of_midi(found: FoundTake, taken_back: TakenBack, memory: Memory) -> Part:
    part = memory.part(midi_key(taken_back.sha256))
    if part is not None:
        return part
    file = found.folder / taken_back.file
    if not file.is_file() or sha256_of(file) != taken_back.sha256:
        raise TakeInvalid(
            f"Its notes are from {taken_back.file}, which is not what it was, and nobody remembers them.",
            where=found.file,
            advice="Export the MIDI again into the take's folder, or bounce the audio again.",
        )
    return read_midi(file).on(
        _grid_of(found).grid.placed(found.take.place.beat), duration_s=found.take.bounce.duration_s
    )


def _heard_anew(found: FoundTake, making: Making, steps: Steps, memory: Memory, tell: Tell) -> Part:
    """Nobody remembers the part: it is heard again, by the engine of that name as it is now."""
    if not found.bounce.is_file():
        raise BounceMissing(
            "The take's part is not remembered here, and its bounce is gone.",
            where=found.bounce,
            advice="Put the bounce back, or bounce it again.",
        )
    profile = found.take.transcription.profile
    engine = steps.engine_for(profile)
    log.warning("%s: its part is not remembered; it is heard again by %s", found.file, engine.name)
    for preset in making.presets:
        steps.instruments.prepare(preset)
    bounce, clip = steps.listen(found.bounce, engine.rate_hz)
    job = Job(found.bounce, found.folder.name, found.folder.parent, making.presets, profile, "session", "")
    return transcribed(job, bounce, clip, engine, profile, memory, tell)


def _grid_of(found: FoundTake) -> SessionGrid:
    tempo = found.take.tempo
    if not tempo.is_whole:
        raise TakeInvalid(
            "It was made by an earlier version, which kept only the first of several tempi.",
            where=found.file,
            advice="Bounce it again: the take is then made on the session's tempo.",
        )
    return SessionGrid(tempo.to_grid(), tempo.source, first_beat_s=tempo.first_beat_s)


def _grid_for(job: Job) -> SessionGrid:
    """The grid that is wanted, or the session's, or the file's own."""
    names_one = isinstance(job.tempo, FixedTempo | TempoFile)
    if not names_one and job.session is None and job.live is None:
        own = MidiTempoMap().read(job.bounce)
        unheard = f"no {job.tempo.what} was heard: " if isinstance(job.tempo, ListenedTempo) else ""
        return SessionGrid(own.grid, f"{unheard}the MIDI file's own tempo")
    return resolve_grid(
        job.tempo,
        named_by=job.tempo_named_by,
        session=job.session,
        estimate=lambda: None,
        live=job.live,
        folder=job.folder,
    )


def part_of(found: FoundTake, memory: Memory) -> Part | None:
    """The part as it was heard, if it is remembered."""
    return memory.part(_key_of(found))


def _key_of(found: FoundTake) -> PartKey:
    heard = found.take.transcription
    return PartKey(found.take.bounce.fingerprint, heard.engine, heard.engine_version, heard.profile)


def _shift_beats(clip: MidiClip, placed: PlacedGrid, bar_beat: float, before: Part) -> float:
    """Where the file begins, in beats from the take's first bar line: there, or on the session's bar 1.

    DAWs export a clip from its own start, or from the song's. The notes that were there tell which, by
    pitch and place; where all were transposed, by place alone; where none is left, that they lie in the
    bounce.
    """
    onsets = [(placed.beat_at(note.onset_s), note.pitch) for note in before.notes]  # rising
    beats = [beat for beat, _ in onsets]
    end_beat = placed.beat_at(before.duration_s)

    def likelihood(shift: float) -> tuple[int, int, int]:
        starts = [(note.start_beat + shift, note.pitch) for note in clip.notes]
        near = [
            {p for _, p in onsets[bisect_left(beats, at - NEAR_BEATS) : bisect_right(beats, at + NEAR_BEATS)]}
            for at, _ in starts
        ]
        return (
            sum(pitch in pitches for (_, pitch), pitches in zip(starts, near, strict=True)),
            sum(bool(pitches) for pitches in near),
            sum(-NEAR_BEATS < at < end_beat for at, _ in starts),
        )

    return max((0.0, -bar_beat), key=likelihood)
