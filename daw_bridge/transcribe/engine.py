"""What every transcription engine is: audio in, a part out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Part

Progress = Callable[[float], None]
"""Is told how much is done, 0.0 to 1.0."""


def no_progress(_done: float) -> None:
    """Tell nobody."""


class Engine(Protocol):
    """Hears the notes in a clip.

    `name` and `version` go into the take file, and into the key under which parts are cached: the
    version changes whenever the same clip may give other notes. `rate_hz` is what a clip must have.
    """

    name: str
    version: str
    rate_hz: int

    def prepare(self) -> None:
        """Begin to load the model; does not wait, and does not say what goes wrong."""

    def transcribe(
        self, clip: AudioClip, *, profile: str = "auto", on_progress: Progress = no_progress
    ) -> Part:
        """Hear the notes of `clip`, one channel at `rate_hz`, as a part of the kind `profile`.

        A clip in which nothing is heard gives a part without notes. Raises ValueError for a clip of
        another rate or channel count, or a profile that isn't in `PROFILES`; EngineMissing when the
        model is not installed; EngineFailed when it stops with an error of its own.
        """
        ...
