"""The plugins that scans found, in one file: what is in which, and which files went wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from daw_bridge.core.errors import BridgeError, PluginCrashed, PluginHung
from daw_bridge.core.files import write_whole
from daw_bridge.host.finder import PluginFile, letters_of
from daw_bridge.host.questions import PluginFacts

log = logging.getLogger(__name__)

CATALOG_NAME = "plugins.json"
"""In the user's state folder."""

_SETS_ASIDE = (PluginCrashed.code, PluginHung.code)


@dataclass(frozen=True)
class Failure:
    """Why a file could not be looked into: an error's code, what happened, and what to do."""

    code: str
    what: str
    advice: str

    @staticmethod
    def of(error: BridgeError) -> Failure:
        """The error, without the file's name."""
        return Failure(error.code, error.what, error.advice)


@dataclass(frozen=True)
class ScannedFile:
    """One plugin file at one version of it: its plugins, or what went wrong."""

    path: Path
    name: str
    format: Literal["VST3", "AU"]
    size: int
    mtime_ns: int
    """Of its binaries, with `size`: an update changes them."""
    plugins: tuple[PluginFacts, ...] = ()
    warnings: tuple[str, ...] = ()
    failure: Failure | None = None

    @property
    def is_set_aside(self) -> bool:
        """Whether it crashed or hung: then it is not opened again before it changes or is unblocked."""
        return self.failure is not None and self.failure.code in _SETS_ASIDE

    @property
    def stamp(self) -> tuple[int, int]:
        """Tells this version of the file from others."""
        return self.size, self.mtime_ns


@dataclass(frozen=True)
class KnownPlugin:
    """A plugin, and the file that holds it."""

    facts: PluginFacts
    file: ScannedFile


@dataclass(frozen=True)
class Catalog:
    """What is known of this machine's plugin files, sorted by name."""

    files: tuple[ScannedFile, ...] = ()

    @staticmethod
    def load(file: Path) -> Catalog:
        """The catalog in `file`; an empty one where there is none, or none that can be read."""
        try:
            return _CATALOG.validate_json(file.read_bytes())
        except FileNotFoundError:
            return Catalog()
        except (OSError, ValidationError) as cause:  # the next scan makes it anew
            log.warning("the catalog %s can't be read: %s", file, cause)
            return Catalog()

    def save(self, file: Path) -> None:
        """Write the catalog in one visible step. Raises DeliveryFailed."""
        write_whole(file, _CATALOG.dump_json(self, indent=1))

    def plugins(self) -> list[KnownPlugin]:
        """Every plugin, by name."""
        found = [KnownPlugin(facts, file) for file in self.files for facts in file.plugins]
        return sorted(found, key=lambda plugin: (plugin.facts.name.casefold(), plugin.file.format != "VST3"))

    def find(self, name: str) -> PluginFile | None:
        """The plugin called `name`, VST3 before AU, if its file is still there."""
        wanted = letters_of(name)
        for plugin in self.plugins():
            facts, file = plugin.facts, plugin.file
            if letters_of(facts.name) == wanted and file.path.exists():
                return PluginFile(facts.name, file.path, file.format, facts.plugin_name)
        return None

    def file_at(self, path: Path) -> ScannedFile | None:
        """What is known of one file."""
        return next((file for file in self.files if file.path == path), None)

    def with_file(self, scanned: ScannedFile) -> Catalog:
        """The catalog with what was found in one file."""
        others = (file for file in self.files if file.path != scanned.path)
        return _sorted((*others, scanned))

    def only(self, paths: Iterable[Path]) -> Catalog:
        """The catalog without the files that are not among `paths`."""
        kept = set(paths)
        return _sorted(file for file in self.files if file.path in kept)

    def set_aside(self) -> list[ScannedFile]:
        """The files that crashed or hung a scan."""
        return [file for file in self.files if file.is_set_aside]

    def unblocked(self, name: str) -> Catalog:
        """The catalog without the set-aside files of this name or path: the next scan opens them."""
        wanted = letters_of(name)
        return Catalog(
            tuple(
                file
                for file in self.files
                if not (file.is_set_aside and (letters_of(file.name) == wanted or str(file.path) == name))
            )
        )


@dataclass(frozen=True)
class CatalogFile:
    """The catalog in `file` as it is whenever a name is looked up: a scan may come at any time."""

    file: Path

    def find(self, name: str) -> PluginFile | None:
        """As `Catalog.find`."""
        return Catalog.load(self.file).find(name)


def _sorted(files: Iterable[ScannedFile]) -> Catalog:
    return Catalog(tuple(sorted(files, key=lambda file: (file.name.casefold(), str(file.path)))))


_CATALOG = TypeAdapter(Catalog)
