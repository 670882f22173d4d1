"""Two readers that know nothing of each other find the same events at the same ticks in our files."""

from __future__ import annotations

import io

import mido
import numpy as np
import pytest

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.core.timing import Curve, TempoChange, TempoMap
from daw_bridge.deliver.midi import midi_bytes
from tests.deliver.second_reader import rows_by_midicsv, rows_by_mido

pytestmark = pytest.mark.real

CHANGING = Grid(
    TempoMap(
        (
            TempoChange(0, 97),
            TempoChange(14, 97, Curve.IN_BEATS),
            TempoChange(28, 141.5, Curve.IN_TIME),
            TempoChange(42, 60),
        )
    ),
    Meters((MeterChange(0, TimeSignature(7, 8)), MeterChange(28, TimeSignature(15, 16)))),
)


def random_part(seed: int) -> Part:
    """Ten seconds of everything that a part can hold."""
    rng = np.random.default_rng(seed)
    onsets = rng.uniform(0, 9, 300)
    return Part(
        tuple(
            Note(t, int(rng.integers(40, 60)), t + rng.uniform(0.001, 1), int(rng.integers(1, 128)))
            for t in onsets
        ),
        10.0,
        tuple(Bend(t, float(rng.uniform(-3, 3))) for t in rng.uniform(0, 10, 50)),
        tuple(
            Controller(t, int(rng.choice([1, 11, 64])), int(rng.integers(0, 128)))
            for t in rng.uniform(0, 10, 50)
        ),
    )


@pytest.mark.parametrize("start_beat", [0.0, 14.0, 15.25])
@pytest.mark.parametrize("grid", [Grid.constant(97, TimeSignature(7, 8)), CHANGING])
def test_both_find_every_event_at_its_tick(grid: Grid, start_beat: float) -> None:
    content = midi_bytes(random_part(seed=3), grid.placed(start_beat), track_name='Bäss, "slapped" ♭')
    rows = rows_by_midicsv(content)
    assert rows == rows_by_mido(mido.MidiFile(file=io.BytesIO(content), charset="utf-8"))
    kinds = {row[2] for row in rows}
    assert {"Note_on_c", "Note_off_c", "Pitch_bend_c", "Control_c", "Tempo", "Time_signature"} <= kinds
