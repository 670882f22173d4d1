"""Wheels and pedals as an instrument of ours obeys them: curves over frames, notes held by the pedal. Pure.

Controllers are numbered as in the MIDI 1.0 specification.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from daw_bridge.core.audio import Samples
from daw_bridge.core.notes import Part

MOD_WHEEL, EXPRESSION, SUSTAIN = 1, 11, 64
PEDAL_DOWN = 64
"""From this value on the sustain pedal is down."""

EXPRESSION_GLIDE_S = 0.005
"""How long the level takes from one value of the expression pedal to the next, so that it does not click."""

GAIN_BLOCK_FRAMES = 1 << 20
"""A gain over an hour is not held in memory whole."""


@dataclass(frozen=True)
class Steps:
    """A control that stands at `values[i]` from `frames[i]` on, and at `initial` before."""

    frames: npt.NDArray[np.int64]
    values: npt.NDArray[np.float32]
    initial: float = 0.0

    @staticmethod
    def of(moves: Iterable[tuple[float, float]], rate_hz: int, *, initial: float = 0.0) -> Steps:
        """From (seconds, value), in the order of time."""
        moves = list(moves)
        frames = np.array([round(time_s * rate_hz) for time_s, _ in moves], np.int64)
        return Steps(frames, np.array([value for _, value in moves], np.float32), initial)

    def between(self, start: int, end: int) -> npt.NDArray[np.float32]:
        """The curve from frame `start` up to `end`: float32 [end - start]."""
        edges = np.concatenate(([start], np.clip(self.frames, start, end), [end]))
        values = np.concatenate((np.array([self.initial], np.float32), self.values))
        return np.repeat(values, np.diff(edges))


def bend_steps(part: Part, rate_hz: int) -> Steps:
    """Pitch bend in semitones."""
    return Steps.of(((bend.time_s, bend.semitones) for bend in part.bends), rate_hz)


def mod_steps(part: Part, rate_hz: int) -> Steps:
    """The mod wheel, 0 to 1."""
    return Steps.of(((time_s, value / 127.0) for time_s, value in _moves(part, MOD_WHEEL)), rate_hz)


def sustained(part: Part) -> Part:
    """Notes that end while the sustain pedal is down last until it comes up, or until the part's end.

    A key that is struck again under the pedal ends its note before. The pedal's own moves stay in the part.
    """
    moves = _moves(part, SUSTAIN)
    if not moves:
        return part
    times = [time_s for time_s, _ in moves]
    end_s = max(part.duration_s, part.end_s)

    def released_s(offset_s: float) -> float:
        at = bisect_right(times, offset_s) - 1  # a pedal that goes down with the key going up catches it
        if at < 0 or moves[at][1] < PEDAL_DOWN:
            return offset_s
        return next((time_s for time_s, value in moves[at + 1 :] if value < PEDAL_DOWN), max(end_s, offset_s))

    held, next_onset_s = [], dict[int, float]()
    for note in reversed(part.notes):
        struck_again_s = max(next_onset_s.get(note.pitch, math.inf), note.offset_s)
        held.append(replace(note, offset_s=min(released_s(note.offset_s), struck_again_s)))
        next_onset_s[note.pitch] = note.onset_s
    return part.with_notes(held)


def express(sound: Samples, part: Part, rate_hz: int) -> None:
    """The expression pedal over [channels, frames], in place: half way down is 12 dB softer."""
    moves = _moves(part, EXPRESSION)
    if not moves:
        return
    times = np.array([round(time_s * rate_hz) for time_s, _ in moves])
    gains = np.array([(value / 127.0) ** 2 for _, value in moves])
    # Each move begins where the one before has led to, and takes its time.
    ends = np.minimum(times + round(EXPRESSION_GLIDE_S * rate_hz), np.append(times[1:], np.inf))
    before = np.concatenate(([gains[0] if times[0] <= 0 else 1.0], gains[:-1]))
    corners = np.column_stack((times, ends)).ravel()
    levels = np.column_stack((before, gains)).ravel()
    for start in range(0, sound.shape[1], GAIN_BLOCK_FRAMES):
        block = sound[:, start : start + GAIN_BLOCK_FRAMES]
        frames = np.arange(start, start + block.shape[1])
        block *= np.interp(frames, corners, levels).astype(np.float32)


def _moves(part: Part, number: int) -> list[tuple[float, int]]:
    return [(move.time_s, move.value) for move in part.controllers if move.number == number]
