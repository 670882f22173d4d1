"""Debian's free synthesizers, hosted by DawDreamer: organs, electric pianos, and thousands of patches.

What the SoundFonts, made of the same few samples, don't have: real registrations of a tonewheel organ, real
electric pianos in all their registers, and the patches of many hands.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ, amsynth
from daw_bridge.training.players.stops import REGISTRATIONS


@dataclass(frozen=True)
class Plugin:
    """What DawDreamer opens it by, a path or an address, and where it lies."""

    name: str
    folder: Path


SETBFREE = Plugin("http://gareus.org/oss/lv2/b_synth", Path("/usr/lib/lv2/b_synth"))
EPIANO = Plugin("http://drobilla.net/plugins/mda/EPiano", Path("/usr/lib/lv2/mda.lv2"))
PIANO = Plugin("http://drobilla.net/plugins/mda/Piano", Path("/usr/lib/lv2/mda.lv2"))
CALF = Plugin("http://calf.sourceforge.net/plugins/Organ", Path("/usr/lib/lv2/calf.lv2"))
ZYN = Plugin("/usr/lib/vst/ZynAddSubFX.so", Path("/usr/share/zynaddsubfx/banks"))
AMSYNTH = Plugin("/usr/lib/vst/amsynth_vst.so", amsynth.BANKS)
PLUGINS = {
    "setbfree": SETBFREE,
    "epiano": EPIANO,
    "piano": PIANO,
    "calf": CALF,
    "zyn": ZYN,
    "amsynth": AMSYNTH,
}
EPIANO_PARAMETERS = (
    "Envelope Decay",
    "Envelope Release",
    "Hardness",
    "Treble Boost",
    "Modulation",
    "LFO Rate",
    "Overdrive",
)
PIANO_PARAMETERS = (
    "Hardness Offset",
    "Muffling Filter",
    "Velocity to Muffling",
    "Stretch Tuning",
    "Envelope Release",
)
SWITCHES = (33, 34, 36, 38, 40, 42, 46, 49, 52, 53)
"""setBfree's programs, counted from 1, that switch percussion, overdrive, vibrato and the rotary speaker."""
DRAWBAR_NAMES = ("16'", "5 1/3'", "8'", "4'", "2 2/3'", "2'", "1 3/5'", "1 1/3'", "1'")
CALF_WAVES = 0.25
"""Its waveforms up to this are plain enough: sines, triangles, pulses, saws."""
TIMEOUT_S = 180.0


@dataclass(frozen=True)
class Setup:
    """A plugin and how it is set: what the process that hosts it is told."""

    plugin: Plugin
    parameters: Mapping[str, float] = field(default_factory=dict)
    """By name, 0.0 to 1.0."""
    controls: Sequence[tuple[int, int]] = ()
    programs: Sequence[int] = ()
    zyn_patch: str = ""
    octaves_agree: bool = False
    """Whether the key that is heard is known to be the key that is played."""


def play(
    rng: np.random.Generator, performance: Performance, name: str, length_s: float
) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz: silence where the patch doesn't sound the key, in any octave, or not fast
    enough. A patch that sounds it in another octave is played so much higher or lower.

    `name` is setbfree, calf, epiano, piano, `zyn BANK` or `amsynth FAMILY`. Raises FileNotFoundError where
    it is not installed. Patches of ZynAddSubFX have some randomness of their own.
    """
    setup = _drawn(rng, name)
    if not setup.plugin.folder.exists():
        raise FileNotFoundError(setup.plugin.folder)
    with tempfile.TemporaryDirectory() as folder:
        told, sound = Path(folder, "told.json"), Path(folder, "sound.raw")
        told.write_text(json.dumps(_told(setup, performance, length_s)))
        process = [sys.executable, "-m", "daw_bridge.training.players.plugin_process", str(told), str(sound)]
        # What crashes or hangs is an attempt that failed.
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(process, check=False, capture_output=True, timeout=TIMEOUT_S)
        heard = np.fromfile(sound, np.float32) if sound.is_file() else np.zeros(0, np.float32)
    mono = np.zeros(round(length_s * PLAY_RATE_HZ), np.float32)
    mono[: len(heard)] = heard[: len(mono)]
    return mono


def _told(setup: Setup, performance: Performance, length_s: float) -> dict[str, Any]:
    notes = [(n.onset_s, n.pitch, n.offset_s, n.velocity) for n in performance.notes]
    bends = [(bend.time_s, bend.semitones) for bend in performance.bends]
    return asdict(setup) | {"plugin": setup.plugin.name, "notes": notes, "bends": bends, "length_s": length_s}


def _drawn(rng: np.random.Generator, name: str) -> Setup:
    kind, _, detail = name.partition(" ")
    if kind == "setbfree":
        return _tonewheels(rng)
    if kind == "calf":
        return _calf(rng)
    if kind == "epiano":
        drawn = {name: float(rng.uniform(0.1, 0.9)) for name in EPIANO_PARAMETERS if rng.random() < 0.5}
        drawn["Overdrive"] = drawn.get("Overdrive", 0.0) * float(rng.random() < 0.4)
        return Setup(EPIANO, drawn, octaves_agree=True)
    if kind == "piano":
        drawn = {name: float(rng.uniform(0.2, 0.8)) for name in PIANO_PARAMETERS if rng.random() < 0.5}
        return Setup(PIANO, drawn, octaves_agree=True)
    if kind == "zyn":
        patches = sorted(p for p in (ZYN.folder / detail).glob("*.xiz") if not amsynth.UNFIT.search(p.stem))
        if not patches:
            raise FileNotFoundError(ZYN.folder / detail)
        return Setup(ZYN, zyn_patch=str(patches[int(rng.integers(len(patches)))]))
    named = amsynth.patches(detail)
    return Setup(AMSYNTH, named[list(named)[int(rng.integers(len(named)))]])


def _tonewheels(rng: np.random.Generator) -> Setup:
    bars = [int(np.clip(bar + rng.integers(-1, 2), 1, 8)) if bar else 0 for bar in _registered(rng)]
    controls = [(70 + index, round(127 * (8 - bar) / 8)) for index, bar in enumerate(bars)]
    programs = [switch - 1 for switch in SWITCHES if rng.random() < 0.25]
    return Setup(SETBFREE, controls=controls, programs=programs, octaves_agree=True)


def _calf(rng: np.random.Generator) -> Setup:
    """Drawbars of sines or, half of the time, of other waves."""
    drawn = {name: bar / 8 for name, bar in zip(DRAWBAR_NAMES, _registered(rng), strict=True)}
    if rng.random() < 0.5:
        drawn |= {f"Wave {n}": float(rng.uniform(0, CALF_WAVES)) for n in range(1, 10) if rng.random() < 0.5}
    drawn["Vib Wet"] = float(rng.choice([0.0, 0.3, 0.6]))
    drawn["Vib Rate"] = float(rng.uniform(0.02, 0.06))
    return Setup(CALF, drawn, octaves_agree=True)


def _registered(rng: np.random.Generator) -> list[int]:
    """A registration as players note it or, three times in ten, drawbars pulled at random."""
    bars = [int(bar) for bar in str(rng.choice(REGISTRATIONS))]
    if rng.random() < 0.3:
        bars = [int(rng.integers(1, 9)) if rng.random() < 0.55 else 0 for _ in bars]
        bars[2] = max(bars[2], 5)
    return bars
