"""Faust source -> a program in native code, compiled by DawDreamer, that signals are played through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dawdreamer
import numpy as np

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import PluginUnloadable
from daw_bridge.host.parameters import ParameterSpec, Value

BLOCK_FRAMES = 512
"""Nothing moves between blocks, so their length is a matter of speed alone."""

LIBRARIES = Path(__file__).parents[1] / "faust"
"""Where `voice.lib` lies; an instrument's own folder is looked through before."""

_SLIDER = re.compile(r'\b(?:hslider|vslider|nentry|checkbox|button)\s*\(\s*"((?:[^"\\]|\\.)*)"')
_IMPORT = re.compile(r'\bimport\s*\(\s*"([^"]+)"\s*\)')
_METADATA = re.compile(r"\[(\w+)\s*:([^\]]*)\]")
_MENU_ENTRY = re.compile(r"'([^']+)'\s*:\s*([-+.\w]+)")
_EFFECT = re.compile(r"(?:^|;)\s*effect\s*[=(]", re.MULTILINE)


@dataclass(frozen=True)
class Slider:
    """One slider of a compiled program: its path in DawDreamer, its ends, and what may be said to it."""

    path: str
    lowest: float
    highest: float
    initial: float
    spec: ParameterSpec
    menu: dict[str, float] = field(default_factory=dict)

    def number(self, value: Value) -> float:
        """A value in the spec's terms -> the slider's position."""
        return self.menu[value] if isinstance(value, str) else float(value)


class Program:
    """One expression of a .dsp file, compiled in mono: DawDreamer computes it block by block.

    Its polyphonic mode goes frame by frame, and takes four times as long and more.
    """

    def __init__(self, path: Path, expression: str, controls: Sequence[str], rate_hz: int) -> None:
        """`expression` of the file is `process`, or `effect`; its sliders `controls` become inputs.

        The inputs are the controls, in their order and whether or not the file has such sliders, then those
        of the expression. Raises PluginUnloadable.
        """
        self._rate_hz = rate_hz
        self._engine = dawdreamer.RenderEngine(rate_hz, BLOCK_FRAMES)
        self._processor = self._engine.make_faust_processor("program")
        self._processor.num_voices = 0
        self._processor.faust_libraries_paths = [str(path.parent), str(LIBRARIES)]
        try:
            compiled = (
                self._processor.set_dsp_string(_with_inputs(path, expression, controls))
                and self._processor.compile()
            )
        except RuntimeError as cause:
            raise _unloadable(path, str(cause)) from cause
        if not compiled:
            raise _unloadable(path, "the compiler gave no reason")
        self.inputs = int(self._processor.get_num_input_channels()) - len(controls)
        self.outputs = int(self._processor.get_num_output_channels())
        self.sliders = _sliders(self._processor.get_parameters_description(), read_source(path))
        silence = np.zeros((len(controls) + self.inputs, BLOCK_FRAMES), np.float32)
        self._signals = self._engine.make_playback_processor("signals", silence)
        self._engine.load_graph([(self._signals, []), (self._processor, ["signals"])])

    def move(self, slider: str, position: float) -> None:
        """Put a slider somewhere; one that the program does not have is no concern of it."""
        if slider in self.sliders:
            self._processor.set_parameter(self.sliders[slider].path, position)

    def play(self, signals: Samples) -> Samples:
        """float32 [inputs, frames] -> [outputs, frames]. Each call begins from the compiled state."""
        frames = signals.shape[1]
        self._signals.set_data(signals)
        self._engine.render((frames + 0.5) / self._rate_hz)
        sound: Samples = self._engine.get_audio()[:, :frames]
        return sound

    def forget(self) -> None:
        """Let go of the last sound and signals, which are kept until the next time."""
        self.play(np.zeros((self._processor.get_num_input_channels(), BLOCK_FRAMES), np.float32))


def read_source(path: Path) -> str:
    """The text of a .dsp and of what it imports from its folder or ours: DawDreamer drops units and menus."""
    texts, waiting, seen = [], [path], {path}
    while waiting:
        text = waiting.pop().read_text(encoding="utf-8")
        texts.append(text)
        imported = {folder / name for name in _IMPORT.findall(text) for folder in (path.parent, LIBRARIES)}
        waiting += [file for file in imported - seen if file.is_file()]
        seen |= imported
    return "\n".join(texts)


def has_effect(path: Path) -> bool:
    """Whether the file says what is done to all voices together."""
    return _EFFECT.search(read_source(path)) is not None


def _with_inputs(path: Path, expression: str, controls: Sequence[str]) -> str:
    """A program around the file in which signals stand where sliders stood (Faust's widget modulation)."""
    names = [f"{control}_signal" for control in controls]
    modulated = ", ".join(f'"{control}": {name}' for control, name in zip(controls, names, strict=True))
    return (
        f'instrument = library("{path.resolve().as_posix()}");\n'
        f"process({', '.join(names)}) = [{modulated} -> instrument.{expression}];\n"
    )


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
        lowest, highest = float(description["min"]), float(description["max"])
        menu = {choice: float(number) for choice, number in _MENU_ENTRY.findall(about.get("style", ""))}
        spec = ParameterSpec(
            name=name,
            unit=about.get("unit", "").strip(),
            minimum=lowest,
            maximum=highest,
            choices=tuple(menu),
            is_switch=(lowest, highest, description["step"]) == (0, 1, 1) and not menu,
        )
        path, initial = str(description["name"]), float(description["value"])
        sliders[name] = Slider(path, lowest, highest, initial, spec, menu)
    return sliders


def _unloadable(path: Path, reason: str) -> PluginUnloadable:
    return PluginUnloadable(
        f"The Faust compiler refuses it: {reason.strip()}.",
        where=path,
        advice="Mend the instrument's source.",
    )
