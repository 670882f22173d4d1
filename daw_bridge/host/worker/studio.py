"""Instruments and effects that stay loaded, and one render from notes to a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from daw_bridge.core.errors import ParameterInvalid
from daw_bridge.core.notes import Part
from daw_bridge.host.parameters import refusal
from daw_bridge.host.protocol import InstrumentSetup, Load, Loaded, Place, Render, Rendered
from daw_bridge.host.worker.instrument import MAX_TAIL_S, Instrument, PathReport, Performance
from daw_bridge.host.worker.output import (
    check_sound,
    faded,
    in_stereo,
    levelled,
    padded,
    trimmed,
    write_sound,
)

if TYPE_CHECKING:
    from daw_bridge.host.worker.effects import Effects

LOADED_AT_ONCE = 24
"""Compiled Faust instruments that are kept."""


class Studio:
    """What a worker has loaded."""

    def __init__(self, report: PathReport) -> None:
        self._report = report
        self._instruments: dict[tuple[str, str | None, int, int], Instrument] = {}
        self._effects: Effects | None = None
        self._played: Instrument | None = None

    def load(self, request: Load) -> Loaded:
        """Load the instrument. Raises PluginError."""
        return Loaded(self._instrument(request.instrument, request.rate_hz).label)

    def render(self, request: Render) -> Rendered:
        """Play the part and write the sound. Raises PluginError."""
        rate_hz = request.rate_hz
        part = Part.from_dict(request.part)
        frames = round(part.duration_s * rate_hz)
        tail_frames = round((MAX_TAIL_S if request.tail_s is None else request.tail_s) * rate_hz)
        instrument = self._instrument(request.instrument, rate_hz)
        warnings = self._configured(instrument, request)

        self._played = instrument
        sound = instrument.play(
            Performance(
                part,
                request.channel,
                rate_hz,
                frames,
                tail_frames,
                tuple(request.tempo),
                tuple(request.instrument.key_switches),
            )
        )
        check_sound(sound, instrument.label, audible=bool(part.notes))
        sound, more = in_stereo(sound, instrument.label)
        warnings += more
        sound = padded(sound, frames + tail_frames if request.effects else frames)
        label = instrument.label
        for effect in request.effects:
            label, sound, more = self._effect_chain().apply(effect, sound, rate_hz)
            check_sound(sound, label, audible=False)
            warnings += more

        if request.tail_s is None:
            sound, more = trimmed(sound, frames, rate_hz, label=label)
            warnings += more
        else:
            sound = padded(faded(sound, rate_hz), frames + tail_frames)
        sound, more = levelled(sound, request.gain_db)
        write_sound(sound, rate_hz, Path(request.output))
        return Rendered(instrument.label, sound.shape[1], warnings + more)

    def settle(self) -> None:
        """Called when the answer is out: the instrument falls silent while nobody waits."""
        played, self._played = self._played, None
        if played is not None and not played.settle():
            self._instruments = {key: kept for key, kept in self._instruments.items() if kept is not played}

    def _configured(self, instrument: Instrument, request: Render) -> list[str]:
        """Set the instrument; returns warnings. What is wrong with it and the effects is told at once."""
        refused: list[ParameterInvalid] = []
        warnings: list[str] = []
        with _gathered(refused, request.instrument.place):
            warnings += instrument.configure(request.instrument)
        for effect in request.effects:
            with _gathered(refused, effect.place):
                self._effect_chain().open(effect)
        if len(refused) > 1:
            raise refusal([mistake for error in refused for mistake in error.mistakes], instrument.label)
        if refused:
            raise refused[0]
        return warnings

    def _instrument(self, setup: InstrumentSetup, rate_hz: int) -> Instrument:
        # Pedalboard plays a plugin at any rate; DawDreamer makes everything for one.
        is_faust = setup.kind == "faust"
        edited_ns = Path(setup.path).stat().st_mtime_ns if is_faust else 0  # heard without a new start
        key = (setup.path, setup.plugin_name, rate_hz if is_faust or setup.tempo_synced else 0, edited_ns)
        instrument = self._instruments.pop(key, None) or self._open(setup, rate_hz)
        self._instruments[key] = instrument
        if len(self._instruments) > LOADED_AT_ONCE:
            del self._instruments[next(iter(self._instruments))]
        return instrument

    def _open(self, setup: InstrumentSetup, rate_hz: int) -> Instrument:
        # Imported here: a worker needs one of both, and starts the sooner.
        if setup.kind == "faust":
            from daw_bridge.host.worker.faust import FaustInstrument

            return FaustInstrument(Path(setup.path), setup.label, rate_hz, self._report)
        report = partial(self._report, path=setup.path, plugin_name=setup.plugin_name)
        if setup.tempo_synced:
            from daw_bridge.host.worker.synced import SyncedPlugin

            return SyncedPlugin(Path(setup.path), setup.plugin_name, setup.label, rate_hz, report)
        from daw_bridge.host.worker.plugin import PluginInstrument

        return PluginInstrument(Path(setup.path), setup.plugin_name, setup.label, report)

    def _effect_chain(self) -> Effects:
        if self._effects is None:
            from daw_bridge.host.worker.effects import Effects

            self._effects = Effects(self._report)
        return self._effects


@contextmanager
def _gathered(refused: list[ParameterInvalid], place: Place) -> Iterator[None]:
    """Gathers what is wrong with the parameters that stand at `place` in the preset."""
    try:
        yield
    except ParameterInvalid as error:
        refused.append(error.placed(place))
