"""Writes into the docs what the code knows: `uv run python -m tests.docs.generate`.

A generated stretch stands between `<!-- generated: NAME -->` and `<!-- end of NAME -->`.
A test runs the same code and fails when the docs say something else.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from daw_bridge.core import errors
from daw_bridge.core.errors import BridgeError
from daw_bridge.deliver.take import Recipe
from daw_bridge.edit import EDITS, Edit
from daw_bridge.presets.schema import Preset
from daw_bridge.settings.schema import SessionSettings, UserSettings
from tests.docs.edits import about, edit_table, settings
from tests.docs.instruments import instrument_tables, preset_table, sound_tables

ROOT = Path(__file__).parents[2]


def error_table() -> str:
    """Every error class, in the order of the source."""
    classes = [
        cls
        for _, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, BridgeError) and cls.__module__ == errors.__name__
    ]
    rows = [
        f"| `{cls.code}` | {cls.exit_code} | {(cls.__doc__ or '').splitlines()[0]} |"
        for cls in sorted(classes, key=lambda cls: inspect.getsourcelines(cls)[1])
    ]
    return "\n".join(["| name | exit code | meaning |", "|---|---|---|", *rows])


def key_table(model: type[BaseModel]) -> str:
    """Every key of a YAML file, those of inner mappings with a dot."""
    rows = [f"| `{key}` | {default} | {text} |" for key, default, text in _keys(model, "", set())]
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows])


def _keys(
    model: type[BaseModel], prefix: str, tabled: set[type[BaseModel]]
) -> Iterator[tuple[str, str, str]]:
    """A mapping that can stand in several places is tabled in the first."""
    tabled.add(model)
    for name, info in model.model_fields.items():
        inner = _model_in(info.annotation)
        repeated = "[]" if "tuple" in str(info.annotation) and inner else ""
        text = (info.description or "").replace("|", "\\|")
        if text:
            yield f"{prefix}{name}", _default(info), text
        if inner and inner not in tabled and not issubclass(inner, Edit):  # edits have pages of their own
            yield from _keys(inner, f"{prefix}{name}{repeated}.", tabled)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in getattr(annotation, "__args__", ()))
    return next((model for model in found if model), None)


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True, validated_data={})
    return "" if value in (None, "", (), {}) or isinstance(value, BaseModel) else f"`{json.dumps(value)}`"


STRETCHES: dict[str, tuple[str, Callable[[], str]]] = {
    "errors": ("docs/errors.md", error_table),
    "settings": ("docs/usage/settings.md", lambda: key_table(SessionSettings)),
    "user settings": ("docs/usage/settings.md", lambda: key_table(UserSettings)),
    "recipe": ("docs/usage/takes.md", lambda: key_table(Recipe)),
    "preset": ("docs/usage/presets.md", lambda: key_table(Preset)),
    "instruments": ("docs/instruments.md", instrument_tables),
    "presets": ("presets/README.md", preset_table),
    "sounds": ("docs/usage/sounds.md", sound_tables),
    "edits": ("docs/usage/edits/README.md", edit_table),
    **{name: (f"docs/usage/edits/{name}.md", partial(about, name)) for name in EDITS},
    **{f"{name} settings": (f"docs/usage/edits/{name}.md", partial(settings, name)) for name in EDITS},
}
SCHEMAS: dict[str, type[BaseModel]] = {
    "docs/schema/bridge.schema.json": SessionSettings,
    "docs/schema/preset.schema.json": Preset,
}


def generated() -> dict[Path, str]:
    """Every file that has something generated in it -> what it should hold."""
    files: dict[Path, str] = {}
    for name, (file, make) in STRETCHES.items():
        path = ROOT / file
        text = files.get(path) or path.read_text(encoding="utf-8")
        stretch = f"<!-- generated: {name} -->\n{make()}\n<!-- end of {name} -->"
        pattern = rf"<!-- generated: {name} -->.*<!-- end of {name} -->"
        if not re.search(pattern, text, re.S):
            raise SystemExit(f"{file} has no place for: {name}")
        files[path] = re.sub(pattern, lambda _, new=stretch: new, text, flags=re.S)  # type: ignore[misc]
    for file, model in SCHEMAS.items():
        files[ROOT / file] = json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
    return files


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
