"""Blocks of sound and when each came -> one sound whose frames lie where they were heard. Pure.

A block comes as late as its device, its driver and our thread have it, never early: so the promptest ones
tell when sound is heard. Where none that follows is as prompt as those before, the device has lost sound, and
silence stands in for it; where they get later steadily, the device's clock is slower than ours. So what is
recorded lies as right at its end as at its beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from daw_bridge.core.audio import Samples
from daw_bridge.core.timing import Doubles

LEAST_LOSS_S = 0.0005
"""Less is left alone until it has become more."""
ENDING_S = 0.25
"""What is missing so near to the end is not told."""
DRIFT_BIN_S, DRIFT_FROM_S = 1.0, 20.0
"""A drift is told from one second to the next, in a recording that is long enough."""
MOST_DRIFT = 0.0003
LEAST_DRIFT_S = 0.001
"""Less at the end is left alone: nothing need be resampled."""


@dataclass(frozen=True, eq=False)
class HeardSound:
    """float32 [channels, frames]: frame n was heard at `zero_s` + n / `rate_hz` by `time.perf_counter`.

    `rate_hz` is the device's by our clock; `lost_s` is how much silence stands in for sound that it lost.
    """

    samples: Samples
    rate_hz: float
    zero_s: float
    lost_s: float = 0.0

    def between(self, from_s: float, to_s: float = float("inf")) -> Samples:
        """What was heard from one time to another, as far as it was recorded."""
        first, last = (self._frame(time_s) for time_s in (from_s, to_s))
        return self.samples[:, first:last]

    def _frame(self, time_s: float) -> int:
        frame = (time_s - self.zero_s) * self.rate_hz
        return round(min(max(frame, 0.0), float(self.samples.shape[1])))


def in_time(blocks: Sequence[Samples], came_s: Sequence[float], rate_hz: int) -> HeardSound:
    """One block at least, float32 [channels, frames] each, of a device that says it runs at `rate_hz`."""
    ends_s = np.cumsum([block.shape[1] for block in blocks]) / rate_hz
    late_s = np.asarray(came_s) - ends_s
    drift = _drift(late_s, ends_s)
    prompt_s = _promptest(late_s - drift * ends_s, ends_s)
    pieces = list(blocks)
    gaps: list[int] = []
    first, at_s = 0, float(prompt_s[0])
    while (first := int(np.searchsorted(prompt_s, at_s + LEAST_LOSS_S, "right"))) < len(blocks):
        gaps.append(round((float(prompt_s[first]) - at_s) * rate_hz))
        pieces[first] = np.pad(blocks[first], ((0, 0), (gaps[-1], 0)))
        at_s += gaps[-1] / rate_hz
    return HeardSound(
        np.concatenate(pieces, axis=1),
        rate_hz / (1.0 + drift),
        float(prompt_s[0]),
        sum(gaps) / rate_hz,
    )


def _promptest(late_s: Doubles, ends_s: Doubles) -> Doubles:
    """By how much the promptest of each block and all that follow is late: it only rises, by what is lost. At
    the end, where little follows, it stays."""
    prompt_s = np.minimum.accumulate(late_s[::-1])[::-1].copy()
    ending = np.searchsorted(ends_s, ends_s[-1] - ENDING_S)
    prompt_s[ending:] = prompt_s[ending]
    return prompt_s


def _drift(late_s: Doubles, ends_s: Doubles) -> float:
    """By how much each second lasts longer by our clock; what steps by more than any clock drifts is lost
    sound."""
    lasted_s = float(ends_s[-1])
    if lasted_s < DRIFT_FROM_S:
        return 0.0
    bins = (ends_s / DRIFT_BIN_S).astype(np.int64)
    prompt_s = np.minimum.reduceat(late_s, np.flatnonzero(np.diff(bins, prepend=-1)))[:-1]
    steps_s = np.diff(prompt_s)
    drifted_s = steps_s[np.abs(steps_s) < MOST_DRIFT * DRIFT_BIN_S]
    if 2 * len(drifted_s) < len(steps_s):
        return 0.0  # too much is lost to tell
    drift = float(drifted_s.mean()) / DRIFT_BIN_S
    return drift if abs(drift) * lasted_s > LEAST_DRIFT_S else 0.0


def level(sound: Samples) -> float:
    """The largest absolute sample of all channels; 0.0 for none."""
    return float(np.abs(sound).max(initial=0.0))


Magnitudes = npt.NDArray[np.float32]


def magnitudes(sound: Samples) -> Magnitudes:
    """The larger absolute sample of all channels, float32 [frames]."""
    return np.asarray(np.abs(sound).max(axis=0, initial=0.0), np.float32)
