"""The workers: one for each plugin, a few for all Faust instruments, a limited number at once."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from daw_bridge.core.errors import PluginError
from daw_bridge.host.process import TIME_LIMIT_S, WorkerProcess

WorkerKey = tuple[str, ...]
"""What a worker may load: it is never given anything else."""


@dataclass(frozen=True)
class PoolLimits:
    """How many workers, and how long each lives."""

    workers: int = 2
    """Side by side, at work or idle."""
    time_limit_s: float = TIME_LIMIT_S
    """Without a sign of life from one at work."""
    idle_s: float = 600.0
    """With nothing to do; it is ended after that."""
    memory_mb: float = 4096.0
    """Held after a render; above that it is ended, and the next render starts another."""


@dataclass(eq=False)
class _Slot:
    """A worker, and what the pool knows of it."""

    key: WorkerKey
    process: WorkerProcess
    loaded: set[str] = field(default_factory=set)
    busy_with: str | None = None
    is_preparing: bool = False
    idle_since_s: float = 0.0


class WorkerPool:
    """Starts workers when they are needed, keeps them, and ends the one idle longest to make room.

    `workers_of` says how many workers one key may have; they are told apart by what they have loaded.
    `ahead` is one that was started before, the first to be given to anybody.
    """

    def __init__(
        self,
        limits: PoolLimits,
        *,
        workers_of: Callable[[WorkerKey], int] = lambda key: 1,
        clock: Callable[[], float] = time.monotonic,
        ahead: WorkerProcess | None = None,
    ) -> None:
        self._limits = limits
        self._ahead = ahead
        self._workers_of = workers_of
        self._clock = clock
        self._folder = Path(tempfile.mkdtemp(prefix="daw-bridge-"))
        self._numbers = itertools.count(1)
        self._slots: list[_Slot] = []  # the one used last stands last
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._watch_idle, name="idle workers", daemon=True).start()

    @contextlib.contextmanager
    def worker(self, key: WorkerKey, instrument: str = "") -> Iterator[WorkerProcess]:
        """A worker of `key`, to oneself: the one that has loaded `instrument`, if any. Waits for room."""
        slot = self._take(key, instrument)
        try:
            yield slot.process
        finally:
            self._give_back(slot)

    @contextlib.contextmanager
    def worker_if_room(self, key: WorkerKey, instrument: str = "") -> Iterator[WorkerProcess | None]:
        """The same for loading ahead; None at once if there is no room, or nothing left to be done."""
        with self._changed:
            slot = None
            if not self._closed and not self._has(key, instrument):
                slot = self._idle(key, instrument) or self._started(key)
            if slot is not None:
                self._occupy(slot, instrument, is_preparing=True)
        try:
            yield None if slot is None else slot.process
        finally:
            if slot is not None:
                self._give_back(slot)

    def end_idle(self) -> float:
        """End the workers that have been idle for too long; returns the seconds until the next may be."""
        with self._changed:
            now_s = self._clock()
            idle = [slot for slot in self._slots if slot.busy_with is None]
            over = [slot for slot in idle if now_s - slot.idle_since_s >= self._limits.idle_s]
            for slot in over:
                self._end(slot)
            oldest_s = min((slot.idle_since_s for slot in idle if slot not in over), default=now_s)
        return max(oldest_s + self._limits.idle_s - now_s, 0.0)

    def close(self) -> None:
        """End every worker, also one that is at work, and wait until all are gone."""
        with self._changed:
            self._closed = True
            slots, self._slots = self._slots, []
            self._changed.notify_all()
        for slot in slots:
            slot.process.end(at_once=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _take(self, key: WorkerKey, instrument: str) -> _Slot:
        with self._changed:
            while True:
                if self._closed:
                    raise PluginError("The host is closed.", advice="Start the bridge again.")
                slot = self._idle(key, instrument)
                if slot is None and not self._is_being_prepared(key, instrument):
                    self._make_room(key)
                    slot = self._started(key)
                if slot is not None:
                    self._occupy(slot, instrument)
                    return slot
                self._changed.wait()

    def _idle(self, key: WorkerKey, instrument: str) -> _Slot | None:
        """An idle worker of this key, the one that has loaded the instrument before any other."""
        for slot in [slot for slot in self._slots if slot.busy_with is None and not slot.process.alive]:
            self._end(slot)
        idle = [slot for slot in self._slots if slot.key == key and slot.busy_with is None]
        if not any(instrument in slot.loaded for slot in idle) and self._is_being_prepared(key, instrument):
            return None
        return max(idle, key=lambda slot: instrument in slot.loaded, default=None)

    def _has(self, key: WorkerKey, instrument: str) -> bool:
        """Whether a worker has loaded the instrument, or is at it."""
        return any(
            instrument in slot.loaded or slot.busy_with == instrument
            for slot in self._slots
            if slot.key == key and slot.process.alive
        )

    def _is_being_prepared(self, key: WorkerKey, instrument: str) -> bool:
        """Then waiting for it is sooner than loading it once more."""
        return any(
            slot.is_preparing and slot.busy_with == instrument for slot in self._slots if slot.key == key
        )

    def _started(self, key: WorkerKey) -> _Slot | None:
        """A new worker, if there is room for it."""
        count = sum(slot.key == key for slot in self._slots)
        if len(self._slots) >= self._limits.workers or count >= self._workers_of(key):
            return None
        slot = _Slot(key, self._process())
        self._slots.append(slot)
        return slot

    def _process(self) -> WorkerProcess:
        limit_s = self._limits.time_limit_s
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead.alive and ahead.time_limit_s == limit_s:
            return ahead
        return WorkerProcess(self._folder / str(next(self._numbers)), time_limit_s=limit_s)

    def _make_room(self, key: WorkerKey) -> None:
        """End the one idle longest, for the first of a key; a second one waits for room."""
        if len(self._slots) >= self._limits.workers and all(slot.key != key for slot in self._slots):
            idle = next((slot for slot in self._slots if slot.busy_with is None), None)
            if idle is not None:
                self._end(idle)

    def _occupy(self, slot: _Slot, instrument: str, *, is_preparing: bool = False) -> None:
        slot.busy_with, slot.is_preparing = instrument, is_preparing
        self._slots.remove(slot)
        self._slots.append(slot)

    def _give_back(self, slot: _Slot) -> None:
        with self._changed:
            if slot.busy_with is not None:
                slot.loaded.add(slot.busy_with)
            slot.busy_with, slot.is_preparing = None, False
            slot.idle_since_s = self._clock()
            if slot in self._slots and (
                not slot.process.alive or slot.process.memory_mb() > self._limits.memory_mb
            ):
                self._end(slot)
            self._changed.notify_all()

    def _end(self, slot: _Slot) -> None:
        self._slots.remove(slot)
        slot.process.end()

    def _watch_idle(self) -> None:
        while not self._closed:
            wait_s = self.end_idle()
            with self._changed:
                if not self._closed:  # whoever is given back wakes us too
                    self._changed.wait(min(max(wait_s, 0.01), threading.TIMEOUT_MAX))
