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

from daw_bridge.core.audio import AudioClip, Samples
from daw_bridge.core.errors import (
    BridgeError,
    ParameterInvalid,
    PluginCrashed,
    PluginError,
    PluginHung,
    PluginMissing,
    PluginSetAside,
)
from daw_bridge.core.notes import Part
from daw_bridge.core.timing import TempoMap
from daw_bridge.host.controls import sustained
from daw_bridge.host.finder import KnownPlugins
from daw_bridge.host.fitting import fit_part
from daw_bridge.host.naming import EMBEDDED_FOLDER as EMBEDDED_FOLDER
from daw_bridge.host.naming import Naming
from daw_bridge.host.pool import PoolLimits, WorkerKey, WorkerPool
from daw_bridge.host.process import WorkerProcess
from daw_bridge.host.protocol import Doing, EffectSetup, InstrumentSetup, Load, Render, Rendered
from daw_bridge.host.quarantine import CrashRecord, PluginVersion
from daw_bridge.presets import StoredPreset, by_line

USUAL_RATE_HZ = 44_100
"""What a Faust instrument is compiled for ahead of time; another rate costs a compilation."""

USUAL_TEMPO = TempoMap.constant(120.0)
"""For instruments that ask for the tempo when nobody knows it; what plugins see in pedalboard anyway."""

FAUST_WORKERS = 2
"""Faust presets that render side by side: each worker holds the compiler, 150 MB."""


@dataclass(frozen=True)
class Played:
    """A part, played into a file: 24-bit stereo, at the rate asked for, from the bounce's first sample on."""

    duration_s: float
    instrument: str
    """Who played: "faust: analog", "Surge XT 1.3.4"."""
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Rendering:
    """The same in memory."""

    clip: AudioClip
    instrument: str
    warnings: tuple[str, ...]


class Host:
    """Plays parts on presets. Use it as a context manager; any thread may call it.

    `max_workers` instruments play side by side. A worker is ended when it has given no sign of life for
    `time_limit_s`, was idle for `idle_limit_s`, or holds more than `memory_limit_mb` after a render.
    `plugin_folders` are searched before the system's own, `faust_folders` before the embedded instruments.
    `crashes` remembers which plugins crash, and says which are set aside; without it none is. `known` finds
    plugins by names that their files don't have. `ahead` is a worker that was started before, if any.
    """

    def __init__(
        self,
        *,
        max_workers: int = PoolLimits.workers,
        time_limit_s: float = PoolLimits.time_limit_s,
        idle_limit_s: float = PoolLimits.idle_s,
        memory_limit_mb: float = PoolLimits.memory_mb,
        plugin_folders: Sequence[Path] = (),
        faust_folders: Sequence[Path] = (),
        crashes: CrashRecord | None = None,
        known: KnownPlugins | None = None,
        ahead: WorkerProcess | None = None,
    ) -> None:
        self._naming = Naming(plugin_folders, faust_folders, known)
        self._crashes = crashes
        self._pool = WorkerPool(
            PoolLimits(max_workers, time_limit_s, idle_limit_s, memory_limit_mb),
            workers_of=lambda key: FAUST_WORKERS if key == ("faust",) else 1,
            ahead=ahead,
        )
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

    def render_to(
        self,
        file: Path,
        part: Part,
        preset: StoredPreset,
        *,
        rate_hz: int,
        tempo_map: TempoMap | None = None,
    ) -> Played:
        """Play the part into the WAV `file`. Raises PluginError; DeliveryFailed where the disk is full.

        It is as long as the bounce at least, and its tail. `tempo_map` starts where the part does. A plugin
        that is not on this machine, or is set aside, is replaced by the preset's fallback, or left out where
        it is an effect; with a warning.
        """
        rendered, warnings, _ = self._play(part, preset, rate_hz, tempo_map, file)
        return Played(rendered.frames / rate_hz, rendered.instrument, warnings)

    def render(
        self, part: Part, preset: StoredPreset, *, rate_hz: int, tempo_map: TempoMap | None = None
    ) -> Rendering:
        """The same as sound in memory."""
        rendered, warnings, samples = self._play(part, preset, rate_hz, tempo_map, None)
        assert samples is not None
        return Rendering(AudioClip(samples, rate_hz), rendered.instrument, warnings)

    def _play(
        self,
        part: Part,
        preset: StoredPreset,
        rate_hz: int,
        tempo_map: TempoMap | None,
        file: Path | None,
    ) -> tuple[Rendered, tuple[str, ...], Samples | None]:
        """Into the file; without one, the samples."""
        instrument, warnings = self._instrument(preset)
        effects, without = self._effects(preset)
        settings = preset.preset
        tail = settings.output.tail
        if instrument.kind == "faust":
            part = sustained(part)  # a plugin knows the pedal itself
        with self._pool.worker(_key_of(instrument), _id_of(instrument)) as worker:
            output = file or worker.folder / f"{next(self._outputs)}.npy"
            rendered = self._ask(
                worker,
                Render(
                    instrument=instrument,
                    effects=effects,
                    part=fit_part(part, settings.notes).to_dict(),
                    channel=settings.notes.channel,
                    rate_hz=rate_hz,
                    tempo=[(change.beat, change.tempo_bpm) for change in (tempo_map or USUAL_TEMPO).changes],
                    gain_db=settings.output.gain_db,
                    tail_s=None if tail == "auto" else tail,
                    output=str(output),
                ),
                preset,
            )
            samples = None
            if file is None:
                samples = np.load(output, allow_pickle=False)
                output.unlink()
        return rendered, (*warnings, *without, *rendered.warnings), samples

    def close(self) -> None:
        """End all workers; none is left when this returns."""
        self._pool.close()

    def _prepare(self, preset: StoredPreset, rate_hz: int) -> None:
        # Whatever is wrong meets the render as well, which says so to whoever waits for it.
        with contextlib.suppress(BridgeError):
            instrument, _ = self._instrument(preset)
            with self._pool.worker_if_room(_key_of(instrument), _id_of(instrument)) as worker:
                if worker is not None:
                    # A crash is not put on record: the render would count it a second time.
                    worker.ask(Load(instrument, rate_hz))

    def _ask(self, worker: WorkerProcess, request: Render, preset: StoredPreset) -> Rendered:
        """What the worker answers; crashes and hangs are put on record."""
        try:
            answer = worker.ask(request)
        except (PluginCrashed, PluginHung) as error:
            raise self._recorded(error, worker.doing) from None
        except ParameterInvalid as error:
            raise by_line(error, preset.path) from None
        assert isinstance(answer, Rendered)
        return answer

    def _recorded(self, error: PluginError, doing: Doing | None) -> PluginError:
        if self._crashes is None or doing is None or doing.path is None:
            return error
        plugin = PluginVersion.of(Path(doing.path), doing.plugin_name, doing.plugin)
        self._crashes.record_crash(plugin, error.what)
        if not self._crashes.is_set_aside(plugin):
            return error
        advice = f"{error.advice} It is set aside from now on: {_unblocking(plugin)}"
        return type(error)(error.what, where=error.where, advice=advice)

    def _instrument(self, preset: StoredPreset) -> tuple[InstrumentSetup, list[str]]:
        """Who plays, with warnings: the preset's instrument, or its fallback if that can't be had."""
        wanted, fallback = preset.preset.instrument, preset.preset.fallback
        try:
            setup = self._naming.instrument(preset, wanted)
            self._check_record(setup)
        except (PluginMissing, PluginSetAside) as error:
            if fallback is None:
                raise
            setup = self._naming.instrument(preset, fallback)
            self._check_record(setup)
            why = f"{wanted.label} is not on this machine" if isinstance(error, PluginMissing) else f"{error}"
            return setup, [f"{why.rstrip('.')}; the fallback played: {setup.label}."]
        return setup, []

    def _effects(self, preset: StoredPreset) -> tuple[list[EffectSetup], list[str]]:
        """What the sound goes through, with warnings: a plugin that can't be had is left out."""
        effects, warnings = [], []
        for effect in preset.preset.effects:
            try:
                setup = self._naming.effect(effect, preset)
                self._check_record(setup)
            except PluginMissing as error:
                warnings.append(f"It played without the effect {error.where}: {error.what}")
            except PluginSetAside as error:
                warnings.append(f"It played without the effect {error}")
            else:
                effects.append(setup)
        return effects, warnings

    def _check_record(self, setup: InstrumentSetup | EffectSetup) -> None:
        """Raise PluginSetAside for a plugin that crashed too often."""
        is_plugin = setup.path is not None and getattr(setup, "kind", "plugin") == "plugin"
        if self._crashes is None or setup.path is None or not is_plugin:
            return
        plugin = PluginVersion.of(Path(setup.path), setup.plugin_name)
        known = self._crashes.find(plugin)
        if known is not None and known.is_set_aside:
            raise PluginSetAside(
                f"It is set aside: it failed {known.crashes} times in this version, at last so: {known.what}",
                where=known.plugin.label,
                advice=f"Update it, or {_unblocking(known.plugin)}",
            )


def _unblocking(plugin: PluginVersion) -> str:
    return f'try it again after `daw-bridge plugins unblock "{plugin.name}"`.'


def _key_of(instrument: InstrumentSetup) -> WorkerKey:
    if instrument.kind == "faust":
        return ("faust",)
    host = "synced" if instrument.tempo_synced else "plugin"
    return (host, instrument.path, instrument.plugin_name or "")


def _id_of(instrument: InstrumentSetup) -> str:
    return f"{instrument.path} {instrument.plugin_name or ''}"
