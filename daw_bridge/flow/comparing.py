"""The part as it is played beside the bounce: the bars in which they agree less than elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import BounceError
from daw_bridge.deliver.take import TakeBar, TakeRendering
from daw_bridge.flow.job import Heard, Making
from daw_bridge.intake import Bounce

RATE_HZ = 22_050


@dataclass(frozen=True)
class Compared:
    """The bars that are worth a look, the worst first, and why none could be told."""

    worth_a_look: tuple[TakeBar, ...] = ()
    warnings: tuple[str, ...] = ()


NOT_COMPARED = Compared()


def compared_bars(
    making: Making,
    heard: Heard,
    renderings: Sequence[TakeRendering],
    listen: Callable[[Path, int], tuple[Bounce, AudioClip]],
) -> Compared:
    """By the first rendering that there is; nothing for MIDI alone, which has no sound to compare with."""
    from daw_bridge.compare import compare, worth_a_look

    played = next((r.file for r in renderings if r.file is not None), None)
    if played is None or heard.bounce.channels == 0:
        return NOT_COMPARED
    try:
        _, bounce = listen(making.bounce, RATE_HZ)
        _, rendering = listen(making.folder / played, RATE_HZ)
    except BounceError as error:
        return Compared(warnings=(f"Rendering and bounce were not compared: {error}",))
    return Compared(
        tuple(
            TakeBar(bar=bar.bar, chroma=round(bar.chroma, 2), onsets=round(bar.onsets, 2))
            for bar in worth_a_look(compare(bounce, rendering, heard.placed))
        )
    )
