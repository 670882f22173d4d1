"""Our own clock: the part's tempo, in every round of a loop."""

from __future__ import annotations

import itertools
import math
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.timing import TempoChange, TempoMap
from daw_bridge.live.clocks import Internal
from daw_bridge.live.player import Player
from daw_bridge.live.program import Program

SLOWER = TempoMap((TempoChange(0.0, 120.0), TempoChange(4.0, 60.0)))
"""Four beats last 2 s, the next four 4 s."""


@st.composite
def stepped_maps(draw: st.DrawFn) -> TempoMap:
    """As MIDI files have them: without ramps."""
    gaps = draw(st.lists(st.floats(0.01, 16.0), max_size=6))
    beats = itertools.accumulate([0.0, *gaps])
    return TempoMap(tuple(TempoChange(beat, draw(st.floats(10.0, 999.0))) for beat in beats))


lengths = st.none() | st.floats(0.25, 64.0)


def test_every_round_of_a_loop_is_in_the_parts_own_tempo() -> None:
    clock = Internal(SLOWER, 8.0)
    assert [clock.time_at(beat) for beat in (0, 4, 8, 12, 16, 24, 28)] == [0, 2, 6, 8, 12, 18, 20]
    assert [clock.beat_at(time_s) for time_s in (0, 2, 6, 8, 12, 18, 20)] == [0, 4, 8, 12, 16, 24, 28]


def test_without_a_loop_the_last_tempo_stays() -> None:
    clock = Internal(SLOWER)
    assert [clock.time_at(beat) for beat in (-1, 4, 8, 16)] == [-0.5, 2, 6, 14]
    assert [clock.beat_at(time_s) for time_s in (-0.5, 2, 6, 14)] == [-1, 4, 8, 16]


@pytest.mark.parametrize(("time_s", "bpm"), [(-0.01, 120), (1, 120), (3, 60), (6.5, 120), (9, 60), (13, 120)])
def test_the_tempo_that_is_shown_is_the_rounds(
    monkeypatch: pytest.MonkeyPatch, time_s: float, bpm: float
) -> None:
    clock = Internal(SLOWER, 8.0)
    monkeypatch.setattr(time, "perf_counter", lambda: time_s)
    assert clock.tempo_bpm() == bpm


@given(stepped_maps(), lengths, st.floats(-10.0, 1000.0))
def test_beats_and_seconds_are_each_others_reverse(
    tempo: TempoMap, length: float | None, beat: float
) -> None:
    clock = Internal(tempo, length)
    assert math.isclose(clock.beat_at(clock.time_at(beat)), beat, rel_tol=1e-8, abs_tol=1e-7)


@given(stepped_maps(), lengths, st.lists(st.floats(-10.0, 1000.0), min_size=2))
def test_time_never_runs_backwards(tempo: TempoMap, length: float | None, beats: list[float]) -> None:
    clock = Internal(tempo, length)
    times_s = [clock.time_at(beat) for beat in sorted(beats)]
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(times_s))


@given(stepped_maps(), st.floats(0.25, 64.0), st.integers(1, 2000))
def test_a_rounds_end_is_the_next_ones_beginning(tempo: TempoMap, length: float, rounds: int) -> None:
    clock, added = Internal(tempo, length), sum(itertools.repeat(length, rounds))
    for beat in (rounds * length, added, math.nextafter(added, 0.0)):  # the player adds, and so rounds
        assert math.isclose(clock.time_at(beat), rounds * tempo.time_at(length), rel_tol=1e-9)


def test_the_player_keeps_the_tempo_from_round_to_round() -> None:
    """A beat of 60 ms, then one of 240 ms."""
    tempo = TempoMap((TempoChange(0.0, 999.0), TempoChange(1.0, 250.0)))
    program = Program((), (0.0, 0.5), ((0x90, 60, 100), (0x80, 60, 64)), 2.0, 4.0)
    begun_s: list[float] = []

    def send(message: object) -> None:
        if message == [0x90, 60, 100]:
            begun_s.append(time.perf_counter())
            if len(begun_s) == 5:
                player.ended.set()

    player = Player(send, Internal(tempo, 2.0))
    thread = threading.Thread(target=player.play, args=[program], kwargs={"loop": True})
    thread.start()
    thread.join(20)
    assert begun_s[4] - begun_s[0] == pytest.approx(4 * 0.3, rel=0.15)  # 1.74 in the last tempo alone
