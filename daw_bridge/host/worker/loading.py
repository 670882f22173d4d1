"""A plugin's file: which plugins it holds, and one of them loaded."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pedalboard

from daw_bridge.core.errors import PluginMissing, PluginUnloadable, PresetInvalid

LOAD_TIMEOUT_S = 1.0
"""How long pedalboard may play C4 to a plugin at load, until it sounds (#233). Ours comes after."""


def load_plugin(path: Path, plugin_name: str | None, label: str) -> Any:
    """The plugin of this file, or the one called `plugin_name` where it holds several.

    Raises PluginMissing when the file holds none of this name; PluginUnloadable with pedalboard's reason.
    """
    if plugin_name is not None:  # pedalboard takes any name where the file holds one plugin
        names = names_in(path, label)
        if plugin_name not in names:
            raise _missing(plugin_name, names, label)
    try:
        return pedalboard.load_plugin(  # type: ignore[attr-defined]  # its stub leaves it out
            str(path), plugin_name=plugin_name, initialization_timeout=LOAD_TIMEOUT_S
        )
    except (ImportError, ValueError, RuntimeError) as cause:
        names = []
        with contextlib.suppress(PluginUnloadable):  # then the first reason says more
            names = names_in(path, label)
        if plugin_name is None and len(names) > 1:
            raise PluginUnloadable(
                f"The file holds several plugins: {', '.join(names)}.", where=label, advice=_NAME_ONE
            ) from cause
        raise PluginUnloadable(
            f"It does not load: {cause}",
            where=f"{label} ({path})",
            advice="Check that it runs in a DAW on this machine, and update it.",
        ) from cause


def names_in(path: Path, label: str) -> list[str]:
    """The plugins of one file. Raises PluginUnloadable when it is no plugin file."""
    is_audio_unit = path.suffix.casefold() == ".component"
    kind = getattr(pedalboard, "AudioUnitPlugin" if is_audio_unit else "VST3Plugin", None)
    try:
        names = list(kind.get_plugin_names_for_file(str(path))) if kind else []
    except (ImportError, ValueError, RuntimeError) as cause:
        raise _no_plugin(label, path) from cause
    if not names:
        raise _no_plugin(label, path)
    return names


def load_state(plugin: Any, file: Path, label: str) -> list[str]:
    """Set the plugin by its raw state; a warning when that changes nothing, for it is not said otherwise."""
    wanted, before = file.read_bytes(), bytes(plugin.raw_state)
    plugin.raw_state = wanted
    if wanted != before and bytes(plugin.raw_state) == before:
        return [f"{label} took nothing from {file.name}: the state of another plugin, or a damaged file."]
    return []


def load_preset(plugin: Any, file: Path) -> None:
    """Set the plugin by a .vstpreset file. Raises PresetInvalid when it does not take it."""
    try:
        plugin.load_preset(str(file))
    except (AttributeError, ImportError, OSError, ValueError, RuntimeError) as cause:
        raise PresetInvalid(
            f"The plugin does not take this preset file: {cause}",
            where=file,
            advice="Give a .vstpreset of this very plugin.",
        ) from cause


def label_of(plugin: Any) -> str:
    """`Surge XT 1.3.4`."""
    return f"{plugin.name} {plugin.version}".strip()


_NAME_ONE = "Name one of them with --plugin-name, or in the preset's `plugin_name:`."


def _missing(plugin_name: str, names: Sequence[str], label: str) -> PluginMissing:
    from daw_bridge.core.document import did_you_mean  # brings pydantic, which workers start without

    return PluginMissing(
        f'The file holds no plugin called "{plugin_name}". {did_you_mean(plugin_name, names)}',
        where=label,
        advice=_NAME_ONE if len(names) > 1 else "Mend `plugin_name:`, or leave it out.",
    )


def _no_plugin(label: str, path: Path) -> PluginUnloadable:
    return PluginUnloadable(
        "The file is no plugin that loads on this system.",
        where=f"{label} ({path})",
        advice="Install it again, for this system and processor.",
    )
