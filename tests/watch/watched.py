"""A watched folder for tests, fast enough to await."""

from __future__ import annotations

import logging
import queue
from contextlib import ExitStack
from pathlib import Path

from daw_bridge.watch import FolderWatch
from tests.intake.files import pcm_16, tone, wav_bytes

AUDIO = pcm_16(tone(0.05))
BOUNCE = wav_bytes(AUDIO)
AWAIT_S = 20.0


class Watched:
    """A watched folder and the bounces that it reports."""

    def __init__(self, path: Path, open_watches: ExitStack, *, poll: bool) -> None:
        self.path = path
        self._open = open_watches
        self._poll = poll
        self._bounces: queue.Queue[Path] = queue.Queue()

    def watch(self, **options: object) -> FolderWatch:
        """Begin, fast enough for tests."""
        timing: dict[str, object] = {"settle_s": 0.1, "poll_s": 0.05, "rescan_s": 60.0, "poll": self._poll}
        return self._open.enter_context(
            FolderWatch(self.path, self._bounces.put, **(timing | options))  # type: ignore[arg-type]
        )

    def write(self, name: str, content: bytes = BOUNCE) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def next(self) -> Path:
        """The next bounce, below the folder."""
        return self._bounces.get(timeout=AWAIT_S).relative_to(self.path)

    def next_names(self, count: int) -> set[str]:
        return {self.next().as_posix() for _ in range(count)}

    def assert_no_more(self) -> None:
        """Nothing else was reported before a file that is bounced now."""
        self.write("sentinel.wav")
        assert self.next_names(1) == {"sentinel.wav"}


class Messages(logging.Handler):
    """What the watch logs, awaited."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._messages: queue.Queue[str] = queue.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.put(self.format(record))

    def until(self, text: str) -> None:
        while text not in self._messages.get(timeout=AWAIT_S):
            pass
