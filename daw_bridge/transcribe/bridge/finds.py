"""Maps -> what happens in them: keys are struck, let go, sound and fall silent; all keys at once.

The maps of a clip may be long, what happens in them is short. So they are looked through block by block
as they come, with some steps of their neighbours to each side, and only what is found is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from daw_bridge.transcribe.bridge.maps import KEYS, MAPS, Floats

Indices = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]

REACH = 4
"""Mass within so many steps to each side (46 ms) belongs to one onset, or to one offset."""
SMOOTHING_STEPS = 1.75
"""Standard deviation of the bell that finds them: nearer than some 50 ms they melt into one."""
_BELL = np.exp(-0.5 * (np.arange(-2 * REACH, 2 * REACH + 1) / SMOOTHING_STEPS) ** 2).astype(np.float32)

CONTEXT = 4 * REACH
"""What is found at a step depends on so many steps to each side."""

LEAST_MASS = 0.08
"""Less than this is no onset and no offset at all."""

EVIDENCE = (
    "mass",
    "mass squared",
    "sounding after",
    "sounding before",
    "octave below",
    "octave above",
    "twelfth below",
    "two octaves below",
    "share of faint strikes",
)
"""What speaks for and against a note: the mass of its onset; the log-odds that its key sounds in the 70 ms
after it, and before it; the mass of onsets at the same time on keys that it may be a ghost of, as far as its
own leaves doubt: played octaves are clear, ghosts are not. And the share of the clip's strikes that are
faint: where few are, a doubtful one is more often a soft note, where many are, a ghost."""
_RELATED = (-12, 12, -19, -24)
_FAINT_MASS = 0.25
_USUAL_STRIKES, _USUAL_SHARE = 4, 0.25
"""The share is what it is in most clips, by so many strikes, until a clip has shown its own."""

_CODE = 1 << 40


@dataclass(frozen=True, eq=False)
class Finds:
    """What happens in a stretch of maps. Times are in steps; a code is `key * 2**40 + step`, so that one
    search in sorted codes serves all keys.

    Strikes, one a row, by key and time: `key`, `step` (with a fraction), `evidence`
    [rows, 9]. Codes: where keys `rise` above the sounding threshold and `fall` below it, and
    where they are `released` with the offset threshold's mass.
    """

    key: Indices
    step: Doubles
    evidence: Doubles
    rise: Indices
    fall: Indices
    released: Indices

    @staticmethod
    def joined(finds: Iterable[Finds]) -> Finds:
        """Those of stretches that follow one another, as one."""
        parts = list(finds)
        key, step = np.concatenate([p.key for p in parts]), np.concatenate([p.step for p in parts])
        order = np.lexsort((step, key))
        return Finds(
            key[order],
            step[order],
            np.concatenate([p.evidence for p in parts])[order],
            np.sort(np.concatenate([p.rise for p in parts])),
            np.sort(np.concatenate([p.fall for p in parts])),
            np.sort(np.concatenate([p.released for p in parts])),
        )


def code(key: Indices, step: Indices | Doubles) -> Indices:
    """Sorts by key, then by step."""
    return np.asarray(key * _CODE + step, np.int64)


def step_of(codes: Indices) -> Indices:
    """The steps in codes."""
    return codes % _CODE


def find(blocks: Iterable[Floats], *, sounding: float, offset: float) -> Finds:
    """All that happens in maps [4, steps, 88] of a whole clip, given in blocks of any length.

    `sounding` is the probability from which on a key sounds, `offset` the mass that releases it.
    """
    found = Finds.joined(_found(maps, first, sounding, offset) for first, maps in _stretches(blocks))
    faint = found.evidence[:, 0] < _FAINT_MASS
    share = (faint.sum() + _USUAL_STRIKES * _USUAL_SHARE) / (len(faint) + _USUAL_STRIKES)
    return replace(found, evidence=np.column_stack((found.evidence, np.full(len(faint), share))))


def _stretches(blocks: Iterable[Floats]) -> Iterator[tuple[int, Floats]]:
    """The first step of each stretch, and its maps [4, CONTEXT + steps + CONTEXT, 88].

    All is quiet before the first block and after the last; the last stretch has one step of that, in
    which what still sounds falls silent.
    """
    first, pending = 0, np.zeros((len(MAPS), CONTEXT, KEYS), np.float32)
    for block in chain(blocks, [np.zeros((len(MAPS), CONTEXT + 1, KEYS), np.float32)]):
        pending = np.concatenate((pending, block), axis=1)
        steps = pending.shape[1] - 2 * CONTEXT
        if steps > 0:
            yield first, pending
            first, pending = first + steps, pending[:, steps:]


def _found(maps: Floats, first: int, sounding: float, offset: float) -> Finds:
    held, onset, release = (np.ascontiguousarray(part.T, np.float32) for part in maps[:3])
    strikes = _peaks(onset, LEAST_MASS)
    key, around, mass = strikes.key, strikes.around, np.minimum(strikes.mass, 1.0)
    evidence = [
        mass,
        mass**2,
        _log_odds(_sums(held, key, around + 2, 6) / 6),
        _log_odds(_sums(held, key, around - 8, 6) / 6),
        *(np.minimum(_sums(onset, key + step, around - 6, 13), 1.0) * (1.0 - mass) for step in _RELATED),
    ]
    sounds = held[:, CONTEXT - 1 : held.shape[1] - CONTEXT] >= sounding
    rise = np.nonzero(sounds[:, 1:] & ~sounds[:, :-1])
    fall = np.nonzero(~sounds[:, 1:] & sounds[:, :-1])
    released = _peaks(release, offset)
    return Finds(
        key,
        strikes.centre + (first - CONTEXT),
        np.stack(evidence, axis=1),
        code(rise[0], rise[1] + first),
        code(fall[0], fall[1] + first),
        code(released.key, np.rint(released.centre).astype(np.int64) + (first - CONTEXT)),
    )


@dataclass(frozen=True, eq=False)
class _Peaks:
    """Where mass gathers, one a row: on `key`, `around` a step, more precisely at `centre`."""

    key: Indices
    around: Indices
    centre: Doubles
    mass: Doubles


def _peaks(densities: Floats, least: float) -> _Peaks:
    """Those of mass `least` or more, outside the context; `densities` are [88, steps].

    The mass around a peak says how sure it is that something happens there, however well its time can be
    told: a slow attack spreads it over more steps.
    """
    steps = densities.shape[1]
    row = densities.ravel()  # one key after the other; the context between them is wider than the bell
    smooth = _smoothed(row)
    near = np.flatnonzero(smooth[1:-1] >= 0.2 * least) + 1
    peaks = near[(smooth[near] > smooth[near - 1]) & (smooth[near] >= smooth[near + 1])]
    inside = (peaks % steps >= CONTEXT) & (peaks % steps < steps - CONTEXT)
    between = (peaks[1:] + peaks[:-1] + 1) // 2
    first = np.append(0, between)[: len(peaks)][inside, None]
    last = np.append(between, len(row))[: len(peaks)][inside, None]
    peaks = peaks[inside]
    spans = peaks[:, None] + np.arange(-REACH, REACH + 1)
    nearest = np.where((spans >= first) & (spans < last), row[spans].astype(np.float64), 0.0)
    mass = nearest.sum(axis=1)
    kept = np.flatnonzero(mass >= least)
    peaks, mass = peaks[kept], mass[kept]
    centre = peaks % steps + 0.5 + nearest[kept] @ np.arange(-REACH, REACH + 1) / mass
    return _Peaks(peaks // steps, peaks % steps, centre, mass)


def _smoothed(row: Floats) -> Floats:
    """The convolution with the bell, which is even: taps at the same distance to both sides are one."""
    reach, steps = len(_BELL) // 2, len(row)
    padded = np.pad(row, reach)
    smooth = row * _BELL[reach]
    for distance in range(1, reach + 1):
        both = padded[reach - distance :][:steps] + padded[reach + distance :][:steps]
        smooth += np.multiply(both, _BELL[reach + distance], out=both)
    return np.asarray(smooth, np.float32)


def _sums(values: Floats, key: Indices, first: Indices, length: int) -> Doubles:
    """The sums of `length` steps of [88, steps] from `first` on; keys outside are silent."""
    near = np.clip(key, 0, KEYS - 1)
    spans = values[near[:, None], first[:, None] + np.arange(length)]
    return np.where(key == near, spans.sum(axis=1, dtype=np.float64), 0.0)


def _log_odds(probability: Doubles) -> Doubles:
    bounded = np.clip(probability, 1e-3, 1.0 - 1e-3)
    return np.asarray(np.log(bounded / (1.0 - bounded)))
