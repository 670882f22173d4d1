"""A part's variants: MIDI files side by side, for choosing in the DAW."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from daw_bridge.edit.edit import Edit
from daw_bridge.edit.quantize import Quantize
from daw_bridge.edit.simplify import Simplify

VariantName = Literal["played", "tight", "simple"]

PLAYED: VariantName = "played"

VARIANTS: Mapping[VariantName, tuple[Edit, ...]] = MappingProxyType(
    {
        "played": (),
        "tight": (Quantize(),),
        "simple": (Simplify(), Quantize()),
    }
)
"""Each as the edits that come after the take's own: as played, on the grid of sixteenths, and without its
small change on that grid."""
