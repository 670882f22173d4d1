"""Part + preset -> sound, played in worker processes."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.document import did_you_mean
from daw_bridge.core.errors import BridgeError, PluginMissing, PresetInvalid
from daw_bridge.core.notes import Part
from daw_bridge.core.timing import TempoMap
from daw_bridge.host.finder import find_plugin
from daw_bridge.host.fitting import fit_part
from daw_bridge.host.parameters import Value
from daw_bridge.host.pool import WorkerKey, WorkerPool
from daw_bridge.host.protocol import EffectSetup, InstrumentSetup, Load, Render, Rendered
from daw_bridge.presets import Instrument, StoredPreset

EMBEDDED_FOLDER = Path(__file__).parent / "faust"
"""The instruments that come with the bridge."""

USUAL_RATE_HZ = 44_100
"""What a Faust instrument is compiled for ahead of time; another rate costs a compilation."""

USUAL_TEMPO_BPM = 120.0
"""For instruments that ask for the tempo when nobody knows it; what plugins see in pedalboard anyway."""


@dataclass(frozen=True)
class Rendering:
    """A part, played: stereo, at the rate asked for, from the bounce's first sample on."""

    clip: AudioClip
    instrument: str
    """Who played: "faust: analog", "Surge XT 1.3.4"."""
    warnings: tuple[str, ...]


class Host:
    """Plays parts on presets. Use it as a context manager; any thread may call it.

    `time_limit_s`: how long an instrument may give no sign of life. `plugin_folders` are searched before
    the system's own, `faust_folders` before the embedded instruments.
    """

    def __init__(
        self,
        *,
        max_workers: int = 2,
        time_limit_s: float = 60.0,
        plugin_folders: Sequence[Path] = (),
        faust_folders: Sequence[Path] = (),
    ) -> None:
        self._plugin_folders = tuple(plugin_folders)
        self._faust_folders = (*faust_folders, EMBEDDED_FOLDER)
        self._pool = WorkerPool(max_workers=max_workers, time_limit_s=time_limit_s)
        self._outputs = itertools.count(1)

    def __enter__(self) -> Host:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def prepare(self, preset: StoredPreset, *, rate_hz: int = USUAL_RATE_HZ) -> None:
        """Begin to load the preset's instrument; does not wait, and does not say what goes wrong."""
        threading.Thread(target=self._prepare, args=(preset, rate_hz), daemon=True).start()

    def render(
        self, part: Part, preset: StoredPreset, *, rate_hz: int, tempo_map: TempoMap | None = None
    ) -> Rendering:
        """Play the part: as long as the bounce at least, and its tail. Raises PluginError.

        A plugin that is not on this machine is replaced by the preset's fallback, with a warning.
        """
        instrument, warnings = self._instrument(preset)
        settings = preset.preset
        tail = settings.output.tail
        with self._pool.worker(_key_of(instrument)) as worker:
            output = worker.folder / f"{next(self._outputs)}.npy"
            rendered = worker.ask(
                Render(
                    instrument=instrument,
                    effects=[self._effect(effect, preset) for effect in settings.effects],
                    part=fit_part(part, settings.notes).to_dict(),
                    channel=settings.notes.channel,
                    rate_hz=rate_hz,
                    tempo_bpm=tempo_map.initial_bpm if tempo_map else USUAL_TEMPO_BPM,
                    gain_db=settings.output.gain_db,
                    tail_s=None if tail == "auto" else tail,
                    output=str(output),
                )
            )
            assert isinstance(rendered, Rendered)
            samples = np.load(output, allow_pickle=False)
            output.unlink()
        clip = AudioClip(samples, rate_hz)
        return Rendering(clip, rendered.instrument, (*warnings, *rendered.warnings))

    def close(self) -> None:
        """End all workers; none is left when this returns."""
        self._pool.close()

    def _prepare(self, preset: StoredPreset, rate_hz: int) -> None:
        # Whatever is wrong meets the render as well, which says so to whoever waits for it.
        with contextlib.suppress(BridgeError):
            instrument, _ = self._instrument(preset)
            with self._pool.worker_if_room(_key_of(instrument)) as worker:
                if worker is not None:
                    worker.ask(Load(instrument, rate_hz))

    def _instrument(self, preset: StoredPreset) -> tuple[InstrumentSetup, list[str]]:
        """Who plays, with warnings: the preset's instrument, or its fallback if that is missing."""
        wanted, fallback = preset.preset.instrument, preset.preset.fallback
        try:
            return self._setup(wanted, preset.path.parent), []
        except PluginMissing:
            if fallback is None:
                raise
            setup = self._setup(fallback, preset.path.parent)
            return setup, [f"{wanted.label} is not on this machine; the fallback played: {setup.label}."]

    def _setup(self, instrument: Instrument, folder: Path) -> InstrumentSetup:
        return InstrumentSetup(
            kind="faust" if instrument.faust is not None else "plugin",
            path=str(self._path_of(instrument, folder)),
            label=Path(instrument.path).stem if instrument.path else instrument.label,
            plugin_name=instrument.plugin_name,
            state=_beside(folder, instrument.state),
            vstpreset=_beside(folder, instrument.vstpreset),
            parameters=instrument.parameters,
        )

    def _path_of(self, instrument: Instrument, folder: Path) -> Path:
        if instrument.faust is not None:
            return self._faust_path(instrument.faust)
        if instrument.path is not None:
            return _plugin_path(instrument.path, folder)
        assert instrument.plugin is not None
        return find_plugin(instrument.plugin, self._plugin_folders).path

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

    def _effect(self, effect: dict[str, dict[str, Value] | None], preset: StoredPreset) -> EffectSetup:
        """`- reverb: {wet_level: 0.2}`, or `- plugin: {name: …, mix: 35 %}` (or `path:`)."""
        ((name, given),) = effect.items()
        settings = dict(given or {})
        folder = preset.path.parent
        if name != "plugin":
            return EffectSetup(name, None, None, settings, str(folder))
        plugin, path, inner = (settings.pop(key, None) for key in ("name", "path", "plugin_name"))
        if path is not None:
            file = _plugin_path(str(path), folder)
        elif plugin is not None:
            file = find_plugin(str(plugin), self._plugin_folders).path
        else:
            raise PresetInvalid(
                "names an effect plugin by neither `name:` nor `path:`.",
                where=preset.path,
                advice="Write `- plugin: {name: …}`.",
            )
        inner_name = None if inner is None else str(inner)
        return EffectSetup(str(plugin or path), str(file), inner_name, settings, str(folder))


def _key_of(instrument: InstrumentSetup) -> WorkerKey:
    if instrument.kind == "faust":
        return ("faust",)
    return ("plugin", instrument.path, instrument.plugin_name or "")


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
