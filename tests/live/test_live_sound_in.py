"""What was heard lies where it was heard: late blocks, lost sound, a clock that drifts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.audio import Samples
from daw_bridge.live.sound_in import HeardSound, in_time

RATE_HZ = 48_000
ZERO_S = 1000.0


def recorded(
    clicks_s: list[float],
    *,
    lasts_s: float = 8.0,
    frames: int = 256,
    jitter_s: float = 0.003,
    losses: dict[float, float] | None = None,
    faster: float = 0.0,
    seed: int = 0,
) -> HeardSound:
    """A device that hears clicks at these times from its beginning on, loses sound at some times, for so many
    seconds each, and whose clock is faster than ours by a share. Ten times a second a block
    holds up those after it."""
    rng = np.random.default_rng(seed)
    rate_hz = RATE_HZ * (1.0 + faster)
    sound = np.zeros((1, round(lasts_s * rate_hz)), np.float32)
    for click_s in clicks_s:
        sound[0, round(click_s * rate_hz)] = 1.0
    lost = np.zeros(sound.shape[1], bool)
    for at_s, loss_s in (losses or {}).items():
        lost[round(at_s * rate_hz) : round((at_s + loss_s) * rate_hz)] = True
    stalls = 10 * frames / rate_hz
    kept = np.flatnonzero(~lost)
    blocks: list[Samples] = []
    came_s: list[float] = []
    for start in range(0, len(kept) - frames + 1, frames):
        block = kept[start : start + frames]
        late_s = rng.uniform(0.0, 0.0003) + (rng.exponential(jitter_s) if rng.random() < stalls else 0.0)
        came = ZERO_S + (block[-1] + 1) / rate_hz + late_s
        blocks.append(sound[:, block])
        came_s.append(max(came, came_s[-1]) if came_s else came)
    return in_time(blocks, came_s, RATE_HZ)


def clicks_of(heard: HeardSound) -> list[float]:
    """When each click was heard, in seconds from the beginning."""
    frames = np.flatnonzero(heard.samples[0] > 0.5)
    return [float(heard.zero_s + frame / heard.rate_hz - ZERO_S) for frame in frames]


@given(
    at_s=st.lists(st.integers(2, 14).map(lambda halves: halves / 2), min_size=1, max_size=4, unique=True),
    lost_ms=st.floats(1.0, 80.0),
    frames=st.sampled_from([64, 256, 480]),
    seed=st.integers(0, 99),
)
def test_after_a_loss_everything_is_where_it_was(
    at_s: list[float], lost_ms: float, frames: int, seed: int
) -> None:
    losses = dict.fromkeys(at_s, lost_ms / 1000)
    clicks_s = [0.5, 1.2, 1.8, 3.3, 5.75, 7.7]
    heard = recorded(clicks_s, losses=losses, frames=frames, seed=seed)
    assert clicks_of(heard) == pytest.approx(clicks_s, abs=0.0015)
    assert heard.lost_s == pytest.approx(len(losses) * lost_ms / 1000, abs=0.002)


@given(jitter_ms=st.floats(0.0, 10.0), frames=st.sampled_from([64, 480, 1024]), seed=st.integers(0, 99))
def test_blocks_that_are_late_are_no_loss(jitter_ms: float, frames: int, seed: int) -> None:
    heard = recorded([0.5, 7.5], jitter_s=jitter_ms / 1000, frames=frames, seed=seed)
    assert (heard.lost_s, heard.rate_hz) == (0.0, RATE_HZ)
    assert clicks_of(heard) == pytest.approx([0.5, 7.5], abs=0.001)


@pytest.mark.parametrize("faster", [80e-6, -80e-6])
def test_a_device_that_drifts_is_followed(faster: float) -> None:
    clicks_s = [1.0, 60.0, 119.0]
    heard = recorded(clicks_s, lasts_s=120.0, faster=faster)
    assert heard.rate_hz == pytest.approx(RATE_HZ * (1 + faster), abs=0.2)
    assert clicks_of(heard) == pytest.approx(clicks_s, abs=0.001)
    assert heard.lost_s == 0.0


def test_a_loss_is_told_from_a_drift() -> None:
    clicks_s = [1.0, 30.0, 59.0]
    heard = recorded(clicks_s, lasts_s=60.0, faster=80e-6, losses={20.0: 0.03})
    assert clicks_of(heard) == pytest.approx(clicks_s, abs=0.0015)
    assert heard.lost_s == pytest.approx(0.03, abs=0.001)


@pytest.mark.filterwarnings("error")
def test_where_something_is_lost_every_second_no_drift_is_told() -> None:
    clicks_s = [0.5, 12.3, 24.3]
    heard = recorded(clicks_s, lasts_s=25.0, losses={at + 0.7: 0.002 for at in range(24)})
    assert heard.rate_hz == RATE_HZ
    assert clicks_of(heard) == pytest.approx(clicks_s, abs=0.0015)


def test_a_stretch_is_cut_out_where_it_was_heard() -> None:
    heard = recorded([2.0], frames=64)
    stretch = heard.between(ZERO_S + 1.9, ZERO_S + 2.1)
    assert stretch.shape[1] == pytest.approx(0.2 * RATE_HZ, abs=1)
    assert int(np.argmax(stretch[0])) == pytest.approx(0.1 * RATE_HZ, abs=10)
    assert heard.between(0.0, ZERO_S - 1).shape[1] == 0
