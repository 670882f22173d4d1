"""What happens in the maps, against the same said slowly, key by key and strike by strike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge.transcribe.bridge.finds import (
    EVIDENCE,
    LEAST_MASS,
    REACH,
    SMOOTHING_STEPS,
    Doubles,
    find,
)
from daw_bridge.transcribe.bridge.maps import KEYS, MAPS, Floats

RELATED = (-12, 12, -19, -24)
STEPS = 120


def struck(seed: int) -> Floats:
    """Maps [4, 120, 88] in which keys near both ends and their octaves are struck, often soon again."""
    rng = np.random.default_rng(seed)
    maps = np.zeros((len(MAPS), STEPS, KEYS), np.float32)
    for key in (*rng.choice([0, 5, 12, 19, 24, 36, 75, 82, 87], 6), *rng.integers(0, KEYS, 3)):
        step = int(rng.integers(0, 12))
        while step < STEPS:
            width = int(rng.integers(1, 4))
            maps[1, step : step + width, key] += rng.uniform(0.1, 0.9) / width
            maps[0, step : step + int(rng.integers(2, 12)), key] = rng.uniform(0.1, 0.95)
            step += int(rng.integers(4, 30))
    return np.minimum(maps, 0.95)


def slowly(maps: Floats) -> dict[tuple[int, int], tuple[float, list[float]]]:
    """Strikes by key and the step of their peak: their centre, and their evidence."""
    held, onset = maps[0].T.astype(float), maps[1].T.astype(float)

    def total(of: Doubles, key: int, first: int, last: int) -> float:
        return float(of[key, max(first, 0) : max(last, 0)].sum()) if 0 <= key < KEYS else 0.0

    def odds(share: float) -> float:
        bounded = min(max(share, 1e-3), 1 - 1e-3)
        return float(np.log(bounded / (1 - bounded)))

    bell = np.exp(-0.5 * (np.arange(-2 * REACH, 2 * REACH + 1) / SMOOTHING_STEPS) ** 2)
    found = {}
    for key in range(KEYS):
        smooth = np.convolve(np.pad(onset[key], 20), bell, mode="same")[19:-19]
        peaks = [
            at
            for at in range(-1, STEPS + 1)
            if 0 <= at < STEPS
            and smooth[at + 1] >= 0.2 * LEAST_MASS
            and smooth[at] < smooth[at + 1] >= smooth[at + 2]
        ]
        for index, peak in enumerate(peaks):
            first, last = peak - REACH, peak + REACH + 1
            if index:
                first = max(first, (peaks[index - 1] + peak + 1) // 2)
            if index + 1 < len(peaks):
                last = min(last, (peak + peaks[index + 1] + 1) // 2)
            inside = np.arange(max(first, 0), min(last, STEPS))
            mass = onset[key, inside].sum()
            if mass < LEAST_MASS:
                continue
            sure = min(mass, 1.0)
            related = [
                min(total(onset, key + apart, peak - 6, peak + 7), 1.0) * (1 - sure) for apart in RELATED
            ]
            before = total(held, key, peak - 8, peak - 2)
            after = total(held, key, peak + 2, peak + 8)
            evidence = [sure, sure**2, odds(after / 6), odds(before / 6), *related]
            found[key, peak] = float((onset[key, inside] * (inside + 0.5)).sum() / mass), evidence
    return found


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, STEPS))
def test_strikes_and_their_evidence_are_those_of_a_slow_look(seed: int, edge: int) -> None:
    maps = struck(seed)
    slow = slowly(maps)
    faint = (sum(evidence[0] < 0.25 for _, evidence in slow.values()) + 4 * 0.25) / (len(slow) + 4)
    expected = [(key, centre, [*some, faint]) for (key, _), (centre, some) in sorted(slow.items())]
    found = find([maps[:, :edge], maps[:, edge:]], sounding=0.35, offset=0.5)
    assert found.evidence.shape == (len(expected), len(EVIDENCE))
    assert found.key.tolist() == [key for key, _, _ in expected]
    assert found.step == pytest.approx([centre for _, centre, _ in expected], abs=1e-4)
    assert found.evidence == pytest.approx(np.array([evidence for *_, evidence in expected]), abs=1e-4)
