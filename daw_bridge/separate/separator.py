"""Runs the worker, follows its progress, and says in words what went wrong."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daw_bridge.core.errors import SeparatorFailed, SeparatorMissing, SeparatorWeightsMissing
from daw_bridge.core.notes import Profile

MODEL = "htdemucs"
WORKER = "daw_bridge.separate.worker"
PROFILES: dict[str, Profile] = {"bass": "bass", "drums": "drums", "vocals": "vocal", "other": "auto"}
FAINT = 0.01
"""A stem with less than this share of the mix's level (-40 dB) is what is left of an absent instrument."""


@dataclass(frozen=True)
class SeparatedStem:
    """One stem: `bass`, `drums`, `vocals` or `other`, its WAV file, and what kind of part it is."""

    name: str
    path: Path
    profile: Profile


Separator = Callable[[Path, Path, Callable[[float], None]], tuple[SeparatedStem, ...]]
"""Mix, folder for the stems, who is told the progress (0 to 1) -> the stems that hold something."""


def separate(
    mix: Path,
    folder: Path,
    on_progress: Callable[[float], None] = lambda done: None,
    *,
    time_limit_s: float = 3600.0,
    model: str = MODEL,
) -> tuple[SeparatedStem, ...]:
    """Write the mix's stems into `folder` as 24-bit stereo WAV at 44.1 kHz; the faint ones are left out.

    Raises SeparatorMissing when demucs isn't installed, SeparatorWeightsMissing when its weights can't
    be had, SeparatorFailed when it stops with an error or takes longer than `time_limit_s`. A listener
    that raises ends the worker.
    """
    if importlib.util.find_spec("demucs") is None:
        raise SeparatorMissing(
            "Mixes are separated by demucs, which is not installed.",
            where=mix,
            advice="Install it with `uv sync --inexact --extra separate` in DAW Bridge's folder "
            "(about 1 GB), or bounce one instrument at a time.",
        )
    command = [sys.executable, "-m", WORKER, str(mix), str(folder), model]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        timed_out = threading.Event()
        limit = threading.Timer(time_limit_s, _stop, (process, timed_out))
        complaints: deque[str] = deque(maxlen=1)
        noise = threading.Thread(target=_drain, args=(process, complaints), daemon=True)
        limit.start()
        noise.start()
        try:
            last = _follow(process, on_progress)
        finally:
            limit.cancel()
            process.kill()  # it has ended, or nobody listens any more
            noise.join()
    if timed_out.is_set():
        raise SeparatorFailed(
            f"demucs did not finish within {time_limit_s:g} s and was stopped.",
            where=mix,
            advice="Give it longer with `separation_limit` in your settings, or bounce a shorter mix.",
        )
    if "stems" not in last:
        raise _error(mix, {"error": " ".join(complaints) or "it said nothing", **last})
    return tuple(
        SeparatedStem(name, folder / f"{name}.wav", PROFILES.get(name, "auto"))
        for name, level in last["stems"].items()
        if level >= FAINT
    )


def _stop(process: subprocess.Popen[str], timed_out: threading.Event) -> None:
    timed_out.set()
    process.kill()


def _follow(process: subprocess.Popen[str], on_progress: Callable[[float], None]) -> dict[str, Any]:
    """The worker's last word: what it says is a JSON object a line."""
    last: dict[str, Any] = {}
    assert process.stdout is not None
    for line in process.stdout:
        try:
            last = json.loads(line)
        except ValueError:
            continue  # a library that prints
        if "progress" in last:
            on_progress(float(last["progress"]))
    return last


def _drain(process: subprocess.Popen[str], last: deque[str]) -> None:
    """Read standard error, so that nobody waits for a reader; its last line stays."""
    assert process.stderr is not None
    for line in process.stderr:
        last.append(line.strip())


def _error(mix: Path, last: dict[str, Any]) -> SeparatorFailed | SeparatorWeightsMissing:
    said = last["error"]
    if last.get("cause") == "weights":
        return SeparatorWeightsMissing(
            f"demucs downloads its weights at first use, and could not ({said}).",
            where=mix,
            advice="Connect this machine to the internet once and try again, or bounce one instrument at "
            "a time.",
        )
    return SeparatorFailed(
        f"demucs stopped with an error of its own ({said}).",
        where=mix,
        advice="Install it again, or bounce one instrument at a time.",
    )
