"""What a preset names -> files: instruments, states beside the preset, effect plugins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from daw_bridge.core.document import did_you_mean
from daw_bridge.core.errors import PluginMissing, PresetInvalid
from daw_bridge.host.finder import KnownPlugins, PluginFile, find_plugin
from daw_bridge.host.parameters import Value
from daw_bridge.host.protocol import EffectSetup, InstrumentSetup
from daw_bridge.presets import Instrument, StoredPreset

EMBEDDED_FOLDER = Path(__file__).parent / "faust"
"""The instruments that come with the bridge."""


class Naming:
    """Knows the folders that names are looked up in; the first that has a name wins.

    `known`: what a scan found, asked before the files' names are looked at.
    """

    def __init__(
        self,
        plugin_folders: Sequence[Path],
        faust_folders: Sequence[Path],
        known: KnownPlugins | None = None,
    ) -> None:
        self._plugin_folders = tuple(plugin_folders)
        self._known = known
        self._faust_folders = (*faust_folders, EMBEDDED_FOLDER)

    def instrument(self, preset: StoredPreset, instrument: Instrument) -> InstrumentSetup:
        """The preset's instrument or fallback. Raises PluginMissing, PresetInvalid."""
        role = "instrument" if instrument is preset.preset.instrument else "fallback"
        folder = preset.path.parent
        is_faust = instrument.faust is not None
        path, inner = self._file_of(instrument, folder)
        return InstrumentSetup(
            kind="faust" if is_faust else "plugin",
            path=str(path),
            label=Path(instrument.path).stem if instrument.path else instrument.label,
            plugin_name=instrument.plugin_name or inner,
            state=_beside(folder, instrument.state),
            vstpreset=_beside(folder, instrument.vstpreset),
            parameters=instrument.parameters,
            tempo_synced=preset.preset.tempo_synced and not is_faust,
            key_switches=[] if is_faust else list(preset.preset.notes.key_switches),
            place=(role, "parameters"),
        )

    def effect(self, effect: dict[str, dict[str, Value] | None], preset: StoredPreset) -> EffectSetup:
        """`reverb: {wet_level: 0.2}`, or `plugin: {name: …, mix: 35 %}` (or `path:`).

        Raises PluginMissing, PresetInvalid.
        """
        ((name, given),) = effect.items()
        place = ("effects", next(i for i, one in enumerate(preset.preset.effects) if one is effect), name)
        settings = dict(given or {})
        folder = preset.path.parent
        if name != "plugin":
            return EffectSetup(name, None, None, settings, str(folder), place)
        plugin, path, inner = (settings.pop(key, None) for key in ("name", "path", "plugin_name"))
        if path is not None:
            file = _plugin_path(str(path), folder)
        elif plugin is not None:
            found = self._plugin(str(plugin))
            file, inner = found.path, inner or found.plugin_name
        else:
            raise PresetInvalid(
                "names an effect plugin by neither `name:` nor `path:`.",
                where=preset.path,
                advice="Write `- plugin: {name: …}`.",
            )
        inner_name = None if inner is None else str(inner)
        return EffectSetup(str(plugin or path), str(file), inner_name, settings, str(folder), place)

    def _file_of(self, instrument: Instrument, folder: Path) -> tuple[Path, str | None]:
        """The file, and which plugin of it is meant if the scan knows."""
        if instrument.faust is not None:
            return self._faust_path(instrument.faust), None
        if instrument.path is not None:
            return _plugin_path(instrument.path, folder), None
        assert instrument.plugin is not None
        found = self._plugin(instrument.plugin)
        return found.path, found.plugin_name

    def _plugin(self, name: str) -> PluginFile:
        return find_plugin(name, self._plugin_folders, self._known)

    def _faust_path(self, name: str) -> Path:
        known: dict[str, Path] = {}
        for folder in self._faust_folders:
            for path in folder.glob("*.dsp"):
                known.setdefault(path.stem, path)
        if name not in known:
            raise PluginMissing(
                f"There is no Faust instrument of this name. {did_you_mean(name, known)}",
                where=name,
                advice="Mend the preset's `instrument:`.",
            )
        return known[name]


def _plugin_path(path: str, folder: Path) -> Path:
    file = folder / Path(path).expanduser()
    if not file.exists():
        raise PluginMissing(
            "There is no plugin at this path.",
            where=file,
            advice="Mend the preset's `path:`, or give it a `fallback:`.",
        )
    return file.resolve()


def _beside(folder: Path, name: str | None) -> str | None:
    """A file beside the preset, as an absolute path. Raises PresetInvalid."""
    if name is None:
        return None
    file = folder / name
    if not file.is_file():
        raise PresetInvalid(
            "This file, which a preset names, is not there.",
            where=file,
            advice="Put it beside the preset, or capture the preset again.",
        )
    return str(file.resolve())
