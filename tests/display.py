"""A display of a test's own: Xvfb with a window manager, and a hand that clicks."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TIMEOUT_S = 30.0
PRESS_AGAIN_S = 1.0
CLICK_AGAIN_S = "0.7"
ATTEMPTS = 5
_numbers = itertools.count()
PROGRAMS = ("Xvfb", "openbox", "xdotool")


@contextlib.contextmanager
def display(folder: Path) -> Iterator[str]:
    """Yields DISPLAY once the window manager is there. Skips, or fails in CI, where a program is missing."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        reason = f"{', '.join(missing)} not installed (tests/run.sh installs them on Debian)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI tests windows on a real display, and {reason}")
        pytest.skip(reason)
    ready = folder / "ready"
    os.mkfifo(ready)
    with contextlib.ExitStack() as running:
        name = _start_server(running)
        environment = {**os.environ, "DISPLAY": name}
        manager = ["openbox", "--sm-disable", "--startup", f"sh -c 'echo > {ready}'"]
        running.enter_context(_running(manager, env=environment))
        ready.read_text()  # openbox writes it when it manages windows
        yield name


def _start_server(running: contextlib.ExitStack) -> str:
    """Xvfb on a number of its own; its DISPLAY.

    Never :0, which JUCE takes when DISPLAY is not set: plugins of other tests would die with it. And no
    number twice: that of a server that was just killed is not always free yet.
    """
    for _ in range(ATTEMPTS):
        own = f":{100 + (100 * os.getpid() + next(_numbers)) % 50_000}"
        reading, writing = os.pipe()
        screen = ["-screen", "0", "1280x900x24", "-nolisten", "tcp"]
        running.enter_context(
            _running(["Xvfb", own, "-displayfd", str(writing), *screen], pass_fds=[writing])
        )
        os.close(writing)
        with os.fdopen(reading) as pipe:
            if number := pipe.readline().strip():
                return f":{number}"
    raise AssertionError(f"Xvfb does not start, at {ATTEMPTS} numbers")


class Hand:
    """Finds windows, clicks in them and closes them, as a user does."""

    def __init__(self, display: str) -> None:
        self._environment = {**os.environ, "DISPLAY": display}

    def window(self, name: str) -> str:
        """The window of this name, once it is visible.

        xdotool gives up where a window goes while it looks through them, as those of a window manager do.
        """
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            found = self._try("search", "--sync", "--onlyvisible", "--name", f"^{name}$")
            if found.returncode == 0 or "X Error" not in found.stderr or time.monotonic() > deadline:
                found.check_returncode()
                return found.stdout.splitlines()[0]

    def click(self, window: str, x: int, y: int) -> None:
        """Click at this place of the window, and again, slower than a double click.

        A window that is just there may still be moved, or not listen yet.
        """
        click = ["mousemove", "--window", window, str(x), str(y), "click", "1"]
        self._do(*click, "sleep", CLICK_AGAIN_S, *click, "sleep", CLICK_AGAIN_S, *click)

    def close(self, window: str) -> None:
        """Close it with the window manager's key, pressed again until it is gone.

        A key that comes while the manager still decides who has the focus is lost.
        """
        deadline = time.monotonic() + TIMEOUT_S
        pressed_at = -PRESS_AGAIN_S
        while self._try("getwindowname", window).returncode == 0:
            now = time.monotonic()
            assert now < deadline, f"the window does not close within {TIMEOUT_S:g} s"
            if now - pressed_at >= PRESS_AGAIN_S:
                self._try("windowfocus", window, "key", "alt+F4")
                pressed_at = now

    def _do(self, *arguments: str) -> str:
        done = self._try(*arguments)
        done.check_returncode()
        return done.stdout

    def _try(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["xdotool", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )


@contextlib.contextmanager
def _running(command: list[str], **options: object) -> Iterator[None]:
    process = subprocess.Popen(  # type: ignore[call-overload]
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
