"""Plays a program in time: a loop that does nothing else.

It wakes before each event is due, asks the clock once more when that is, waits out the rest, and sends. What
it needs is made before: while it plays, nothing is collected, and nothing is kept but numbers.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from daw_bridge.core.errors import LiveError
from daw_bridge.live.clocks import NEVER, Clock
from daw_bridge.live.program import STOP, Program, silencing
from daw_bridge.live.song import NOTE_OFF, NOTE_ON
from daw_bridge.live.steadiness import Steadiness

AHEAD_S = 0.0015
"""So long before an event is due the thread stays awake."""
LOOK_S = 0.004
"""So often the clock is asked whether its tempo has changed."""
CHECK_S = 0.2
TOO_LATE_S = 0.15
"""A note that could only be played later than this is left out, with its end."""
MOST_MEASURED = 200_000
PRIORITY = 40


@dataclass(frozen=True)
class Timing:
    """How far from its time each note was sent, in milliseconds, as the player saw it itself.

    `drift_ms` is by how much lateness grew from the first tenth of the notes to the last. `began_s` is when
    the first beat was due, by `time.perf_counter`, where that was known before; `clock` is how steady the
    clock was that was followed.
    """

    notes: int
    median_ms: float
    p99_ms: float
    most_ms: float
    drift_ms: float
    left_out: int = 0
    began_s: float | None = None
    clock: Steadiness | None = None

    def __str__(self) -> str:
        out = f", {self.left_out} left out" if self.left_out else ""
        clock = f"; {self.clock}" if self.clock else ""
        return (
            f"{self.notes} note{'' if self.notes == 1 else 's'}, late by {self.median_ms:.1f} ms (median), "
            f"{self.p99_ms:.1f} ms (p99), {self.most_ms:.1f} ms (at most); drift {self.drift_ms:+.1f} ms"
            f"{out}{clock}"
        )


def timing_of(late_s: Sequence[float], left_out: int = 0) -> Timing:
    """Seconds late, in the order in which the notes were sent -> what is told of it."""
    if not late_s:
        return Timing(0, 0.0, 0.0, 0.0, 0.0, left_out)
    ordered = sorted(late_s)
    tenth = max(len(late_s) // 10, 1)
    drift_s = sum(late_s[-tenth:]) / tenth - sum(late_s[:tenth]) / tenth
    return Timing(
        len(ordered),
        1000 * ordered[len(ordered) // 2],
        1000 * ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)],
        1000 * ordered[-1],
        1000 * drift_s,
        left_out,
    )


class Player:
    """Plays programs on one output by one clock. `failure`, set by another thread, ends playing."""

    def __init__(self, send: Callable[[Sequence[int]], None], clock: Clock) -> None:
        self._send = send
        self._clock = clock
        self._sounding = bytearray(16 * 128)
        self._late = array("d", bytes(8 * MOST_MEASURED))
        self._measured = 0
        self._left_out = 0
        self._began_s: float | None = None
        self.ended = threading.Event()
        self.failure: LiveError | None = None
        self.beat = 0.0
        """Where the program is, for who shows it; NaN while the clock stands."""

    def play(self, program: Program, *, loop: bool = False) -> Timing:
        """Until the program's end, or `ended`. Whatever happens, nothing sounds on. Raises LiveError."""
        self._measured = self._left_out = 0
        self._began_s = None
        messages = [list(message) for message in program.messages]
        channels = sorted(program.channels) or [0]
        rests = [list(message) for message in silencing(channels)]
        last = [[STOP]] if program.sends_clock else []
        try:
            with (
                _Undisturbed()
            ):  # what its making takes is over before anybody hears of us, and starts a clock
                for message in [*rests, *(list(m) for m in program.first)]:
                    self._send(message)
                self._clock.begin(program.bar_beats, program.song_beat)
                began_s = self._clock.time_at(0.0)
                self._began_s = None if began_s == NEVER else began_s
                self._play(program, messages, rests, loop)
        finally:
            self._silence([*rests, *last])
        return self.timing()

    def timing(self) -> Timing:
        """Of the notes so far; may be asked while they are played."""
        timing = timing_of(self._late[: self._measured], self._left_out)
        return replace(timing, began_s=self._began_s, clock=self._clock.steadiness())

    def tempo_bpm(self) -> float:
        """The clock's, now."""
        return self._clock.tempo_bpm()

    def _play(self, program: Program, messages: list[list[int]], rests: list[list[int]], loop: bool) -> None:
        """The loop."""
        clock, beats, send, late = self._clock, program.beats, self._send, self._late
        count, length, clock_s, sleep = len(beats), program.length_beats, time.perf_counter, time.sleep
        index, base, moves, stands = 0, 0.0, clock.moves, False
        check_s = clock_s() + CHECK_S
        while not self.ended.is_set():
            if clock.moves != moves:  # the song is somewhere else
                moves = clock.moves
                self._silence(rests)
                index, base = self._locate(program, loop)
            if index == count:
                due_s = clock.time_at(base + length)
                # Who starts a clock behind the part hears it when the clock comes back to it.
                was_heard = self._measured + self._left_out > 0
                if not loop and was_heard and due_s - clock_s() < LOOK_S:
                    return
            else:
                due_s = clock.time_at(base + beats[index])
            now_s = clock_s()
            if now_s > check_s:
                check_s = now_s + CHECK_S
                clock.check()
                if self.failure is not None:
                    raise self.failure
            if due_s == NEVER:
                if not stands:
                    self._silence(rests)
                stands, self.beat = True, float("nan")
                sleep(0.001)
                continue
            stands = False
            wait_s = due_s - now_s
            if wait_s > AHEAD_S:
                self.beat = clock.beat_at(now_s) - base
                sleep(min(wait_s - AHEAD_S / 2, LOOK_S))
                continue
            if index == count:
                if loop:
                    index, base = 0, base + length
                else:
                    sleep(LOOK_S)
                continue
            while clock_s() < due_s:
                sleep(0)
            message = messages[index]
            index += 1
            kind = message[0] & 0xF0
            if kind == NOTE_ON and message[2]:
                late_s = clock_s() - due_s
                if late_s > TOO_LATE_S:
                    self._left_out += 1
                    continue
                send(message)
                self._sounding[(message[0] & 0x0F) << 7 | message[1]] += 1
                if self._measured < MOST_MEASURED:
                    late[self._measured] = late_s
                    self._measured += 1
            elif kind in (NOTE_OFF, NOTE_ON):
                key = (message[0] & 0x0F) << 7 | message[1]
                if self._sounding[key]:  # not of a note that was left out
                    self._sounding[key] -= 1
                    send(message)
            else:
                send(message)

    def _locate(self, program: Program, loop: bool) -> tuple[int, float]:
        """The next event, and the beat on which its round began, from where the clock has moved to."""
        beat = max(self._clock.moved_to, 0.0)
        rounds = int(beat // program.length_beats) if loop and program.length_beats else 0
        base = rounds * program.length_beats
        return bisect_left(program.beats, beat - base), base

    def _silence(self, rests: list[list[int]]) -> None:
        for key, held in enumerate(self._sounding):
            for _ in range(held):
                self._send([NOTE_OFF | key >> 7, key & 0x7F, 64])
            self._sounding[key] = 0
        for message in rests:
            self._send(message)


class _Undisturbed:
    """No garbage collection, quick turns between threads, and before other programs where that is allowed."""

    def __enter__(self) -> Self:
        gc.collect()
        gc.freeze()
        gc.disable()
        self._turn_s = sys.getswitchinterval()
        sys.setswitchinterval(0.0005)
        self._scheduled: tuple[int, os.sched_param] | None = None
        if sys.platform == "linux":
            with contextlib.suppress(OSError):  # a limit of the system: see docs/usage/play
                before = (os.sched_getscheduler(0), os.sched_getparam(0))
                os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
                self._scheduled = before
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if sys.platform == "linux" and self._scheduled is not None:
            os.sched_setscheduler(0, *self._scheduled)
        sys.setswitchinterval(self._turn_s)
        gc.enable()
        gc.unfreeze()
