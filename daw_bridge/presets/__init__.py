"""Presets: what they say, and where they are found."""

from daw_bridge.presets.fingerprint import fingerprint
from daw_bridge.presets.library import (
    PresetFolder,
    PresetLibrary,
    StoredPreset,
    factory_folder,
    load_preset,
    slug_of,
    tagged,
)
from daw_bridge.presets.mistakes import by_line
from daw_bridge.presets.schema import Instrument, NoteFit, Preset

__all__ = [
    "Instrument",
    "NoteFit",
    "Preset",
    "PresetFolder",
    "PresetLibrary",
    "StoredPreset",
    "by_line",
    "factory_folder",
    "fingerprint",
    "load_preset",
    "slug_of",
    "tagged",
]
