"""Edits: `Part` -> `Part`, pure, one a file, found by name in `schema.EDITS`.

Times go through the session's grid, so that an edit in beats holds through changes of tempo and meter;
bends and controllers move along with the notes. An edit never leaves a note that ends before it begins,
or one pitch sounding twice at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.moving import without_overlaps
from daw_bridge.edit.schema import EDITS, AnyEdit, Edits

__all__ = ["EDITS", "AnyEdit", "Edit", "Edits", "apply"]


def apply(edits: Iterable[Edit], part: Part, grid: PlacedGrid) -> Part:
    """`part` after the edits, in their order; `grid` is where its bars and beats lie."""
    for edit in edits:
        part = without_overlaps(edit.apply(part, grid))
    return part
