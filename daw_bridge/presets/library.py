"""Finding presets: the session's own first, then the user's, then the factory's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.core.document import did_you_mean, load_document
from daw_bridge.core.errors import PresetInvalid, PresetUnknown
from daw_bridge.presets.schema import Preset

SUFFIX = ".yaml"
TAG_PREFIX = "tag:"


@dataclass(frozen=True)
class StoredPreset:
    """A preset and the file it was read from; `slug` is that file's name without its suffix."""

    slug: str
    path: Path
    preset: Preset

    @property
    def name(self) -> str:
        """The name that people read: `Fat Analog Sub`."""
        return self.preset.name


@dataclass(frozen=True)
class PresetFolder:
    """A folder of preset files; `origin` says whose they are."""

    origin: str
    path: Path


class PresetLibrary:
    """The presets of several folders; of two with one slug, the earlier folder's is found.

    A preset that lies in the folder `session` may have come with it from anybody: it names plugins by name
    only, since a plugin's file is a program.
    """

    def __init__(self, folders: Sequence[PresetFolder], *, session: Path | None = None) -> None:
        self.folders = tuple(folders)
        self._session = session

    def files(self) -> Iterator[tuple[PresetFolder, Path]]:
        """Every preset file that can be found, by folder and name; shadowed ones are left out."""
        seen: set[str] = set()
        for folder in self.folders:
            for path in sorted(folder.path.glob(f"*{SUFFIX}")):
                if path.is_file() and path.stem not in seen:
                    seen.add(path.stem)
                    yield folder, path

    def slugs(self) -> list[str]:
        """The names by which presets are called, sorted."""
        return sorted(path.stem for _, path in self.files())

    def has(self, name: str) -> bool:
        """Whether `find(name)` would find a file."""
        return self._path_of(name) is not None

    def find(self, name: str) -> StoredPreset:
        """The preset called `name`: its slug, its file's path, or the name people read.

        Raises PresetUnknown, or PresetInvalid when the file has mistakes, or names a plugin's file and
        came with the session.
        """
        path = self._path_of(name)
        if path is None:
            raise PresetUnknown(
                f'No preset is called "{name}". {did_you_mean(slug_of(name), self.slugs())}',
                advice="See `daw-bridge presets list`.",
            )
        found = load_preset(path)
        if self._session is not None and path.resolve().is_relative_to(self._session.resolve()):
            _refuse_programs(found)
        return found

    def choose(self, name: str) -> list[StoredPreset]:
        """The presets meant by a name, or by `tag:pad`: all that have this tag and can be read.

        Raises PresetUnknown, PresetInvalid.
        """
        if not name.startswith(TAG_PREFIX):
            return [self.find(name)]
        return tagged(self.readable(), name.removeprefix(TAG_PREFIX).strip())

    def readable(self) -> list[StoredPreset]:
        """Every preset without mistakes, by name."""
        found: list[StoredPreset] = []
        for slug in self.slugs():
            with contextlib.suppress(PresetInvalid):
                found.append(self.find(slug))
        return found

    def _path_of(self, name: str) -> Path | None:
        if name.endswith(SUFFIX) and Path(name).is_file():
            return Path(name)
        wanted = slug_of(name)
        return next((path for _, path in self.files() if path.stem == wanted), None)


def tagged(presets: Iterable[StoredPreset], tag: str) -> list[StoredPreset]:
    """Those that have this tag. Raises PresetUnknown when none has."""
    presets = list(presets)
    found = [preset for preset in presets if tag in preset.preset.tags]
    if not found:
        tags = {tag for preset in presets for tag in preset.preset.tags}
        raise PresetUnknown(
            f'No preset has the tag "{tag}". {did_you_mean(tag, tags)}',
            advice="See `daw-bridge presets list`.",
        )
    return found


def load_preset(path: Path) -> StoredPreset:
    """Read one preset file. Raises PresetInvalid with every mistake in it."""
    return StoredPreset(path.stem, path, load_document(path, Preset, PresetInvalid))


def _refuse_programs(found: StoredPreset) -> None:
    preset = found.preset
    effects = (settings or {} for effect in preset.effects for settings in effect.values())
    players = (preset.instrument, *([preset.fallback] if preset.fallback else []))
    if any(player.path for player in players) or any("path" in settings for settings in effects):
        raise PresetInvalid(
            "It names a plugin by its file (`path:`), and it came with the session: whoever made the session "
            "could run any program so.",
            where=found.path,
            advice="Name the plugin with `plugin:`; or, if you trust it, move it to your own presets.",
        )


def slug_of(name: str) -> str:
    """`Fat Analog Sub` -> `fat-analog-sub`: the file name that a preset's name leads to."""
    words = "".join(character if character.isalnum() else " " for character in name.casefold())
    return "-".join(words.split())


def factory_folder() -> PresetFolder:
    """The presets that come with the bridge: in a checkout at its top, in a wheel beside this file."""
    packed = Path(__file__).parent / "factory"
    checkout = Path(__file__).parents[2] / "presets"
    return PresetFolder("factory", packed if packed.is_dir() else checkout)
