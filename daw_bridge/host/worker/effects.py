"""What the sound goes through after the instrument: pedalboard's own effects, and effect plugins."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pedalboard

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import ParameterInvalid, PluginError, PluginUnloadable
from daw_bridge.host.parameters import ParameterSpec, Value, read_parameters
from daw_bridge.host.protocol import EffectSetup
from daw_bridge.host.worker.instrument import PathReport
from daw_bridge.host.worker.loading import label_of, load_plugin
from daw_bridge.host.worker.plugin_parameters import set_parameters

BUILT_IN = {
    "bitcrush": pedalboard.Bitcrush,
    "chorus": pedalboard.Chorus,
    "clipping": pedalboard.Clipping,
    "compressor": pedalboard.Compressor,
    "convolution": pedalboard.Convolution,
    "delay": pedalboard.Delay,
    "distortion": pedalboard.Distortion,
    "gain": pedalboard.Gain,
    "gsm_full_rate_compressor": pedalboard.GSMFullRateCompressor,
    "high_shelf_filter": pedalboard.HighShelfFilter,
    "highpass_filter": pedalboard.HighpassFilter,
    "invert": pedalboard.Invert,
    "ladder_filter": pedalboard.LadderFilter,
    "limiter": pedalboard.Limiter,
    "low_shelf_filter": pedalboard.LowShelfFilter,
    "lowpass_filter": pedalboard.LowpassFilter,
    "mp3_compressor": pedalboard.MP3Compressor,
    "noise_gate": pedalboard.NoiseGate,
    "peak_filter": pedalboard.PeakFilter,
    "phaser": pedalboard.Phaser,
    "pitch_shift": pedalboard.PitchShift,
    "resample": pedalboard.Resample,
    "reverb": pedalboard.Reverb,
}
"""By the names that presets use."""

BY_CHANNEL = frozenset(
    {
        "chorus",
        "compressor",
        "delay",
        "distortion",
        "high_shelf_filter",
        "highpass_filter",
        "ladder_filter",
        "limiter",
        "low_shelf_filter",
        "lowpass_filter",
        "noise_gate",
        "peak_filter",
        "phaser",
    }
)
"""Those that do to each channel what they would do to it alone, and take their time over it."""

_UNITS = {"hz": "Hz", "db": "dB", "ms": "ms", "seconds": "s", "semitones": "st"}
_NOT_SETTINGS = ("is_effect", "is_instrument")
_IMPULSE_RESPONSE = "impulse_response_filename"


@dataclass
class _LoadedEffect:
    """An effect plugin, and how it is set."""

    plugin: Any
    initial_state: bytes
    parameters: dict[str, Value] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class Effects:
    """Builds effects and sends sound through them; plugins stay loaded."""

    def __init__(self, report: PathReport) -> None:
        self._report = report
        self._plugins: dict[tuple[str, str | None], _LoadedEffect] = {}

    def apply(self, setup: EffectSetup, sound: Samples, rate_hz: int) -> tuple[str, Samples, list[str]]:
        """The effect's label, the sound after it (as long as before it), and warnings. Raises PluginError."""
        label, effect, warnings = self.open(setup)
        self._report(label, "processing", sound.shape[1] / rate_hz, setup.path, setup.plugin_name)
        try:
            if setup.name in BY_CHANNEL and not setup.path:
                return label, _by_channel(setup, sound, rate_hz), warnings
            return label, effect(sound, float(rate_hz)), warnings
        except (ValueError, RuntimeError) as cause:
            raise PluginError(
                f"It does not process stereo sound at {rate_hz} Hz: {cause}",
                where=label,
                advice="Take it out of the preset's effects.",
            ) from cause

    def open(self, setup: EffectSetup) -> tuple[str, Any, list[str]]:
        """The effect's label, the effect as it is set, and warnings. Raises PluginError."""
        return self._plugin(setup) if setup.path else _built_in(setup)

    def _plugin(self, setup: EffectSetup) -> tuple[str, Any, list[str]]:
        assert setup.path is not None
        key = (setup.path, setup.plugin_name)
        if key not in self._plugins:
            self._report(setup.name, "loading", path=setup.path, plugin_name=setup.plugin_name)
            plugin = load_plugin(Path(setup.path), setup.plugin_name, setup.name)
            self._plugins[key] = _LoadedEffect(plugin, bytes(plugin.raw_state))
        loaded = self._plugins[key]
        effect, label = loaded.plugin, label_of(loaded.plugin)
        if not effect.is_effect:
            raise PluginUnloadable(
                "It is an instrument: it takes notes, not sound.",
                where=label,
                advice="Name it under `instrument:`, or choose an effect.",
            )
        if loaded.parameters != setup.parameters:
            if loaded.parameters:
                effect.raw_state = loaded.initial_state  # nothing is left of the preset before
            loaded.parameters = {}
            loaded.warnings = set_parameters(effect, setup.parameters, label)
            loaded.parameters = setup.parameters
        return label, effect, loaded.warnings


def _by_channel(setup: EffectSetup, sound: Samples, rate_hz: int) -> Samples:
    """An effect over each channel, side by side; over one alone where all are the same, as a mono voice's."""

    def affected(channel: Samples) -> Samples:
        _, effect, _ = _built_in(setup)
        processed: Samples = effect(channel[None], float(rate_hz))
        return processed

    if all(np.array_equal(channel, sound[0]) for channel in sound[1:]):
        return np.repeat(affected(sound[0]), len(sound), axis=0)
    with ThreadPoolExecutor(len(sound), thread_name_prefix="channel") as channels:
        return np.concatenate(list(channels.map(affected, sound)))


def _built_in(setup: EffectSetup) -> tuple[str, Any, list[str]]:
    kind = BUILT_IN.get(setup.name)
    if kind is None:
        from daw_bridge.core.document import did_you_mean  # brings pydantic, which workers start without

        raise ParameterInvalid(
            f"There is no effect of this name. {did_you_mean(setup.name, BUILT_IN)}",
            where=setup.name,
            advice="Mend the preset's effects.",
        )
    settings = dict(setup.parameters)
    effect = _convolution(setup, settings) if kind is pedalboard.Convolution else kind()
    for name, value in read_parameters(settings, _specs_of(effect), setup.name).items():
        _set(effect, name, value, setup.name)
    return setup.name, effect, []


def _convolution(setup: EffectSetup, settings: dict[str, Value]) -> Any:
    file = Path(setup.folder, str(settings.pop(_IMPULSE_RESPONSE, "")))
    if not file.is_file():
        raise ParameterInvalid(
            f"{_IMPULSE_RESPONSE} names no file: {file}.",
            where=setup.name,
            advice="Mend the preset's effects.",
        )
    return pedalboard.Convolution(str(file))


def _specs_of(effect: Any) -> Iterator[ParameterSpec]:
    """The effect's properties that a preset can set; their names end in their units."""
    for name in dir(type(effect)):
        if (
            name.startswith("_")
            or name in _NOT_SETTINGS
            or not isinstance(getattr(type(effect), name), property)
        ):
            continue
        value = getattr(effect, name)
        stem, _, suffix = name.rpartition("_")
        unit = _UNITS.get(suffix, "")
        words = (stem,) if unit and stem else ()
        if isinstance(value, bool):
            yield ParameterSpec(name, is_switch=True)
        elif isinstance(value, int | float):
            yield ParameterSpec(name, unit=unit, words=words)
        elif hasattr(type(value), "__members__"):
            yield ParameterSpec(name, choices=tuple(type(value).__members__))


def _set(effect: Any, name: str, value: Value, label: str) -> None:
    try:
        before = getattr(effect, name)
        setattr(effect, name, type(before).__members__[value] if isinstance(value, str) else value)
    except (ValueError, TypeError, RuntimeError) as cause:
        raise ParameterInvalid(
            f'"{value}" for {name} is not taken: {cause}', where=label, advice="Mend the preset's effects."
        ) from cause
