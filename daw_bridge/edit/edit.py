"""What every edit is: settings that are read from YAML, and a pure function from part to part."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import SerializerFunctionWrapHandler, model_serializer

from daw_bridge.core.document import Schema
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part


class Edit(Schema):
    """An edit with its settings. A subclass names itself by its title: `class Fold(Edit, title="fold")`."""

    short: ClassVar[str | None] = None
    """The setting that a value alone stands for, as in `- transpose: 12`."""

    moves_keys: ClassVar[bool] = False
    """Whether notes come to other keys. A drum's key is its piece: there such an edit is left out."""

    @classmethod
    def edit_name(cls) -> str:
        """As it is called in YAML."""
        return str(cls.model_config["title"])

    @classmethod
    def expand(cls, value: Any) -> Any:
        """What stands behind the name in YAML -> the settings by name. Raises ValueError."""
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        if cls.short is None:
            raise ValueError(f"takes settings by name, such as `{cls.edit_name()}: {{...}}`")
        return {cls.short: value}

    def in_words(self) -> str:
        """As short as it can be written: `transpose: 12`, `legato`, `quantize: {grid: 0.5, swing: 0.6}`."""
        said = self.model_dump(mode="json", exclude_defaults=True)[self.edit_name()]
        if not said:
            return self.edit_name()
        if list(said) == [self.short]:
            return f"{self.edit_name()}: {said[self.short]}"
        return f"{self.edit_name()}: {{{', '.join(f'{name}: {value}' for name, value in said.items())}}}"

    def apply(self, part: Part, grid: PlacedGrid) -> Part:
        """The part, edited; `grid` is where its bars and beats lie."""
        raise NotImplementedError

    @model_serializer(mode="wrap")
    def _as_written(self, settings: SerializerFunctionWrapHandler) -> dict[str, dict[str, Any]]:
        """As in YAML, every setting said: a default may be another one day."""
        return {
            self.edit_name(): {name: value for name, value in settings(self).items() if value is not None}
        }
