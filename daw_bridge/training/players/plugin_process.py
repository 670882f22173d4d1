"""The process that hosts one plugin for one stem: what crashes there, crashes alone.

    python -m daw_bridge.training.players.plugin_process TOLD.json SOUND.raw

writes one channel of float32 at 44,100 Hz, or nothing where the patch doesn't sound its key, or too slowly
for the line.
"""

from __future__ import annotations

import json
import os
import re
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mido
import numpy as np
import numpy.typing as npt

from daw_bridge.core.notes import Bend, Note
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ, midi

BLOCK = 512
LEAD_S = 0.5
"""Before the line: settings come here, and setBfree's key click has died away."""
PROBE_S = 1.2
LOADED_WITHIN_S = 10.0
DECAY_A_HARMONIC = 0.84
HARMONICS = 15
HIGHEST_HZ = 6_000.0
NEAR = 0.02
"""Partials are looked for so close to where they should be."""
NEARLY_ALL = 0.95
COLOURED = 0.3
"""A key's own partials hold less of the power than this where it sounds an octave lower."""
SLOWEST = 0.5
"""An attack takes at most this share of the notes' median duration."""
SLOW_S = 0.05
"""Attacks as fast as this suit everything."""


def main(told_path: Path, sound_path: Path) -> int:
    """Exit code 0, whether or not there is a sound."""
    told = json.loads(told_path.read_text())
    notes = tuple(Note(on, pitch, off, velocity) for on, pitch, off, velocity in told["notes"])
    performance = Performance(notes, tuple(Bend(*bend) for bend in told["bends"]))
    plugin = _Plugin(told)
    if not told["octaves_agree"]:
        pitch = int(np.median([note.pitch for note in notes]))
        probe = Performance((Note(0.0, pitch, PROBE_S, 100),))
        held = plugin.play(probe, PROBE_S)
        shift = heard_above(held, pitch)
        longest_s = SLOWEST * float(np.median([note.duration_s for note in notes]))
        if shift is None or attack_s(held) > max(longest_s, SLOW_S):
            return 0
        performance = performance.transposed(-shift)
    plugin.play(performance, told["length_s"]).tofile(sound_path)
    return 0


class _Plugin:
    def __init__(self, told: Mapping[str, Any]) -> None:
        import dawdreamer

        self._settings = [
            *(mido.Message("program_change", program=number) for number in told["programs"]),
            *(mido.Message("control_change", control=number, value=v) for number, v in told["controls"]),
        ]
        self._engine = dawdreamer.RenderEngine(PLAY_RATE_HZ, BLOCK)
        with tempfile.TemporaryFile() as log:
            # ZynAddSubFX tells the port where it takes orders on stderr; the last instance plays.
            os.dup2(log.fileno(), 2)
            self._plugin = self._engine.make_plugin_processor("plugin", told["plugin"])
            self._engine.load_graph([(self._plugin, [])])
            self._engine.render(0.1)
            log.seek(0)
            ports = re.findall(rb"running on (\d+)", log.read())
        for parameter in self._plugin.get_parameters_description():
            if parameter["name"] in told["parameters"]:
                self._plugin.set_parameter(parameter["index"], told["parameters"][parameter["name"]])
        if told["zyn_patch"]:
            self._load_zyn(told["zyn_patch"], int(ports[-1]))

    def play(self, performance: Performance, length_s: float) -> npt.NDArray[np.float32]:
        """One channel."""
        with tempfile.TemporaryDirectory() as folder:
            song = Path(folder, "line.mid")
            midi.write(song, performance, self._settings, lead_s=LEAD_S)
            self._plugin.load_midi(str(song), clear_previous=True, beats=False, all_events=True)
            self._engine.render(LEAD_S + length_s)
        stereo = self._engine.get_audio()[:, round(LEAD_S * PLAY_RATE_HZ) :]
        return np.asarray(stereo.mean(axis=0), np.float32)

    def _load_zyn(self, patch: str, port: int) -> None:
        """By OSC, over the loopback; renders meanwhile, since it swaps patches while it plays."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as orders:
            orders.settimeout(0.1)
            address, until = ("127.0.0.1", port), time.monotonic() + LOADED_WITHIN_S
            orders.sendto(_osc("/load_xiz", 0, patch), address)
            while time.monotonic() < until:
                orders.sendto(_osc("/part0/Pname"), address)
                self._engine.render(0.1)
                try:
                    if orders.recv(4096).startswith(b"/part0/Pname"):
                        break
                except TimeoutError:
                    continue
            else:
                raise TimeoutError(f"{patch} was not loaded")
            self._engine.render(0.1)


def heard_above(sound: npt.NDArray[np.float32], pitch: int) -> int | None:
    """By how many semitones above the key, by octaves, a held note sounds; None where it is another key that
    explains most of the spectrum, or where there is none.

    The key by subharmonic summation (Hermes, "Measurement of pitch by subharmonic summation", 1988); the
    octave is the highest whose partials hold nearly all of the power. A lower octave that only colours the
    sound, as a 16' stop does, is not what is heard.
    """
    part = sound[len(sound) // 4 :]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    if spectrum.max() < 1.0:
        return None
    hz = np.arange(len(spectrum)) * PLAY_RATE_HZ / len(part)

    def partials(key: int) -> npt.NDArray[np.float64]:
        base_hz = 440.0 * 2 ** ((key - 69) / 12)
        count = int(HIGHEST_HZ / base_hz)
        near = (np.abs(hz - n * base_hz) < NEAR * n * base_hz for n in range(1, count + 1))
        return np.array([spectrum[lines].max(initial=0.0) for lines in near])

    def explained(key: int) -> float:
        found = partials(key)[:HARMONICS]
        return float(found @ DECAY_A_HARMONIC ** np.arange(len(found)))

    keys = range(max(pitch - 24, 12), pitch + 25)
    salience = {key - pitch: explained(key) for key in keys}
    if max(salience, key=lambda shift: salience[shift]) % 12:
        return None
    power = {shift: float(np.square(partials(pitch + shift)).sum()) for shift in salience if shift % 12 == 0}
    higher = max(shift for shift, held in power.items() if held > NEARLY_ALL * max(power.values()))
    return higher if higher > 0 or power[0] < COLOURED * power[higher] else 0


def attack_s(sound: npt.NDArray[np.float32]) -> float:
    """How long a held note takes to half of its highest level."""
    step = PLAY_RATE_HZ // 100
    level = np.abs(sound[: len(sound) // step * step]).reshape(-1, step).max(axis=1)
    return float(np.argmax(level >= 0.5 * level.max())) / 100


def _osc(address: str, *values: int | str) -> bytes:
    """An OSC 1.0 message."""

    def padded(text: str) -> bytes:
        raw = text.encode() + b"\0"
        return raw + b"\0" * (-len(raw) % 4)

    tags = "," + "".join("i" if isinstance(value, int) else "s" for value in values)
    body = [struct.pack(">i", value) if isinstance(value, int) else padded(value) for value in values]
    return padded(address) + padded(tags) + b"".join(body)


if __name__ == "__main__":
    code = main(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.flush()
    os._exit(code)  # plugins that are taken down in Python's own order crash
