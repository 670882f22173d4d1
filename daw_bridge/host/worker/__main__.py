"""`python -m daw_bridge.host.worker FOLDER TIME_LIMIT_S`: started by the host, never by hand.

The main thread loads and plays. A second one listens to the host; when the host is gone it ends the
process at once, whatever a plugin is doing. Should a plugin hold Python's lock for ever, a timer
that needs no lock ends it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import queue
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import IO

from daw_bridge.core.errors import BridgeError
from daw_bridge.host.protocol import LOG_NAME, Doing, Load, Reply, Request, decode, encode, failed
from daw_bridge.host.worker.pipes import take_pipes
from daw_bridge.host.worker.studio import Studio

LOG_BYTES = 1_000_000
"""What a plugin prints beyond this is forgotten, but for the last of it."""

LOG_KEPT_BYTES = 64_000

GRACE_S = 10.0
"""The host ends a worker that hangs; this much later it ends itself."""


def main() -> None:
    """Answer requests until the host is gone."""
    folder, time_limit_s = sys.argv[1], float(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the host, which ends us
    commands, replies = take_pipes()

    def reply(message: Reply) -> None:
        replies.write(encode(message))
        replies.flush()

    def report(
        plugin: str,
        activity: str,
        allowance_s: float = 0.0,
        path: str | None = None,
        plugin_name: str | None = None,
    ) -> None:
        faulthandler.dump_traceback_later(time_limit_s + allowance_s + GRACE_S, exit=True)
        cut_short(Path(folder, LOG_NAME))
        reply(Doing(plugin, activity, allowance_s, path, plugin_name))

    requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(commands, requests, folder), daemon=True).start()
    studio = Studio(report)
    while True:
        request = requests.get()
        answer: Reply
        try:
            answer = studio.load(request) if isinstance(request, Load) else studio.render(request)
        except BridgeError as error:
            answer = failed(error)
        reply(answer)
        studio.settle()
        faulthandler.cancel_dump_traceback_later()


def cut_short(log: Path) -> None:
    """Keep the end of a log that is too long. The log must be open for appending."""
    try:
        size = log.stat().st_size
        if size > LOG_BYTES:
            with log.open("rb+") as file:
                file.seek(size - LOG_KEPT_BYTES)
                kept = file.read()
                file.truncate(0)
                file.seek(0)
                file.write(kept)
    except OSError:  # then it stays as long as it is; the folder is removed when the worker ends
        return


def _listen(commands: IO[bytes], requests: queue.SimpleQueue[Request], folder: str) -> None:
    for line in commands:
        request = decode(line)
        assert not isinstance(request, Reply)
        requests.put(request)
    # The host has closed us, or is gone. No plugin gets a chance to crash or hang at the end.
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # there are other workers
        Path(folder).parent.rmdir()
    os._exit(0)


if __name__ == "__main__":
    main()
