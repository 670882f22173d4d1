"""The process that plays, seen from the bridge."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

from daw_bridge.core.errors import InternalError, LiveError
from daw_bridge.live.player import Timing
from daw_bridge.live.ports import MidiOutput
from daw_bridge.live.program import silencing
from daw_bridge.live.wire import Piece, Setup, error_of, line, of_line, piece_as_data, timing_of_data

ENDING_S = 3.0


@dataclass(frozen=True)
class Moment:
    """Where the player is: beats from the piece's beginning (None while it waits), and the tempo."""

    beat: float | None
    tempo_bpm: float


class LivePlayer:
    """Plays pieces, one after the other, on one port. A context manager; leaving it silences what sounds.

    Entering raises LiveError when the port, the clock or Link is not there.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._channels: set[int] = set()
        self.port = ""
        self.clock: str | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            # -P: a file of the session's must not pass for one of our modules.
            [sys.executable, "-P", "-m", "daw_bridge.live.player_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C and the terminal's end reach the bridge alone.
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        try:
            self._say("setup", asdict(self._setup))
            ready = self._await("ready", lambda moment: None)
        except BaseException:
            self._end()
            raise
        self.port = ready["port"] or self._setup.own
        self.clock = ready["clock"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def play(self, piece: Piece, on_moment: Callable[[Moment], None] = lambda moment: None) -> Timing:
        """To its end, or until `stop`. Raises LiveError."""
        self._channels |= piece.program.channels
        self._say("play", piece_as_data(piece))
        return timing_of_data(self._await("played", on_moment))

    def stop(self) -> None:
        """End the piece; may be called from another thread, or once `play` was interrupted."""
        self._say("stop")

    def timing(self) -> Timing:
        """Of a piece that was stopped when `play` was interrupted."""
        return timing_of_data(self._await("played", lambda moment: None))

    def _say(self, kind: str, content: object = None) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended: what it said last tells why
            self._process.stdin.write(line(kind, content))
            self._process.stdin.flush()

    def _await(self, wanted: str, on_moment: Callable[[Moment], None]) -> Any:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            kind, content = of_line(text)
            if kind == "error":
                raise error_of(content)
            if kind == "at":
                on_moment(Moment(content["beat"], content["bpm"]))
            elif kind == wanted:
                return content
        self._silence()
        raise LiveError(
            f"The process that plays was ended (exit code {self._process.wait()}).",
            where=self._setup.port,
            advice="Play again; what it was holding has been silenced.",
        )

    def _silence(self) -> None:
        """In place of a player that was killed. A port of its own is gone with it."""
        if self._setup.port is not None:
            with contextlib.suppress(LiveError), MidiOutput(self._setup.port) as output:
                for message in silencing(sorted(self._channels)):
                    output.send(list(message))

    def _end(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(ENDING_S)
        except subprocess.TimeoutExpired as cause:
            self._process.kill()
            self._process.wait()
            self._silence()
            raise InternalError.of(cause) from cause
        finally:
            self._process.stdout.close()
