"""Our own instruments: a Faust program plays each note alone, another what becomes of all together."""

from __future__ import annotations

import itertools
import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import PluginUnloadable
from daw_bridge.host.controls import Steps, bend_steps, express, mod_steps
from daw_bridge.host.events import PlayedNote, played_notes
from daw_bridge.host.parameters import read_parameters
from daw_bridge.host.protocol import InstrumentSetup
from daw_bridge.host.worker.faust_program import Program, Slider, has_effect
from daw_bridge.host.worker.instrument import MAX_TAIL_S, SILENCE, Performance, Report
from daw_bridge.host.worker.output import faded

STRETCH_S = 60.0
"""A long part is played in stretches of this length, whose tails ring into one another: an effect needs
several times the memory of its sound."""

VOICE_CONTROLS = ("gate", "bend", "mod")
"""What moves while a note sounds, as signals: exact to the frame."""

EFFECT_CONTROLS = ("mod",)

NOTE_SLIDERS = ("freq", "gain")
"""What stays while a note sounds: what is computed from it, Faust computes once a block."""

INAUDIBLE = SILENCE / 2
"""-96 dBFS: a voice below is over. What is heard of it afterwards may be louder."""

LISTENING_FRAMES = 4096
"""So many at a time are looked at for its end."""

QUIET_S = 0.02
"""For how long it must be below: half a period of the lowest notes."""

ECHO_S = 2.0
"""For how long an effect must be silent until it is over: the longest echo."""

PLAYERS = 2
"""So many copies of the voice play notes side by side; DawDreamer lets go of Python's lock meanwhile. The
second copy costs no compilation: Faust keeps what it has compiled."""

FIRST_TAIL_S = 0.25
"""How long a note is taken to sound on, before any has been heard."""


class FaustInstrument:
    """A .dsp file, compiled once for one sample rate.

    Every note is played from the compiled state, so that nothing is left of the one before.
    """

    def __init__(self, path: Path, label: str, rate_hz: int, report: Report) -> None:
        self.label = label
        self._rate_hz = rate_hz
        self._report = report
        report(label, "compiling")
        self._voices = [Program(path, "process", VOICE_CONTROLS, rate_hz) for _ in range(PLAYERS)]
        self._players = ThreadPoolExecutor(PLAYERS, thread_name_prefix="voice")
        self._reporting = threading.Lock()
        self._effect = Program(path, "effect", EFFECT_CONTROLS, rate_hz) if has_effect(path) else None
        self._programs = [*self._voices, *([self._effect] if self._effect else [])]
        self._voice_outputs = self._voices[0].outputs
        if self._effect is not None and self._effect.inputs != self._voice_outputs:
            raise PluginUnloadable(
                f"A voice has {self._voice_outputs} outputs, the effect {self._effect.inputs} inputs.",
                where=path,
                advice="Mend the instrument's source.",
            )

    @property
    def sliders(self) -> dict[str, Slider]:
        """Those of the voice and of the effect; what is played is no longer among them."""
        return {name: slider for program in self._programs for name, slider in program.sliders.items()}

    def configure(self, setup: InstrumentSetup) -> list[str]:
        """Move every slider: where the preset says, or where it is at first."""
        settable = {name: slider for name, slider in self.sliders.items() if name not in NOTE_SLIDERS}
        specs = [slider.spec for slider in settable.values()]
        values = read_parameters(setup.parameters, specs, self.label)
        for name, slider in settable.items():
            position = slider.number(values[name]) if name in values else slider.initial
            for program in self._programs:
                program.move(name, position)
        return []

    def play(self, performance: Performance) -> Samples:
        """float32 [channels, frames + tail_frames]."""
        frames = performance.frames + performance.tail_frames
        part, rate_hz = performance.part, self._rate_hz
        bend, mod = bend_steps(part, rate_hz), mod_steps(part, rate_hz)
        notes = [note for note in played_notes(part.notes, rate_hz) if note.on < frames]
        if frames <= 2 * STRETCH_S * rate_hz:
            sound = self._play(notes, bend, mod, 0, frames)
        else:
            sound = np.zeros((self._programs[-1].outputs, frames), np.float32)
            for stretch in _stretches(notes, round(STRETCH_S * rate_hz)):
                start = stretch[0].on
                end = min(max(note.off for note in stretch) + round(MAX_TAIL_S * rate_hz), frames)
                played = self._play(stretch, bend, mod, start, end)
                sound[:, start:end] += played if end == frames else faded(played, rate_hz)
        express(sound, part, rate_hz)
        return sound

    def settle(self) -> bool:
        """Nothing sounds on, and nothing is kept."""
        for program in self._programs:
            program.forget()
        return True

    def _play(self, notes: list[PlayedNote], bend: Steps, mod: Steps, start: int, end: int) -> Samples:
        """The sound from frame `start` to `end` of these notes alone."""
        # Those that ring longest first, key by key, so that one tells how long the next will.
        in_turn = sorted(notes, key=lambda note: (note.pitch, -note.velocity, note.off - note.on))
        shares = _shares(in_turn, len(self._voices))
        played = self._players.map(
            lambda voice, share: self._play_share(voice, share, bend, mod, start, end), self._voices, shares
        )
        sound = next(played)
        for more in played:
            sound += more
        return sound if self._effect is None else self._affect(self._effect, sound, mod, start)

    def _play_share(
        self, voice: Program, notes: Sequence[PlayedNote], bend: Steps, mod: Steps, start: int, end: int
    ) -> Samples:
        """What one copy of the voice plays of them."""
        sound = np.zeros((self._voice_outputs, end - start), np.float32)
        tail, pitch, played = round(FIRST_TAIL_S * self._rate_hz), -1, 0
        self._say_playing(end - start)
        for note in notes:
            heard = self._play_note(voice, note, bend, mod, end, tail)
            at, frames = note.on - start, heard.shape[1]
            sound[:, at : at + frames] += heard
            rang = max(frames - (note.off - note.on), 0)
            tail, pitch = rang if note.pitch != pitch else max(tail, rang), note.pitch
            played += frames
            if played > STRETCH_S * self._rate_hz:
                self._say_playing(end - start)
                played = 0
        return sound

    def _say_playing(self, frames: int) -> None:
        with self._reporting:
            self._report(self.label, "playing", allowance_s=frames / self._rate_hz)

    def _play_note(
        self, voice: Program, note: PlayedNote, bend: Steps, mod: Steps, end: int, tail: int
    ) -> Samples:
        """What is heard of one note up to frame `end`; it is taken to ring for `tail` frames."""
        voice.move("freq", 440.0 * 2.0 ** ((note.pitch - 69) / 12))
        voice.move("gain", note.velocity / 127)
        held, room, quiet = note.off - note.on, end - note.on, round(QUIET_S * self._rate_hz)
        while True:
            frames = min(held + tail + tail // 16 + quiet, room)
            signals = np.zeros((len(VOICE_CONTROLS), frames), np.float32)
            signals[0, :held] = 1.0
            signals[1] = bend.between(note.on, note.on + frames)
            signals[2] = mod.between(note.on, note.on + frames)
            sound = voice.play(signals)
            heard = _heard(sound)
            if frames == room or heard <= frames - quiet:
                return sound[:, :heard]
            tail = 2 * tail + quiet

    def _affect(self, effect: Program, sound: Samples, mod: Steps, start: int) -> Samples:
        """The effect over the sound, which may ring on after it."""
        frames, silence = sound.shape[1], round(ECHO_S * self._rate_hz)
        end = min(_heard(sound) + round(FIRST_TAIL_S * self._rate_hz) + silence, frames)
        while True:
            signals = np.empty((1 + sound.shape[0], end), np.float32)
            signals[0] = mod.between(start, start + end)
            signals[1:] = sound[:, :end]
            affected = effect.play(signals)
            if end == frames:
                return affected
            if _heard(affected) <= end - silence:
                return np.pad(affected, ((0, 0), (0, frames - end)))
            end = frames


def _heard(sound: Samples) -> int:
    """How many frames are left without the silence at the end; NaN is not silence."""
    end = int(sound.shape[1])
    while end > 0:  # from the end on: what lies before is not looked at
        start = max(end - LISTENING_FRAMES, 0)
        loud = np.flatnonzero(~(np.abs(sound[:, start:end]).max(axis=0) <= INAUDIBLE))
        if loud.size:
            return start + int(loud[-1]) + 1
        end = start
    return 0


def _shares(notes: Sequence[PlayedNote], count: int) -> list[Sequence[PlayedNote]]:
    """The notes in `count` runs that sound about as long."""
    lengths = list(itertools.accumulate((note.off - note.on for note in notes), initial=0))
    edges = [bisect_left(lengths, lengths[-1] * share / count) for share in range(count)] + [len(notes)]
    return [notes[first:last] for first, last in itertools.pairwise(edges)]


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
