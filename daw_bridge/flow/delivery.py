"""What was heard -> what is delivered: notes, exports, and the take that lists them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from daw_bridge import version
from daw_bridge.core.doubtful import doubtful
from daw_bridge.core.files import sha256_of
from daw_bridge.core.grid import Grid
from daw_bridge.core.notes import Part
from daw_bridge.deliver.dawproject import DAWPROJECT_SUFFIX, DawprojectAudio, write_dawproject
from daw_bridge.deliver.midi import DRUM_CHANNEL, midi_bytes
from daw_bridge.deliver.migration import VERSION
from daw_bridge.deliver.placing import deliver_file
from daw_bridge.deliver.take import (
    Recipe,
    Take,
    TakeBounce,
    TakeFileEntry,
    TakeMidi,
    TakePlace,
    TakeRendering,
    TakeTempo,
    Version,
)
from daw_bridge.deliver.take_file import bounce_reference, entry
from daw_bridge.edit import Edited, apply, drums_keep_their_keys, name_chords
from daw_bridge.edit.variants import PLAYED, VARIANTS
from daw_bridge.flow.job import Heard, Making, Memory

RENDERED_CHANNELS = 2

MOST_CHORDS = 200
MOST_DOUBTFUL = 100
ONE_VOICE_OR_NONE = ("bass", "lead", "vocal", "drums")
"""Profiles of parts in which there are no chords to name."""

OTHER_NOTES = "Recorded of other notes than the take has now: record it again."

MOST_VERSIONS = 50
"""So many are kept in a take's history."""


def adopt(making: Making, memory: Memory) -> None:
    """What the take that is there lists is ours, also where nobody remembers it: the session's hidden folder
    is easily left behind. What came back from the DAW is not."""
    if making.earlier is None:
        return
    take = making.earlier.take
    theirs = take.taken_back.sha256 if take.taken_back else None
    listed = [*take.midi, *take.exports, *([take.picture] if take.picture else [])]
    hashes = [(one.file, one.sha256) for one in listed]
    hashes += [(r.file, r.sha256) for r in take.renderings if r.file and r.sha256 and not r.recorded]
    for name, sha256 in hashes:
        path = making.folder / name
        is_inside = path.parent == making.folder
        if is_inside and sha256 != theirs and not memory.has_written(path, sha256):
            memory.will_write(path, sha256)


def deliver_notes(making: Making, heard: Heard, edited: Edited, memory: Memory) -> tuple[TakeMidi, ...]:
    """A MIDI file a variant, and one for each part that it was split into.

    Where the place is known, their tracks are called by it, `bass (bar 17)`. A file that came back from the
    DAW is the part itself, and stays.
    """
    folder, placed = making.folder, heard.placed
    title = f"{folder.name} (bar {placed.bar})" if heard.place.is_known else folder.name
    before = making.earlier.take.midi if making.earlier is not None else ()
    channel = DRUM_CHANNEL if heard.transcription.profile == "drums" else 1

    def deliver(variant: str, part: Part, track_name: str) -> TakeMidi:
        made_of = _made_of(part, heard, track_name)
        for kept in before:
            if kept.variant == variant and _is_same(making, kept, made_of):
                return kept
        content = midi_bytes(part, placed, track_name=track_name, channel=channel)
        name = folder.name if variant == PLAYED else f"{folder.name} ({variant})"
        file = deliver_file(folder, name, ".mid", lambda path: _write(path, content), memory)
        return TakeMidi(variant=variant, file=file.path.name, sha256=file.sha256, made_of=made_of)

    delivered: list[TakeMidi] = []
    for variant in making.variants:
        if variant == PLAYED and not making.edits and (own := _came_back(making, heard)) is not None:
            delivered.append(TakeMidi(variant=variant, file=own.name, sha256=sha256_of(own)))
        else:
            delivered.append(deliver(variant, apply(VARIANTS[variant], edited.part, placed), title))
    delivered += (deliver(one.name, one.part, f"{title} {one.name}") for one in edited.split)
    return tuple(delivered)


def deliver_picture(making: Making, heard: Heard, edited: Part, memory: Memory) -> TakeFileEntry:
    """The part over the bounce's outline; the one of before, if it shows the same."""
    folder, placed = making.folder, heard.placed
    made_of = _made_of(edited, heard, folder.name)
    before = making.earlier.take.picture if making.earlier is not None else None
    if before is not None and _is_same(making, before, made_of):
        return before
    from daw_bridge.deliver.picture import picture_png  # brings Pillow, which takes its time

    content = picture_png(edited, placed, heard.outline, title=folder.name)
    file = deliver_file(folder, folder.name, ".png", lambda path: _write(path, content), memory)
    return TakeFileEntry(file=file.path.name, sha256=file.sha256, made_of=made_of)


def _made_of(part: Part, heard: Heard, title: str) -> str:
    said = json.dumps([part.sha256, repr(heard.placed), heard.bounce.fingerprint, title, version()])
    return hashlib.sha256(said.encode()).hexdigest()


def _is_same(making: Making, before: TakeFileEntry, made_of: str) -> bool:
    """Whether the file of before would be made again, and lies there as it was made."""
    file = making.folder / before.file
    return before.made_of == made_of and file.is_file() and sha256_of(file) == before.sha256


def _came_back(making: Making, heard: Heard) -> Path | None:
    """The MIDI file that the part is from, if it lies in the take's own folder as it was read."""
    if heard.taken_back is None:
        return None
    file = making.folder / heard.taken_back.file
    is_here = file.parent == making.folder and file.is_file()
    return file if is_here and sha256_of(file) == heard.taken_back.sha256 else None


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def export(
    making: Making, heard: Heard, edited: Part, renderings: Sequence[TakeRendering], memory: Memory
) -> tuple[TakeFileEntry, ...]:
    """What is wanted besides; after the renderings, which it holds."""
    if "dawproject" not in making.exports:
        return ()
    folder = making.folder
    audio = [
        DawprojectAudio(folder / r.file, r.name, RENDERED_CHANNELS, heard.bounce.rate_hz, r.duration_s)
        for r in renderings
        if r.file is not None and r.duration_s is not None
    ]

    def write(path: Path) -> None:
        write_dawproject(path, edited, heard.grid.grid, heard.place.beat, audio, name=folder.name)

    return (entry(deliver_file(folder, folder.name, DAWPROJECT_SUFFIX, write, memory)),)


def take_of(making: Making, heard: Heard, edited: Part, midi: tuple[TakeMidi, ...]) -> Take:
    """The take file, for now with the renderings that were there before."""
    bounce, grid, placed = heard.bounce, heard.grid.grid, heard.placed
    recipe = Recipe(
        presets=making.recipe_presets,
        edits=making.edits,
        variants=making.variants,
        export=making.exports,
        bends=making.bends,
        compare=making.compare,
    )
    earlier = making.earlier.take if making.earlier is not None else None
    changes = not grid.tempo.is_constant or len(grid.meters.changes) > 1
    take = Take(
        version=VERSION,
        recipe=recipe,
        bounce=TakeBounce(
            file=bounce_reference(making.folder, making.bounce),
            fingerprint=bounce.fingerprint,
            rate_hz=bounce.rate_hz,
            channels=bounce.channels,
            duration_s=round(bounce.duration_s, 6),
        ),
        transcription=heard.transcription,
        taken_back=heard.taken_back,
        tempo=TakeTempo(
            bpm=round(placed.from_start.initial_bpm, 6),
            time_signature=str(placed.meters.initial),
            changes=changes,
            source=heard.grid.source,
            first_beat_s=None if heard.grid.first_beat_s is None else round(heard.grid.first_beat_s, 3),
            **(_whole(grid) if changes else {}),
        ),
        key=heard.key,
        place=TakePlace(
            bar=placed.bar,
            position=str(grid.meters.position_at(heard.place.beat)),
            beat=heard.place.beat,
            is_known=heard.place.is_known,
            source=heard.place.source,
        ),
        notes=len(edited.notes),
        midi=midi,
        chords=_chords(heard, edited),
        doubtful=tuple(str(one) for one in doubtful(edited, placed)[:MOST_DOUBTFUL]),
        renderings=(
            *(r for r in (earlier.renderings if earlier else ()) if r.preset in recipe.presets),
            *recordings(making, bounce.fingerprint, midi),
        ),
        warnings=heard.warnings,
        remarks=_remarks(making, heard, edited),
        is_complete=False,
    )
    return take.model_copy(update={"history": _history(take, earlier)})


def _remarks(making: Making, heard: Heard, edited: Part) -> tuple[str, ...]:
    remarks = []
    if left_out := [edit for edit in making.edits if heard.leaves_out(edit)]:
        remarks.append(drums_keep_their_keys(left_out))
    if not edited.notes:
        remarks.append("No notes are left after the edits.")
    return tuple(remarks)


def recordings(making: Making, fingerprint: str, midi: Sequence[TakeMidi]) -> tuple[TakeRendering, ...]:
    """Those of hardware, which nobody can make again; of other audio they are no longer this take's."""
    earlier = making.earlier.take if making.earlier is not None else None
    if earlier is None or earlier.bounce.fingerprint != fingerprint:
        return ()
    notes = {one.sha256 for one in midi}
    kept = [r for r in earlier.renderings if r.recorded and r.file and (making.folder / r.file).is_file()]
    return tuple(
        rendering.model_copy(
            update={
                "warnings": (
                    *(warning for warning in rendering.warnings if warning != OTHER_NOTES),
                    *([] if rendering.made_of in notes else [OTHER_NOTES]),
                )
            }
        )
        for rendering in kept
    )


def _chords(heard: Heard, edited: Part) -> tuple[str, ...]:
    """The first of them: a take file is for reading."""
    if heard.transcription.profile in ONE_VOICE_OR_NONE:
        return ()
    named = name_chords(edited, heard.placed)
    return tuple(f"{one.position} {one.name}" for one in named[:MOST_CHORDS])


def _whole(grid: Grid) -> dict[str, object]:
    """The grid as the take file keeps it."""
    return {
        "map": tuple((c.beat, c.tempo_bpm, c.curve) for c in grid.tempo.changes),
        "meters": tuple((c.beat, str(c.time_signature)) for c in grid.meters.changes),
    }


def _history(take: Take, earlier: Take | None) -> tuple[Version, ...]:
    """What the take was made of, the last entry being this one."""
    before = earlier.history if earlier is not None and _is_of_same_audio(take, earlier) else ()
    recorded = tuple(r.file for r in take.renderings if r.recorded and r.file)
    made_of = (take.recipe, take.taken_back, recorded)
    if before and (before[-1].recipe, before[-1].taken_back, before[-1].recorded) == made_of:
        return before
    number = before[-1].number + 1 if before else 1
    made = datetime.now().isoformat(timespec="seconds")
    this = Version(
        number=number, made=made, recipe=take.recipe, taken_back=take.taken_back, recorded=recorded
    )
    if len(before) < MOST_VERSIONS:
        return (*before, this)
    return (before[0], *before[2 - MOST_VERSIONS :], this)  # what it was at first stays


def _is_of_same_audio(take: Take, earlier: Take) -> bool:
    return take.bounce.fingerprint == earlier.bounce.fingerprint
