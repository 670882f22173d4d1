"""Wheels and pedals, as our own instruments obey them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.host import controls
from daw_bridge.host.controls import (
    EXPRESSION,
    MOD_WHEEL,
    PEDAL_DOWN,
    SUSTAIN,
    Steps,
    bend_steps,
    express,
    mod_steps,
    sustained,
)

RATE_HZ = 1000

notes = st.builds(
    lambda onset_ms, pitch, length_ms: Note(onset_ms / 1000, pitch, (onset_ms + length_ms) / 1000),
    st.integers(0, 1500),
    st.integers(60, 63),
    st.integers(1, 800),
)
pedal = st.builds(
    lambda time_ms, value: Controller(time_ms / 1000, SUSTAIN, value),
    st.integers(0, 2000),
    st.integers(0, 127),
)
moves = st.lists(st.tuples(st.integers(-50, 250), st.floats(-24, 24, width=32)), max_size=8)


def is_down(part: Part, time_s: float) -> bool:
    """Where the pedal stands just after `time_s`."""
    values = [move.value for move in part.controllers if move.number == SUSTAIN and move.time_s <= time_s]
    return bool(values) and values[-1] >= PEDAL_DOWN


@given(st.lists(notes, max_size=12), st.lists(pedal, max_size=8))
def test_the_pedal_only_lengthens_and_lets_go_when_it_comes_up(
    played: list[Note], pressed: list[Controller]
) -> None:
    part = Part(tuple(played), 2.0, controllers=tuple(pressed))
    held = sustained(part)
    assert held.controllers == part.controllers
    assert len(held.notes) == len(part.notes)
    ends: dict[tuple[float, int], list[float]] = {}
    for note in held.notes:
        ends.setdefault((note.onset_s, note.pitch), []).append(note.offset_s)
    for note in part.notes:
        offset_s = max(ends[note.onset_s, note.pitch])
        assert offset_s >= note.offset_s
        if not is_down(part, note.offset_s):
            assert note.offset_s in ends[note.onset_s, note.pitch]
    for note in held.notes:
        if note in part.notes:
            continue
        struck_again = any(o.pitch == note.pitch and o.onset_s == note.offset_s for o in part.notes)
        ended = note.offset_s == max(part.duration_s, part.end_s)
        came_up = any(  # perhaps to go down again at once
            move.time_s == note.offset_s and move.number == SUSTAIN and move.value < PEDAL_DOWN
            for move in part.controllers
        )
        assert struck_again or ended or came_up


def test_the_pedal_holds_what_is_let_go_while_it_is_down() -> None:
    part = Part(
        (Note(0.0, 60, 0.5), Note(0.0, 64, 1.5), Note(0.6, 60, 0.8), Note(1.2, 67, 1.3), Note(1.8, 72, 1.9)),
        3.0,
        controllers=(
            Controller(0.2, SUSTAIN, 127),
            Controller(1.0, SUSTAIN, 0),
            Controller(1.85, SUSTAIN, 64),
        ),
    )
    offsets_s = {(note.onset_s, note.pitch): note.offset_s for note in sustained(part).notes}
    assert offsets_s == {(0.0, 60): 0.6, (0.0, 64): 1.5, (0.6, 60): 1.0, (1.2, 67): 1.3, (1.8, 72): 3.0}


@given(moves, st.integers(0, 100), st.integers(0, 100))
def test_a_curve_stands_where_it_was_last_put(put: list[tuple[int, float]], start: int, length: int) -> None:
    put.sort(key=lambda move: move[0])
    steps = Steps.of(((frame / RATE_HZ, value) for frame, value in put), RATE_HZ, initial=0.5)
    curve = steps.between(start, start + length)
    expected = [
        next((value for frame, value in reversed(put) if frame <= now), 0.5)
        for now in range(start, start + length)
    ]
    assert curve.tolist() == expected


def test_wheels_are_curves_over_frames() -> None:
    part = Part(
        (), 1.0, (Bend(0.002, 1.5),), (Controller(0.001, MOD_WHEEL, 127), Controller(0.002, SUSTAIN, 5))
    )
    assert bend_steps(part, RATE_HZ).between(0, 4).tolist() == [0.0, 0.0, 1.5, 1.5]
    assert mod_steps(part, RATE_HZ).between(0, 3).tolist() == [0.0, 1.0, 1.0]


def test_the_expression_pedal_glides_from_level_to_level(monkeypatch: pytest.MonkeyPatch) -> None:
    part = Part((), 1.0, controllers=(Controller(0.1, EXPRESSION, 64), Controller(0.3, EXPRESSION, 127)))
    sound = np.ones((2, 500), np.float32)
    express(sound, part, RATE_HZ)
    low = (64 / 127) ** 2
    assert sound[0, [0, 100]].tolist() == [1.0, 1.0]
    assert sound[0, [105, 299, 300]] == pytest.approx(low)
    assert sound[1, [305, 499]].tolist() == [1.0, 1.0]
    assert np.abs(np.diff(sound)).max() < 0.16
    monkeypatch.setattr(controls, "GAIN_BLOCK_FRAMES", 64)
    in_blocks = np.ones((2, 500), np.float32)
    express(in_blocks, part, RATE_HZ)
    assert np.array_equal(sound, in_blocks)


def test_a_pedal_that_is_put_down_at_the_beginning_does_not_glide() -> None:
    sound = np.ones((1, 10), np.float32)
    express(sound, Part((), 0.01, controllers=(Controller(0.0, EXPRESSION, 0),)), RATE_HZ)
    assert not sound.any()
