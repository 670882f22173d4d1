"""The workers: one for each plugin, one for all Faust instruments, a limited number at once."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from daw_bridge.core.errors import PluginError
from daw_bridge.host.process import WorkerProcess

WorkerKey = tuple[str, ...]
"""What a worker has loaded; two of one key never run."""


class WorkerPool:
    """Starts workers when they are needed, keeps them, and ends the one idle longest to make room."""

    def __init__(self, *, max_workers: int, time_limit_s: float) -> None:
        self._max_workers = max_workers
        self._time_limit_s = time_limit_s
        self._folder = Path(tempfile.mkdtemp(prefix="daw-bridge-"))
        self._numbers = itertools.count(1)
        self._workers: dict[WorkerKey, WorkerProcess] = {}  # the one used last stands last
        self._busy: set[WorkerKey] = set()
        self._changed = threading.Condition()
        self._closed = False

    @contextlib.contextmanager
    def worker(self, key: WorkerKey) -> Iterator[WorkerProcess]:
        """The worker for `key`, to oneself. Waits for it, or for room."""
        worker = self._take(key, may_end_others=True)
        assert worker is not None
        try:
            yield worker
        finally:
            self._give_back(key)

    @contextlib.contextmanager
    def worker_if_room(self, key: WorkerKey) -> Iterator[WorkerProcess | None]:
        """The same, or None at once if another worker would have to go for it."""
        worker = self._take(key, may_end_others=False)
        try:
            yield worker
        finally:
            if worker is not None:
                self._give_back(key)

    def close(self) -> None:
        """End every worker, also one that is at work, and wait until all are gone."""
        with self._changed:
            self._closed = True
            workers = list(self._workers.values())
            self._workers.clear()
            self._changed.notify_all()
        for worker in workers:
            worker.end(at_once=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _take(self, key: WorkerKey, *, may_end_others: bool) -> WorkerProcess | None:
        with self._changed:
            while True:
                if self._closed:
                    raise PluginError("The host is closed.", advice="Start the bridge again.")
                if key not in self._busy:
                    worker = self._idle_worker(key) or self._new_worker(key, may_end_others)
                    if worker is not None:
                        self._busy.add(key)
                        return worker
                    if not may_end_others:
                        return None
                self._changed.wait()

    def _idle_worker(self, key: WorkerKey) -> WorkerProcess | None:
        worker = self._workers.pop(key, None)
        if worker is None:
            return None
        if not worker.alive:
            worker.end()
            return None
        self._workers[key] = worker
        return worker

    def _new_worker(self, key: WorkerKey, may_end_others: bool) -> WorkerProcess | None:
        if len(self._workers) >= self._max_workers:
            idle = next((other for other in self._workers if other not in self._busy), None)
            if idle is None or not may_end_others:
                return None
            self._workers.pop(idle).end()
        folder = self._folder / str(next(self._numbers))
        self._workers[key] = WorkerProcess(folder, time_limit_s=self._time_limit_s)
        return self._workers[key]

    def _give_back(self, key: WorkerKey) -> None:
        with self._changed:
            self._busy.discard(key)
            worker = self._workers.get(key)
            if worker is not None and not worker.alive:
                self._workers.pop(key).end()
            self._changed.notify_all()
