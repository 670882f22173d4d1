"""An engine from another package: what goes wrong in it, and what it yields that is no note, becomes an
error of ours. Nobody but its own package has tested it, and one bounce is all it may cost."""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Callable
from operator import index
from typing import Any

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.container import HIGHEST_RATE_HZ, LOWEST_RATE_HZ
from daw_bridge.core.errors import BridgeError, EngineFailed, EngineMissing
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.transcribe.engine import Progress, no_progress

log = logging.getLogger(__name__)


class Foreign:
    """Somebody else's engine, by the name under which it is registered: see `engine.Engine`."""

    def __init__(self, name: str, load: Callable[[], Callable[[], Any]]) -> None:
        """`load` imports its class. Raises EngineMissing."""
        self.name = name
        try:
            self._engine = load()()
            self._hear = self._engine.transcribe
            self.version, self.rate_hz = str(self._engine.version), index(self._engine.rate_hz)
            if not LOWEST_RATE_HZ <= self.rate_hz <= HIGHEST_RATE_HZ:
                raise ValueError(f"it wants audio at {self.rate_hz} Hz")
        except BridgeError:
            raise
        except (Exception, SystemExit) as cause:
            log.warning("the engine %s can't be loaded", name, exc_info=True)
            raise EngineMissing(
                f'The engine "{name}" can\'t be loaded ({_said(cause)}).',
                advice="Install its package again, or choose another engine.",
            ) from cause

    def prepare(self) -> None:
        """As `Engine.prepare`."""
        with contextlib.suppress(Exception):  # `transcribe` meets it again, and says so
            self._engine.prepare()

    def transcribe(
        self, clip: AudioClip, *, profile: str = "auto", on_progress: Progress = no_progress
    ) -> Part:
        """As `Engine.transcribe`; what `on_progress` raises is none of the engine's errors."""
        stopped: list[Exception] = []

        def tell(done: float) -> None:
            try:
                on_progress(done)
            except Exception as cause:
                stopped.append(cause)
                raise

        try:
            return checked(self._hear(clip, profile=profile, on_progress=tell), clip.duration_s)
        except BridgeError:
            raise
        except (Exception, SystemExit) as cause:
            if stopped:
                raise stopped[0] from None
            log.warning("the engine %s failed", self.name, exc_info=True)
            raise EngineFailed(
                f'The engine "{self.name}" stopped with an error of its own ({_said(cause)}).',
                advice="Try again, or choose another engine; tell those who make this one.",
            ) from cause


def checked(part: object, duration_s: float) -> Part:
    """What an engine heard in a clip of `duration_s`, in plain numbers; notes end with the clip.

    Raises ValueError or TypeError for what is no part, or holds what is no note.
    """
    if not isinstance(part, Part):
        raise TypeError(f"a Part is wanted, not {type(part).__name__}")
    notes = [
        Note(
            onset_s,
            index(note.pitch),
            min(_finite(note.offset_s), duration_s),
            index(note.velocity),
            _share(note.confidence),
        )
        for note in part.notes
        if (onset_s := _finite(note.onset_s)) < duration_s
    ]
    bends = [Bend(_finite(bend.time_s), _finite(bend.semitones)) for bend in part.bends]
    controllers = [Controller(_finite(c.time_s), index(c.number), index(c.value)) for c in part.controllers]
    return Part(tuple(notes), duration_s, tuple(bends), tuple(controllers))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{value} is no time and no pitch")
    return float(value)


def _share(value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"a confidence is 0 to 1, not {value}")
    return float(value)


def _said(cause: BaseException) -> str:
    return f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__
