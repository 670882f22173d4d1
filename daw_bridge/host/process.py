"""One worker process, seen from the host: asked, timed, and ended.

A fresh interpreter (never a fork), so nothing of ours or of a plugin's is shared but two pipes.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from daw_bridge.core.errors import PluginCrashed, PluginError, PluginHung, PluginOutputInvalid, PluginSilent
from daw_bridge.host.exits import exit_name, last_line
from daw_bridge.host.protocol import (
    LOG_NAME,
    Doing,
    Failed,
    Loaded,
    Rendered,
    Request,
    decode,
    encode,
    error_of,
)

MEMORY_KEPT = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(128 << 20)}
"""For the C library of Linux: so much of what a render frees stays with the worker for the next one. To get
it from the system again, page by page, took a tenth of a render. What is longer than some minutes goes back
at once."""

TIME_LIMIT_S = 60.0
"""Without a sign of life from a worker that is at work, where the user's settings say nothing else."""

ENDING_S = 2.0
"""How long a worker may take to end by itself when it is asked to."""


class WorkerProcess:
    """A running worker. One thread at a time may `ask`; any thread may `end`."""

    def __init__(self, folder: Path, *, time_limit_s: float) -> None:
        """`folder` is the worker's own: its log is there, and it is removed when host and worker are gone."""
        self.folder = folder
        folder.mkdir(parents=True)
        self.time_limit_s = time_limit_s
        self._log = folder / LOG_NAME
        self._ending = False
        self.doing: Doing | None = None
        """What it said last that it was at."""
        with self._log.open("ab") as log:  # appending, so that the worker can cut it short
            self._process = subprocess.Popen(
                # -P: a file of the session's must not pass for one of our modules.
                [sys.executable, "-P", "-m", "daw_bridge.host.worker", str(folder), str(time_limit_s)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**MEMORY_KEPT, **os.environ},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        assert self._process.stdin is not None and self._process.stdout is not None
        self._commands = self._process.stdin
        threading.Thread(target=_collect, args=(self._process.stdout, self._lines), daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return not self._ending and self._process.poll() is None

    def memory_mb(self) -> float:
        """What it holds in memory (resident set); 0 when it is gone."""
        import psutil

        try:
            return float(psutil.Process(self._process.pid).memory_info().rss) / 1e6
        except psutil.Error:
            return 0.0

    def ask(self, request: Request) -> Loaded | Rendered:
        """Have it done. Raises what the worker met, PluginCrashed or PluginHung.

        After those two, and when a plugin's sound was none, the worker is ended: ask another one.
        """
        doing = self.doing = Doing(request.instrument.label, "starting")
        with contextlib.suppress(OSError):  # a worker that is gone is noticed below
            self._commands.write(encode(request))
            self._commands.flush()
        while True:
            try:
                line = self._lines.get(timeout=self.time_limit_s + doing.allowance_s)
            except queue.Empty:
                self.end(at_once=True)
                raise self._hung(doing) from None
            if line is None:
                raise self._crashed(doing)
            message = decode(line)
            if isinstance(message, Doing):
                doing = self.doing = message
            elif isinstance(message, Failed):
                error = error_of(message)
                if request.instrument.kind == "plugin" and isinstance(
                    error, PluginOutputInvalid | PluginSilent
                ):
                    self.end(at_once=True)  # whatever is broken in it may stay so
                raise error
            else:
                assert isinstance(message, Loaded | Rendered)
                return message

    def end(self, *, at_once: bool = False) -> None:
        """End the process and wait until it is gone."""
        self._ending = True
        if at_once:
            self._process.kill()
        with contextlib.suppress(OSError):  # closing flushes, into a pipe that may be broken
            self._commands.close()
        try:
            self._process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _hung(self, doing: Doing) -> PluginError:
        return PluginHung(
            f"No sign of life for {self.time_limit_s + doing.allowance_s:g} s while {doing.activity}; "
            "it was stopped.",
            where=doing.plugin,
            advice="Open it in a DAW: it may wait for a licence or a dialog. Or allow it more time.",
        )

    def _crashed(self, doing: Doing) -> PluginError:
        if self._ending:
            return PluginError(
                f"It was stopped while {doing.activity}: the bridge ends.",
                where=doing.plugin,
                advice="Start the bridge again.",
            )
        exit_code = self._process.wait()
        last_words = last_line(self._log)
        said = f" Its last words: {last_words}" if last_words else ""
        return PluginCrashed(
            f"It crashed while {doing.activity} ({exit_name(exit_code)}).{said}",
            where=doing.plugin,
            advice="Update it, try other settings, or give the preset a `fallback:`.",
        )


@contextlib.contextmanager
def started_ahead() -> Iterator[WorkerProcess]:
    """A worker for whatever is played first: its Python starts while a command still imports the rest."""
    folder = Path(tempfile.mkdtemp(prefix="daw-bridge-"))
    worker = WorkerProcess(folder / "1", time_limit_s=TIME_LIMIT_S)
    try:
        yield worker
    finally:
        worker.end(at_once=True)
        shutil.rmtree(folder, ignore_errors=True)


def _collect(replies: IO[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    with replies:
        for line in replies:
            lines.put(line)
    lines.put(None)
