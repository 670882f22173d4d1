"""What tells one sound from another: the preset and the files that it names."""

from __future__ import annotations

import hashlib
from pathlib import Path

from daw_bridge.presets.library import StoredPreset


def fingerprint(stored: StoredPreset) -> str:
    """SHA-256, in hex, of what the preset says and of the files beside it; its name and tags don't count."""
    preset = stored.preset
    heard = preset.model_dump_json(exclude={"name", "description", "tags"})
    digest = hashlib.sha256(heard.encode())
    players = (preset.instrument, *([preset.fallback] if preset.fallback else []))
    settings = [settings or {} for effect in preset.effects for settings in effect.values()]
    named = [
        *(file for player in players for file in (player.state, player.vstpreset)),
        *(one.get("impulse_response_filename") for one in settings),
    ]
    for name in named:
        if name is not None and (file := stored.path.parent / str(name)).is_file():
            digest.update(_content(file))
    return digest.hexdigest()


def _content(file: Path) -> bytes:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()
