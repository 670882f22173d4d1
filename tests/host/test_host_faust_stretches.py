"""A long part is played in stretches, and sounds as if it were played in one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.audio import Samples
from daw_bridge.core.notes import Bend, Note, Part
from daw_bridge.host.protocol import InstrumentSetup
from daw_bridge.host.worker import faust
from daw_bridge.host.worker.faust import FaustInstrument
from daw_bridge.host.worker.instrument import Performance
from tests.measure import key_hz, pitch_error_cents

RATE_HZ = 44_100
PLAIN = Path(__file__).parent / "faust" / "plain.dsp"


@pytest.fixture(scope="module")
def instrument() -> FaustInstrument:
    plain = FaustInstrument(PLAIN, "faust: plain", RATE_HZ, lambda plugin, activity, allowance_s=0.0: None)
    plain.configure(InstrumentSetup("faust", str(PLAIN), "faust: plain", None, None, None, {}))
    return plain


def play(instrument: FaustInstrument, part: Part) -> Samples:
    frames = round(part.duration_s * RATE_HZ)
    return instrument.play(Performance(part, 1, RATE_HZ, frames, RATE_HZ))


def test_stretches_ring_into_one_another(
    instrument: FaustInstrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = Part(
        (
            Note(0.0, 48, 4.5),  # held over every boundary
            Note(0.3, 60, 1.4),  # over one
            Note(1.1, 64, 1.9),
            Note(2.5, 67, 2.9),
            Note(2.5, 72, 3.9),
            Note(4.2, 60, 4.6),
        ),
        5.0,
    )
    whole = play(instrument, part)
    monkeypatch.setattr(faust, "STRETCH_S", 1.0)
    in_stretches = play(instrument, part)
    assert whole.shape == in_stretches.shape
    assert np.abs(whole).max() > 0.1
    assert np.abs(in_stretches - whole).max() < 1e-6


def test_bends_are_where_they_are_in_every_stretch(
    instrument: FaustInstrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faust, "STRETCH_S", 1.0)
    notes = tuple(Note(second, 69, second + 0.9) for second in (0.0, 1.0, 2.0, 3.0, 4.0))
    sound = play(instrument, Part(notes, 5.0, (Bend(1.0, 1.0), Bend(2.5, -2.0), Bend(4.0, 0.0))))
    for start_s, end_s, semitones in ((0, 0.9, 0), (1, 1.9, 1), (2, 2.5, 1), (2.52, 2.9, -2), (4, 4.9, 0)):
        during = sound[0, round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
        assert abs(pitch_error_cents(during, RATE_HZ, key_hz(69 + semitones))) < 3


def test_no_notes_are_silence_however_long(
    instrument: FaustInstrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faust, "STRETCH_S", 1.0)
    assert np.abs(play(instrument, Part((), 5.0))).max() == 0.0
