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
    """The bars that are worth a look, the worst first, and what is to be said when there are none."""

    worth_a_look: tuple[TakeBar, ...] = ()
    remarks: tuple[str, ...] = ()


NOT_COMPARED = Compared()


def compared_bars(
    making: Making,
    heard: Heard,
    renderings: Sequence[TakeRendering],
    listen: Callable[[Path, int], tuple[Bounce, AudioClip]],
) -> Compared:
    """By the first rendering that there is."""
    from daw_bridge.compare import compare, worth_a_look

    played = next((r.file for r in renderings if r.file is not None), None)
    if heard.bounce.channels == 0:
        return _said("MIDI alone has no sound to compare the part with.")
    if played is None:
        return _said("There is no rendering to compare with the bounce.")
    try:
        _, bounce = listen(making.bounce, RATE_HZ)
        _, rendering = listen(making.folder / played, RATE_HZ)
    except BounceError as error:
        return _said(f"Rendering and bounce were not compared: {error}")
    bars = worth_a_look(compare(bounce, rendering, heard.placed))
    if not bars:
        return _said("Compared with the bounce, all bars agree alike.")
    return Compared(
        tuple(TakeBar(bar=b.bar, chroma=round(b.chroma, 2), onsets=round(b.onsets, 2)) for b in bars)
    )


def _said(remark: str) -> Compared:
    return Compared(remarks=(remark,))
