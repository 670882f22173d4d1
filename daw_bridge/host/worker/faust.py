"""Our own instruments: Faust, compiled by DawDreamer to native code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dawdreamer
import numpy as np

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import PluginUnloadable
from daw_bridge.core.notes import Bend
from daw_bridge.host.events import PlayedNote, played_notes
from daw_bridge.host.parameters import ParameterSpec, Value, read_parameters
from daw_bridge.host.protocol import InstrumentSetup
from daw_bridge.host.worker.instrument import MAX_TAIL_S, Performance, Report
from daw_bridge.host.worker.output import faded

BLOCK_FRAMES = 64
"""DawDreamer moves sliders between blocks only: 1.5 ms late at most, and as fast as with long blocks."""

STRETCH_S = 60.0
"""A long part is played in stretches of this length, whose tails ring into one another: DawDreamer renders
in one piece, begins anew each time, and needs 25 times the memory of the sound."""

PLAYED_SLIDERS = ("bend", "mod")
"""Moved by the part, as a wheel would; `freq`, `gain` and `gate` are the voice's own."""

LIBRARIES = Path(__file__).parents[1] / "faust"
"""Where `voice.lib` lies; an instrument's own folder is looked through before."""

_SLIDER = re.compile(r'\b(?:hslider|vslider|nentry|checkbox|button)\s*\(\s*"((?:[^"\\]|\\.)*)"')
_IMPORT = re.compile(r'\bimport\s*\(\s*"([^"]+)"\s*\)')
_METADATA = re.compile(r"\[(\w+)\s*:([^\]]*)\]")
_MENU_ENTRY = re.compile(r"'([^']+)'\s*:\s*([-+.\w]+)")
_VOICES = re.compile(r"\[nvoices:(\d+)\]")


@dataclass(frozen=True)
class Slider:
    """One slider of a compiled instrument: its path in DawDreamer, and what may be said to it."""

    path: str
    initial: float
    spec: ParameterSpec
    menu: dict[str, float] = field(default_factory=dict)

    def number(self, value: Value) -> float:
        """A value in the spec's terms -> the slider's position."""
        return self.menu[value] if isinstance(value, str) else float(value)


class FaustInstrument:
    """A .dsp file, compiled once for one sample rate.

    DawDreamer begins every render from the compiled state, so that nothing is left of the one before.
    """

    def __init__(self, path: Path, label: str, rate_hz: int, report: Report) -> None:
        self.label = label
        self._report = report
        report(label, "compiling")
        source = _source(path)
        voices = _VOICES.search(source)
        self._engine = dawdreamer.RenderEngine(rate_hz, BLOCK_FRAMES)
        self._processor = self._engine.make_faust_processor("instrument")
        self._processor.faust_libraries_paths = [str(path.parent), str(LIBRARIES)]
        self._processor.num_voices = int(voices[1]) if voices else 16
        try:
            compiled = self._processor.set_dsp(str(path)) and self._processor.compile()
        except RuntimeError as cause:
            raise _unloadable(path, str(cause)) from cause
        if not compiled:
            raise _unloadable(path, "the compiler gave no reason")
        self._engine.load_graph([(self._processor, [])])
        self._sliders = _sliders(self._processor.get_parameters_description(), source)

    def configure(self, setup: InstrumentSetup) -> list[str]:
        """Move every slider: where the preset says, or where it is at first."""
        settable = {name: slider for name, slider in self._sliders.items() if name not in PLAYED_SLIDERS}
        specs = [slider.spec for slider in settable.values()]
        values = read_parameters(setup.parameters, specs, self.label)
        for name, slider in settable.items():
            position = slider.number(values[name]) if name in values else slider.initial
            self._processor.set_parameter(slider.path, position)
        return []

    def play(self, performance: Performance) -> Samples:
        """float32 [channels, frames + tail_frames]."""
        frames = performance.frames + performance.tail_frames
        notes = played_notes(performance.part.notes, performance.rate_hz)
        self._engine.set_bpm(performance.tempo[0][1])
        if frames <= 2 * STRETCH_S * performance.rate_hz:
            return self._play(notes, performance, 0, frames)
        sound: Samples | None = None
        for stretch in _stretches(notes, round(STRETCH_S * performance.rate_hz)):
            start = stretch[0].on
            ends = max(note.off for note in stretch) + round(MAX_TAIL_S * performance.rate_hz)
            end = min(ends, frames)
            played = self._play(stretch, performance, start, end)
            if sound is None:
                sound = np.zeros((played.shape[0], frames), np.float32)
            sound[:, start:end] += played if end == frames else faded(played, performance.rate_hz)
        return np.zeros((2, frames), np.float32) if sound is None else sound

    def settle(self) -> bool:
        """Nothing sounds on."""
        return True

    def _play(self, notes: list[PlayedNote], performance: Performance, start: int, end: int) -> Samples:
        """The sound from frame `start` to `end` of these notes alone."""
        rate_hz, frames = performance.rate_hz, end - start
        self._report(self.label, "playing", allowance_s=frames / rate_hz)
        self._processor.clear_midi()
        for note in notes:
            # Half a frame inside, so that rounding down lands on the very frame.
            onset_s, duration_s = (note.on - start + 0.5) / rate_hz, (note.off - note.on) / rate_hz
            self._processor.add_midi_note(note.pitch, note.velocity, onset_s, duration_s)
        self._bend(performance.part.bends, rate_hz, start, frames)
        self._engine.render((frames + 0.5) / rate_hz)
        samples: Samples = self._engine.get_audio()[:, :frames]
        self._engine.render(BLOCK_FRAMES / rate_hz)  # or the engine keeps the sound until the next time
        return samples

    def _bend(self, bends: tuple[Bend, ...], rate_hz: int, start: int, frames: int) -> None:
        slider = self._sliders.get("bend")
        if slider is None:
            return
        if not bends:
            self._processor.set_parameter(slider.path, slider.initial)
            return
        curve = np.zeros(frames, np.float32)
        for bend in bends:
            curve[max(round(bend.time_s * rate_hz) - start, 0) :] = bend.semitones
        np.clip(curve, slider.spec.minimum, slider.spec.maximum, out=curve)
        self._processor.set_automation(slider.path, curve)


def _stretches(notes: list[PlayedNote], length: int) -> Iterator[list[PlayedNote]]:
    """The notes in order, in groups whose onsets lie within `length` frames."""
    stretch: list[PlayedNote] = []
    for note in notes:
        if stretch and note.on - stretch[0].on >= length:
            yield stretch
            stretch = []
        stretch.append(note)
    if stretch:
        yield stretch


def _source(path: Path) -> str:
    """The text of a .dsp and of what it imports from its folder or ours: DawDreamer drops units and menus."""
    texts, waiting, seen = [], [path], {path}
    while waiting:
        text = waiting.pop().read_text(encoding="utf-8")
        texts.append(text)
        imported = {folder / name for name in _IMPORT.findall(text) for folder in (path.parent, LIBRARIES)}
        waiting += [file for file in imported - seen if file.is_file()]
        seen |= imported
    return "\n".join(texts)


def _sliders(descriptions: list[dict[str, str | float]], source: str) -> dict[str, Slider]:
    """Slider name -> slider, in DawDreamer's order."""
    metadata = {}
    for label in _SLIDER.findall(source):
        name = label.partition("[")[0].rpartition("/")[2].strip()
        metadata[name] = dict(_METADATA.findall(label))
    sliders = {}
    for description in descriptions:
        name = str(description["label"])
        about = metadata.get(name, {})
        menu = {choice: float(number) for choice, number in _MENU_ENTRY.findall(about.get("style", ""))}
        spec = ParameterSpec(
            name=name,
            unit=about.get("unit", "").strip(),
            minimum=float(description["min"]),
            maximum=float(description["max"]),
            choices=tuple(menu),
            is_switch=description["min"] == 0
            and description["max"] == 1
            and description["step"] == 1
            and not menu,
        )
        sliders[name] = Slider(str(description["name"]), float(description["value"]), spec, menu)
    return sliders


def _unloadable(path: Path, reason: str) -> PluginUnloadable:
    return PluginUnloadable(
        f"The Faust compiler refuses it: {reason.strip()}.",
        where=path,
        advice="Mend the instrument's source.",
    )
