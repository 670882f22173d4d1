"""A ping is found in what is heard, and only a ping."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.audio import Samples
from daw_bridge.live.ping import FAINTEST, Latency, latency_of, onset_s, ping_program
from daw_bridge.live.program import Patch, program_of
from tests.live.test_live_player import E, note, song

RATE_HZ = 44_100


def sound(begins_s: float, *, gain: float, hz: float = 220.0, noise: float = 0.0) -> tuple[Samples, Samples]:
    """(before, after): noise, and in it a tone from then on."""
    rng = np.random.default_rng(1)
    time_s = np.arange(RATE_HZ) / RATE_HZ - begins_s
    tone = np.where(time_s >= 0, gain * np.sin(2 * np.pi * hz * time_s), 0.0)
    hiss = rng.uniform(-noise, noise, (2, 2 * RATE_HZ))
    return hiss[:, RATE_HZ:].astype(np.float32), (hiss[:, :RATE_HZ] + tone).astype(np.float32)


@given(
    begins_s=st.floats(0.0, 0.8),
    gain=st.floats(0.02, 1.0),
    hz=st.floats(60.0, 2000.0),
    noise=st.floats(0.0, 0.0003),
)
def test_a_ping_is_found_where_it_begins(begins_s: float, gain: float, hz: float, noise: float) -> None:
    before, after = sound(begins_s, gain=gain, hz=hz, noise=noise)
    assert onset_s(before, after, RATE_HZ) == pytest.approx(begins_s, abs=0.0005)


def test_one_side_is_enough() -> None:
    before, after = sound(0.1, gain=0.5)
    after[0] = 0.0
    assert onset_s(before, after, RATE_HZ) == pytest.approx(0.1, abs=0.0005)


@pytest.mark.parametrize(("gain", "noise"), [(0.0, 0.0), (0.0, 0.2), (0.9 * FAINTEST, 0.0)])
def test_noise_and_next_to_nothing_are_no_ping(gain: float, noise: float) -> None:
    assert onset_s(*sound(0.1, gain=gain, noise=noise), RATE_HZ) is None


def test_the_latency_is_the_middle_one_and_one_that_wanders_is_told() -> None:
    steady = latency_of([0.0121, 0.0120, 0.0123])
    assert (steady.latency_s, steady.warnings) == (0.0121, ())
    wandering = latency_of([0.012, 0.020, 0.013])
    assert wandering.latency_s == 0.013
    assert wandering.warnings == ("The latency wanders: its pings lay 8 ms apart, and so may notes.",)
    assert Latency(0.01).warnings == ()


def test_a_ping_is_the_parts_first_note_on_its_patch() -> None:
    program = program_of(song(*note(2.5, E), *note(4, 72)), channel=3, patch=Patch(program=12))
    ping = ping_program(program)
    assert ping.first == ((0xC2, 11),)
    assert ping.messages == ((0x92, E, 127), (0x82, E, 64))
    assert ping.length_beats > ping.beats[-1]
