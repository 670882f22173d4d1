"""Writing presets: the YAML, and the plugin's raw state beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from daw_bridge.core.document import parse_document
from daw_bridge.core.errors import PresetExists, PresetInvalid
from daw_bridge.core.files import write_whole
from daw_bridge.presets.library import SUFFIX, StoredPreset
from daw_bridge.presets.schema import ParameterValue, Preset

STATE_SUFFIX = ".state"
BACKUP_SUFFIX = "~"
"""What was there before lies beside it under this name: the one step back."""

HEADING = "# {heading}\n# A parameter that is changed here wins over the state.\n"
_HEADING = re.compile(r"\A# Captured from .*\n# A parameter that is changed here.*\n")


def read_source(preset: StoredPreset) -> dict[str, Any]:
    """What a preset's file says, as it says it: for writing it again with changes."""
    data = yaml.safe_load(preset.path.read_text(encoding="utf-8-sig"))
    assert isinstance(data, dict)  # it has been read as a preset
    return data


def has_comments(preset: StoredPreset) -> bool:
    """Whether somebody has put comments into a preset's file, which are lost when it is written again."""
    text = _HEADING.sub("", preset.path.read_text(encoding="utf-8-sig"))
    scalars = [token for token in yaml.scan(text) if isinstance(token, yaml.ScalarToken)]
    ends = [0, *(token.end_mark.index for token in scalars)]
    begins = [*(token.start_mark.index for token in scalars), len(text)]
    return any("#" in text[end:begin] for end, begin in zip(ends, begins, strict=True))


def with_sound(
    document: Mapping[str, Any], parameters: Mapping[str, ParameterValue], *, has_state: bool, slug: str
) -> dict[str, Any]:
    """The document with another sound: the state that lies beside it, and these parameters."""
    instrument = {
        key: value
        for key, value in document["instrument"].items()
        if key not in ("state", "vstpreset", "parameters")
    }
    if has_state:
        instrument["state"] = f"{slug}{STATE_SUFFIX}"
    return {**document, "instrument": {**instrument, "parameters": dict(parameters)}}


def check_new(folder: Path, slug: str, document: Mapping[str, Any], *, replaces: bool = False) -> None:
    """Say what is wrong before anyone works on the sound. Raises PresetInvalid, PresetExists."""
    path = folder / f"{slug}{SUFFIX}"
    _encode(document, path)
    if not slug:
        raise PresetInvalid(
            f'"{document["name"]}" makes no file name.', where=path, advice="Give it letters or digits."
        )
    if path.exists() and not replaces:
        raise PresetExists(
            "There is a preset of this name already.",
            where=path,
            advice="Take another name, say --replace, or change it with `daw-bridge presets edit`.",
        )


def save_preset(
    folder: Path, slug: str, document: Mapping[str, Any], state: bytes | None, *, heading: str = ""
) -> StoredPreset:
    """Write `slug.yaml` to `folder`, and `slug.state` before it, so that it never names what is not there.

    What was there is kept beside it (`slug.yaml~`). Raises PresetInvalid when it would have mistakes, and
    DeliveryFailed.
    """
    path = folder / f"{slug}{SUFFIX}"
    text, preset = _encode(document, path)
    if state is not None:
        _write(folder / f"{slug}{STATE_SUFFIX}", state)
    _write(path, (HEADING.format(heading=heading) if heading else "").encode() + text.encode())
    return StoredPreset(slug, path, preset)


def _encode(document: Mapping[str, Any], path: Path) -> tuple[str, Preset]:
    text = yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=110)
    return text, parse_document(text, Preset, PresetInvalid, where=path)


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        write_whole(path.with_name(path.name + BACKUP_SUFFIX), path.read_bytes())
    write_whole(path, content)
