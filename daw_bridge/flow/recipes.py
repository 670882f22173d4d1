"""What is wanted, and what the take that is there already says -> what is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from daw_bridge.core.errors import BridgeError
from daw_bridge.core.notes import Part
from daw_bridge.deliver.take import Recipe, TakenBack
from daw_bridge.deliver.take_file import FoundTake, take_folder
from daw_bridge.flow.job import FindPreset, Job, Making, Memory
from daw_bridge.intake import Bounce
from daw_bridge.journal import PartKey
from daw_bridge.presets import StoredPreset

NO_RECIPE = Recipe()


@dataclass(frozen=True)
class TakenBackPart:
    """A part that came back from the DAW, and from which file."""

    source: TakenBack
    part: Part


def midi_key(sha256: str) -> PartKey:
    """What a part from a MIDI file of this content is remembered by."""
    return PartKey(sha256, "midi", "1", "")


def making_of(job: Job, bounce: Bounce, profile: str, memory: Memory) -> tuple[Making, TakenBackPart | None]:
    """For a bounce in which a part of this kind is heard: what the job names, and what else its take holds.

    Notes that came back from the DAW stay the part until the audio is another.
    """
    folder, earlier = take_folder(job.deliver_to, job.take, job.bounce, bounce.fingerprint)
    recipe = earlier.take.recipe if earlier is not None else NO_RECIPE
    is_same_audio = earlier is not None and earlier.take.bounce.fingerprint == bounce.fingerprint
    presets = job.presets_for(profile)
    named = {preset.slug for preset in presets}
    others, missing = _found(
        (slug for slug in recipe.presets if is_same_audio and slug not in named), job.find_preset
    )
    making = Making(
        subject=job.bounce,
        bounce=job.bounce,
        folder=folder,
        earlier=earlier,
        presets=(*presets, *others),
        edits=recipe.edits if job.edits is None else job.edits,
        variants=tuple(dict.fromkeys((*recipe.variants, *job.variants))),
        exports=tuple(dict.fromkeys((*job.exports, *(recipe.export if is_same_audio else ())))),
        bends=job.bends and (recipe.bends or not is_same_audio),
        compare=job.compare or (recipe.compare and is_same_audio),
        anew=frozenset(named),
        missing=missing,
    )
    taken_back = earlier.take.taken_back if earlier is not None and is_same_audio else None
    part = memory.part(midi_key(taken_back.sha256)) if taken_back is not None else None
    return making, TakenBackPart(taken_back, part) if taken_back is not None and part is not None else None


def making_again(found: FoundTake, find_preset: FindPreset, *, anew: frozenset[str] = frozenset()) -> Making:
    """For a take that is there: what its recipe says."""
    recipe = found.take.recipe
    presets, missing = _found(recipe.presets, find_preset)
    return Making(
        subject=found.file,
        bounce=found.bounce,
        folder=found.folder,
        earlier=found,
        presets=tuple(presets),
        edits=recipe.edits,
        variants=recipe.variants,
        exports=recipe.export,
        bends=recipe.bends,
        compare=recipe.compare,
        anew=anew,
        missing=missing,
    )


def _found(
    names: Iterable[str], find_preset: FindPreset | None
) -> tuple[list[StoredPreset], tuple[tuple[str, BridgeError], ...]]:
    """The presets that are there, and why others can't be played."""
    presets: list[StoredPreset] = []
    missing: list[tuple[str, BridgeError]] = []
    for name in names if find_preset is not None else ():
        try:
            presets.append(find_preset(name))  # type: ignore[misc]
        except BridgeError as error:
            missing.append((name, error))
    return presets, tuple(missing)
