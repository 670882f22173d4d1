"""This machine's plugins: scanned, listed, asked, unblocked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from daw_bridge.core.document import did_you_mean
from daw_bridge.core.errors import PluginMissing
from daw_bridge.host.catalog import CATALOG_NAME, Catalog, KnownPlugin
from daw_bridge.host.errands import Errands
from daw_bridge.host.finder import PluginFile, find_plugin
from daw_bridge.host.quarantine import QUARANTINE_NAME, Quarantine
from daw_bridge.host.questions import Kind, Open, Opened
from daw_bridge.host.scan import Step, scan
from daw_bridge.settings import UserSettings, load_user_settings, user_state_folder


@dataclass(frozen=True)
class SetAside:
    """A plugin that is not opened by itself any more, and what happened."""

    name: str
    path: Path
    met: Literal["scan", "render"]
    """While it was looked into, or while it played."""
    what: str


class Plugins:
    """What is known of the plugins in `folders` and the system's own, and kept in `state`."""

    def __init__(self, state: Path, folders: Sequence[Path] = (), *, scan_limit_s: float = 30.0) -> None:
        self.folders = tuple(folders)
        self._catalog_file = state / CATALOG_NAME
        self._quarantine = Quarantine(state / QUARANTINE_NAME)
        self._scan_limit_s = scan_limit_s

    @staticmethod
    def of_user(user: UserSettings | None = None) -> Plugins:
        """As the user's settings say. Raises SettingsInvalid."""
        user = user or load_user_settings()
        folders = [Path(folder).expanduser() for folder in user.plugin_folders]
        return Plugins(user_state_folder(), folders, scan_limit_s=user.scan_limit)

    @property
    def catalog(self) -> Catalog:
        """What the last scan found."""
        return Catalog.load(self._catalog_file)

    def scan(
        self, *, again: bool = False, begun: Callable[[PluginFile, int], None] = lambda plugin, total: None
    ) -> Generator[Step, None, None]:
        """`scan`, with each step kept: what was found is not lost when the scan is ended."""
        catalog = self.catalog
        steps = scan(
            self.folders,
            catalog,
            time_limit_s=self._scan_limit_s,
            again=again,
            crashes=self._quarantine,
            begun=begun,
        )
        with contextlib.closing(steps):
            for step in steps:
                if step.was_opened:
                    step.catalog.save(self._catalog_file)
                catalog = step.catalog
                yield step
        catalog.save(self._catalog_file)

    def known(self, *, name: str = "", maker: str = "", kind: Kind | None = None) -> list[KnownPlugin]:
        """The plugins that the last scan found; `name` and `maker` are parts of theirs, in any case."""
        return [
            plugin
            for plugin in self.catalog.plugins()
            if name.casefold() in plugin.facts.name.casefold()
            and maker.casefold() in plugin.facts.maker.casefold()
            and kind in (None, plugin.facts.kind)
        ]

    def find(self, name: str) -> PluginFile:
        """The plugin called `name`, or at this path. Raises PluginMissing."""
        path = Path(name).expanduser()
        if path.suffix.casefold() in (".vst3", ".component") and path.exists():
            is_audio_unit = path.suffix.casefold() == ".component"
            return PluginFile(path.stem, path.resolve(), "AU" if is_audio_unit else "VST3")
        return find_plugin(name, self.folders, self.catalog)

    def describe(self, name: str, plugin_name: str | None = None) -> Opened:
        """The plugin as it stands when it is loaded, in a process of its own. Raises PluginError."""
        found = self.find(name)
        with Errands(time_limit_s=self._scan_limit_s) as errands:
            return errands.ask(Open(str(found.path), found.name, plugin_name or found.plugin_name))

    def set_aside(self) -> list[SetAside]:
        """What crashed or hung in a scan, or too often while it played."""
        scanned = [
            SetAside(file.name, file.path, "scan", file.failure.what)
            for file in self.catalog.set_aside()
            if file.failure is not None
        ]
        played = [
            SetAside(entry.plugin.label, entry.plugin.path, "render", entry.what)
            for entry in self._quarantine.set_aside()
        ]
        return [*scanned, *played]

    def unblock(self, name: str) -> list[str]:
        """Give a plugin another chance; returns the names of what was set aside. Raises PluginMissing."""
        before = self.set_aside()
        self._quarantine.unblock(name)
        self.catalog.unblocked(name).save(self._catalog_file)
        after = self.set_aside()
        freed = list(dict.fromkeys(entry.name for entry in before if entry not in after))
        if not freed:
            raise PluginMissing(
                f'No plugin called "{name}" is set aside. {did_you_mean(name, {e.name for e in before})}',
                advice="See `daw-bridge plugins list`.",
            )
        return freed
