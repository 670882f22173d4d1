"""How edits are written: each entry of `edits:` a name, with or without settings.

edits:
  - quantize: {grid: 1/16, strength: 80 %}
  - transpose: 12
  - legato
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from daw_bridge.core.document import did_you_mean
from daw_bridge.edit.chop import Chop
from daw_bridge.edit.chords import Chords
from daw_bridge.edit.delay import Delay
from daw_bridge.edit.edit import Edit
from daw_bridge.edit.fold import Fold
from daw_bridge.edit.humanize import Humanize
from daw_bridge.edit.key import Key
from daw_bridge.edit.layer import Layer
from daw_bridge.edit.legato import Legato
from daw_bridge.edit.length import Length
from daw_bridge.edit.mono import Mono
from daw_bridge.edit.quantize import Quantize
from daw_bridge.edit.simplify import Simplify
from daw_bridge.edit.split import Split
from daw_bridge.edit.staccato import Staccato
from daw_bridge.edit.strum import Strum
from daw_bridge.edit.sure import Sure
from daw_bridge.edit.swing import Swing
from daw_bridge.edit.tempo import Tempo
from daw_bridge.edit.transpose import Transpose
from daw_bridge.edit.velocity import Velocity
from daw_bridge.edit.voicing import Voicing

OneOfThem = (
    Quantize
    | Swing
    | Humanize
    | Delay
    | Tempo
    | Chop
    | Transpose
    | Key
    | Fold
    | Layer
    | Voicing
    | Chords
    | Strum
    | Mono
    | Simplify
    | Sure
    | Length
    | Legato
    | Staccato
    | Velocity
    | Split
)
EDITS: dict[str, type[Edit]] = {edit.edit_name(): edit for edit in get_args(OneOfThem)}
"""Every edit by its name: what the take file, presets, the command line and the docs all use."""


def _one_name(entry: Any) -> Any:
    """`legato` and `{quantize: 1/16}` -> one name and what stands behind it. Raises ValueError."""
    if isinstance(entry, Edit):
        return entry
    if isinstance(entry, str):
        entry = {entry: None}
    if not isinstance(entry, dict) or len(entry) != 1:
        raise ValueError("each entry of edits names one edit, such as `- quantize: 1/16`")
    (name,) = entry
    if name not in EDITS:
        raise ValueError(f'"{name}" is no edit. {did_you_mean(str(name), EDITS)}')
    return entry


def _name_of(entry: Any) -> str:
    return entry.edit_name() if isinstance(entry, Edit) else str(next(iter(entry)))


def _settings(edit: type[Edit]) -> Callable[[Any], Any]:
    return lambda entry: entry if isinstance(entry, Edit) else edit.expand(entry[edit.edit_name()])


class _Entry:
    """Tells pydantic to choose among the edits by name. A mistake's place is the place in the document."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices: dict[Any, CoreSchema] = {
            edit.edit_name(): core_schema.no_info_before_validator_function(
                _settings(edit), handler.generate_schema(edit)
            )
            for edit in get_args(source)
        }
        chosen = core_schema.tagged_union_schema(choices, discriminator=_name_of)
        return core_schema.no_info_before_validator_function(_one_name, chosen)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        references = handler(schema)["oneOf"]
        settings = {
            name: {"anyOf": [reference, {"type": ["string", "number", "null"]}]}
            for name, reference in zip(EDITS, references, strict=True)
        }
        named = {
            "type": "object",
            "properties": settings,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }
        return {"anyOf": [{"enum": list(EDITS)}, named]}


AnyEdit = Annotated[OneOfThem, _Entry()]
Edits = tuple[AnyEdit, ...]
"""A field of this type holds `edits:`, and is dumped as it is written."""
