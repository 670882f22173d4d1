"""`python -m daw_bridge.host.worker.errand TIME_LIMIT_S`: started by `Errands`, never by hand.

Answers one question about a plugin on the main thread. When the host is gone the process ends at once,
whatever the plugin is doing. Should a plugin hold Python's lock for ever, as one that hangs while it is
looked into does, Linux ends it all the same; elsewhere a timer that needs no lock does.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
import threading
from typing import IO

from daw_bridge.core.errors import BridgeError
from daw_bridge.host.protocol import Doing, failed
from daw_bridge.host.questions import Answer, Question, Survey, decode, encode
from daw_bridge.host.worker.instrument import Report
from daw_bridge.host.worker.pipes import take_pipes

PR_SET_PDEATHSIG = 1
GRACE_S = 10.0
"""The host ends a process that hangs; this much later it ends itself."""


def main() -> None:
    """Answer the question on stdin."""
    time_limit_s = float(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the host, which ends us
    _end_with_the_thread_that_asks()
    commands, replies = take_pipes()

    def report(plugin: str, activity: str, allowance_s: float = 0.0) -> None:
        faulthandler.dump_traceback_later(time_limit_s + allowance_s + GRACE_S, exit=True)
        replies.write(encode(Doing(plugin, activity, allowance_s)))
        replies.flush()

    line = commands.readline()
    if not line:  # the host is gone already
        return
    question = decode(line)
    threading.Thread(target=_end_with_the_host, args=(commands,), daemon=True).start()
    assert isinstance(question, Question)
    try:
        reply = encode(_answer(question, report))
    except BridgeError as error:
        reply = encode(failed(error))
    replies.write(reply)
    replies.flush()
    # No plugin gets a chance to crash or hang at the end.
    os._exit(0)


def _answer(question: Question, report: Report) -> Answer:
    # Imported here: a window that can't be shown is said before a plugin host is loaded.
    if not isinstance(question, Survey) and question.show_editor:
        from daw_bridge.host.worker.display import require_display

        require_display(question.label)
    from daw_bridge.host.worker.inspection import open_plugin, survey

    return survey(question, report) if isinstance(question, Survey) else open_plugin(question, report)


def _end_with_the_thread_that_asks() -> None:
    """On Linux: prctl(2), PR_SET_PDEATHSIG. The host's thread waits for the answer, so it outlives us."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _end_with_the_host(commands: IO[bytes]) -> None:
    commands.read()
    os._exit(0)


if __name__ == "__main__":
    main()
