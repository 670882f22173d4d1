"""Edits: `Part` -> `Part`, pure, one a file, found by name in `schema.EDITS`.

Times go through the session's grid, so that an edit in beats holds through changes of tempo and meter;
bends and controllers move along with the notes. An edit never leaves a note that ends before it begins,
or one pitch sounding twice at once.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.harmony import NamedChord, name_chords
from daw_bridge.edit.moving import without_overlaps
from daw_bridge.edit.schema import EDITS, AnyEdit, Edits
from daw_bridge.edit.split import NamedPart, Split

__all__ = [
    "EDITS",
    "AnyEdit",
    "Edit",
    "Edited",
    "Edits",
    "NamedChord",
    "NamedPart",
    "apply",
    "apply_all",
    "drums_keep_their_keys",
    "name_chords",
]


@dataclass(frozen=True)
class Edited:
    """A part after its edits, and what it was split into, if it was."""

    part: Part
    split: tuple[NamedPart, ...] = ()


def apply(edits: Iterable[Edit], part: Part, grid: PlacedGrid) -> Part:
    """`part` after the edits, in their order; `grid` is where its bars and beats lie."""
    with _uncollected():
        for edit in edits:
            part = without_overlaps(edit.apply(part, grid))
    return part


def drums_keep_their_keys(left_out: Iterable[Edit]) -> str:
    """What to say of edits that were not made, since they move keys."""
    names = ", ".join(edit.edit_name() for edit in left_out)
    return f"These are drums, whose keys say what is struck and stay. Left out: {names}."


@contextmanager
def _uncollected() -> Iterator[None]:
    """Notes hold no cycles: to look for any among 10,000 new ones takes as long as the edit."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def apply_all(edits: Iterable[Edit], part: Part, grid: PlacedGrid) -> Edited:
    """The same, and the parts that a `split` makes besides: edits after it are applied to each of them, too.

    A second `split` splits the whole part anew.
    """
    split: tuple[NamedPart, ...] = ()
    for edit in edits:
        part = apply([edit], part, grid)
        if isinstance(edit, Split):
            split = edit.parts(part)
        else:
            split = tuple(NamedPart(one.name, apply([edit], one.part, grid)) for one in split)
    return Edited(part, split)
