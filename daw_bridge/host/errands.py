"""Asking a plugin once: a process of its own that ends with the answer, or is ended."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast, overload

from daw_bridge.core.errors import PluginCrashed, PluginError, PluginHung
from daw_bridge.host.exits import exit_name, last_line
from daw_bridge.host.protocol import Doing, Failed, error_of
from daw_bridge.host.questions import Answer, Open, Opened, Question, Survey, Surveyed, decode, encode

Tell = Callable[[Doing], None]


class Errands:
    """Asks plugins, each question in a fresh process. A context manager; any thread may ask.

    `time_limit_s`: how long a plugin may give no sign of life.
    """

    def __init__(self, *, time_limit_s: float = 30.0) -> None:
        self._time_limit_s = time_limit_s
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what is under way; whoever waits for it gets a PluginError."""
        with self._lock:
            self._closed = True
            for process in self._running:
                process.kill()

    @overload
    def ask(self, question: Survey, tell: Tell = ...) -> Surveyed: ...
    @overload
    def ask(self, question: Open, tell: Tell = ...) -> Opened: ...

    def ask(self, question: Question, tell: Tell = lambda doing: None) -> Answer:
        """The answer. `tell` hears what is being done. Raises PluginCrashed, PluginHung or what was met."""
        with tempfile.TemporaryDirectory(prefix="daw-bridge-", ignore_cleanup_errors=True) as folder:
            log = Path(folder, "errand.log")
            process = self._start(log)
            try:
                return self._converse(process, question, tell, log)
            finally:
                self._end(process)

    def _start(self, log: Path) -> subprocess.Popen[bytes]:
        with self._lock, log.open("wb") as written:
            if self._closed:
                raise _stopped("")
            process = subprocess.Popen(
                # -P: a file of the session's must not pass for one of our modules.
                [sys.executable, "-P", "-m", "daw_bridge.host.worker.errand", str(self._time_limit_s)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=written,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            self._running.add(process)
        return process

    def _converse(
        self, process: subprocess.Popen[bytes], question: Question, tell: Tell, log: Path
    ) -> Answer:
        assert process.stdin is not None and process.stdout is not None
        lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=_collect, args=(process.stdout, lines), daemon=True).start()
        doing = Doing(question.label, "starting")
        with contextlib.suppress(OSError):  # a process that is gone is noticed below
            process.stdin.write(encode(question))
            process.stdin.flush()
        while True:
            limit_s = self._time_limit_s + doing.allowance_s
            try:
                line = lines.get(timeout=limit_s)
            except queue.Empty:
                raise PluginHung(
                    f"No sign of life for {limit_s:g} s while {doing.activity}; it was stopped.",
                    where=doing.plugin,
                    advice="Open it in a DAW: it may wait for a licence or a dialog. Or allow it more time.",
                ) from None
            if line is None:
                raise self._ended(process, doing, log)
            message = decode(line)
            if isinstance(message, Failed):
                raise error_of(message)
            if isinstance(message, Surveyed | Opened):
                return message
            doing = cast(Doing, message)
            tell(doing)

    def _ended(self, process: subprocess.Popen[bytes], doing: Doing, log: Path) -> PluginError:
        exit_code = process.wait()
        if self._closed:
            return _stopped(doing.plugin)
        words = last_line(log)
        said = f" Its last words: {words}" if words else ""
        return PluginCrashed(
            f"It crashed while {doing.activity} ({exit_name(exit_code)}).{said}",
            where=doing.plugin,
            advice="Check that it runs in a DAW on this machine, and update it.",
        )

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()  # whatever it would do at its end, it may crash or hang in it
        process.wait()
        with self._lock:
            self._running.discard(process)
        with contextlib.suppress(OSError):  # closing flushes, into a pipe that may be broken
            cast(IO[bytes], process.stdin).close()


def _collect(replies: IO[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    with replies:
        for line in replies:
            lines.put(line)
    lines.put(None)


def _stopped(plugin: str) -> PluginError:
    return PluginError("It was stopped: the bridge ends.", where=plugin or None, advice="Ask again.")
