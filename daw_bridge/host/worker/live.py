"""A loaded plugin that is run in blocks: with nothing to do, or with what it has to play."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from daw_bridge.core.audio import Samples
from daw_bridge.core.errors import PluginOutputInvalid

BLOCK_FRAMES = 512
IDLE_FRAMES = 8 * BLOCK_FRAMES
MOST_CHANNELS = 64


class LivePlugin:
    """An instrument or effect, run at `rate_hz`."""

    def __init__(self, plugin: Any, label: str, rate_hz: int = 44_100) -> None:
        self.plugin = plugin
        self.label = label
        self.rate_hz = rate_hz
        self._channels = 2

    def run_idle(self) -> None:
        """Process a moment of silence, in which parameters reach the plugin."""
        self.run([], IDLE_FRAMES)

    def run(self, messages: Sequence[tuple[bytes, float]], frames: int) -> Samples:
        """Play (MIDI bytes, seconds) for `frames`: float32 [channels, frames]; an effect gets silence."""
        if self.plugin.is_effect:
            silence = np.zeros((2, frames), np.float32)
            processed: Samples = self.plugin.process(silence, self.rate_hz, BLOCK_FRAMES, False)
            return processed
        duration_s = (frames + 0.5) / self.rate_hz
        # Pedalboard wants the very number of channels that the instrument has.
        for channels in (self._channels, *range(1, MOST_CHANNELS)):
            try:
                rendered: Samples = self.plugin(
                    list(messages), duration_s, self.rate_hz, channels, BLOCK_FRAMES, False
                )
            except ValueError as refused:
                cause = refused
            else:
                self._channels = channels
                return rendered
        raise PluginOutputInvalid(
            f"It can't be played: {cause}", where=self.label, advice="Choose another plugin."
        ) from cause
