"""Which plugins are on this machine: by their files, without opening any."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from daw_bridge.core.document import did_you_mean
from daw_bridge.core.errors import PluginMissing

_FORMATS: dict[str, Literal["VST3", "AU"]] = {".vst3": "VST3", ".component": "AU"}


@dataclass(frozen=True, order=True)
class PluginFile:
    """A plugin's file or bundle; `name` is the file's name without its suffix."""

    name: str
    path: Path
    format: Literal["VST3", "AU"]
    plugin_name: str | None = None
    """Which plugin of a file that holds several."""


class KnownPlugins(Protocol):
    """What a scan found: names inside of files, too."""

    def find(self, name: str) -> PluginFile | None:
        """The plugin of this name, if its file is still there."""


def standard_folders() -> list[Path]:
    """Where this system keeps plugins, the user's own folders first.

    For VST3: Steinberg's "VST 3 Locations / Format"; for AU: Apple's Audio Unit Hosting Guide.
    """
    home = Path.home()
    if sys.platform == "darwin":
        kinds = ("VST3", "Components")
        return [root / "Library/Audio/Plug-Ins" / kind for root in (home, Path("/")) for kind in kinds]
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", str(home / "AppData/Local"))
        common = os.environ.get("COMMONPROGRAMFILES", r"C:\Program Files\Common Files")
        return [Path(local) / "Programs/Common/VST3", Path(common) / "VST3"]
    return [home / ".vst3", Path("/usr/local/lib/vst3"), Path("/usr/lib/vst3")]


def installed_plugins(folders: Iterable[Path] = ()) -> list[PluginFile]:
    """Every plugin in `folders` and the system's own, by name; of two with one name and format the first."""
    found: dict[tuple[str, str], PluginFile] = {}
    for folder in (*folders, *standard_folders()):
        for path in _plugin_paths(folder.expanduser()):
            plugin = PluginFile(path.stem, path, _FORMATS[path.suffix.lower()])
            found.setdefault((plugin.name.casefold(), plugin.format), plugin)
    return sorted(found.values(), key=lambda plugin: (plugin.name.casefold(), plugin.format != "VST3"))


def find_plugin(name: str, folders: Sequence[Path] = (), known: KnownPlugins | None = None) -> PluginFile:
    """The plugin that is called `name`, or whose file is, VST3 before AU.

    Raises PluginMissing with the nearest name.
    """
    found = known.find(name) if known is not None else None
    if found is not None:
        return found
    plugins = installed_plugins(folders)
    wanted = letters_of(name)
    for plugin in plugins:
        if letters_of(plugin.name) == wanted:
            return plugin
    raise PluginMissing(
        f"No plugin of this name is on this machine. {did_you_mean(name, (p.name for p in plugins))}",
        where=name,
        advice="Install it, name its file by `path:`, or give the preset a `fallback:`.",
    )


def letters_of(name: str) -> str:
    """`Surge XT` -> `surgext`: two names that differ in case and signs only are one."""
    return "".join(character for character in name.casefold() if character.isalnum())


def _plugin_paths(folder: Path) -> Iterator[Path]:
    """Plugin files below `folder`; not those inside a bundle, which is a folder itself."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:  # not there, or not ours to read: then it holds no plugin that we could load
        return
    for entry in entries:
        if Path(entry.name).suffix.lower() in _FORMATS:
            yield Path(entry.path)
        elif entry.is_dir(follow_symlinks=False):
            yield from _plugin_paths(Path(entry.path))
