"""The display that plugins' windows are shown on."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

from daw_bridge.core.errors import DisplayMissing

_handlers: list[Any] = []
"""Kept for as long as the process lives: X calls them."""


def require_display(plugin: str) -> None:
    """Raise DisplayMissing where no window can be shown. macOS and Windows have a display as a rule."""
    if sys.platform in ("darwin", "win32"):
        return
    name = os.environ.get("DISPLAY", "")
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError as cause:
        raise _missing(plugin, "libX11, which draws plugins' windows, is not installed") from cause
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        raise _missing(plugin, f"the display {name} does not answer" if name else "DISPLAY is not set")
    x11.XCloseDisplay(display)


def survive_x_errors() -> None:
    """Have X errors noted in the log.

    By default one ends the process, and plugins make them all the time: a VST3 built with JUCE asks for a
    property of window 0 as soon as its editor opens under pedalboard (spotify/pedalboard #444), and every
    desktop host installs a handler of its own.
    """
    if sys.platform in ("darwin", "win32"):
        return
    handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_note)
    _handlers.append(handler)
    ctypes.CDLL("libX11.so.6").XSetErrorHandler(handler)


def _note(display: int | None, event: int | None) -> int:
    sys.stderr.write("an X error, survived\n")
    return 0


def _missing(plugin: str, reason: str) -> DisplayMissing:
    return DisplayMissing(
        f"There is no display to show its window on: {reason}.",
        where=plugin,
        advice="Run it on the desktop, or without a window: `--no-editor`.",
    )
