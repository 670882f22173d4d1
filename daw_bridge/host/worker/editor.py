"""A plugin's own window, and what is kept of it while the user looks for the sound.

The state is saved each time it has changed, so that a window that crashes loses a second at most. It is
read from another thread than the window's; JUCE, on which pedalboard stands, waits for the window's
thread to be between two events before it asks the plugin (seen to hold for 14,000 readings in a row).
"""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

from daw_bridge.core.errors import BridgeError, PluginError
from daw_bridge.host.worker.audition import Audition
from daw_bridge.host.worker.display import survive_x_errors
from daw_bridge.host.worker.instrument import Report
from daw_bridge.host.worker.live import LivePlugin

SAVE_EVERY_S = 1.0
PATIENCE_S = 300.0
"""How long an open window may be busy, with loading samples for example, before it counts as hung."""


def show_editor(live: LivePlugin, state_to: Path, audition: str | None, report: Report) -> list[str]:
    """Show the window until the user closes it; returns warnings. Raises PluginError if there is none."""
    survive_x_errors()
    closed = threading.Event()
    saver = threading.Thread(target=_keep_saving, args=(live, state_to, closed, report), daemon=True)
    with contextlib.ExitStack() as open_:
        warnings = _start(audition, live, open_)
        report(live.label, "showing its window", PATIENCE_S)
        saver.start()
        try:
            live.plugin.show_editor()
        except RuntimeError as cause:
            raise PluginError(
                f"It does not show its window: {cause}",
                where=live.label,
                advice="Set its parameters with --no-editor and --set, or capture a .vstpreset.",
            ) from cause
        finally:
            closed.set()
            saver.join()
    return warnings


def _start(audition: str | None, live: LivePlugin, open_: contextlib.ExitStack) -> list[str]:
    if audition is None:
        return []
    try:
        open_.enter_context(Audition(live, Path(audition)))
    except BridgeError as error:  # the window is what was asked for first
        return [f"The part does not play: {error.what}"]
    return []


def _keep_saving(live: LivePlugin, state_to: Path, closed: threading.Event, report: Report) -> None:
    saved, pause_s = b"", SAVE_EVERY_S
    while not closed.wait(pause_s):
        start_s = time.monotonic()
        state = bytes(live.plugin.raw_state)
        if state != saved:
            temporary = state_to.with_name(f".{state_to.name}")
            temporary.write_bytes(state)
            temporary.replace(state_to)
            saved = state
        # A state of many megabytes must not keep the window busy.
        pause_s = max(SAVE_EVERY_S, 10 * (time.monotonic() - start_s))
        report(live.label, "showing its window", PATIENCE_S)
