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
from tests.measure import spectrum

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


def power_of(sound: Samples) -> Samples:
    """Mean square in windows of 100 ms."""
    window = RATE_HZ // 10
    whole = sound.shape[1] // window * window
    return np.asarray((sound[0, :whole].reshape(-1, window) ** 2).mean(axis=1))


def strongest_hz(sound: Samples, start_s: float, end_s: float) -> float:
    frequencies, amplitudes = spectrum(sound[0, round(start_s * RATE_HZ) : round(end_s * RATE_HZ)], RATE_HZ)
    return float(frequencies[np.argmax(amplitudes)])


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
        (Bend(0.5, 1.0), Bend(1.3, -2.0), Bend(3.0, 0.0)),
    )
    whole = play(instrument, part)
    monkeypatch.setattr(faust, "STRETCH_S", 1.0)
    in_stretches = play(instrument, part)
    assert whole.shape == in_stretches.shape
    expected, measured = (power_of(sound) for sound in (whole, in_stretches))
    assert expected.max() > 0.01
    # Oscillators run freely, so that phases differ and beats with them; levels and lengths do not.
    assert np.abs(measured - expected).max() < 0.1 * expected.max()
    assert np.array_equal(expected == 0, measured == 0)
    for start_s, end_s in ((0.5, 1.3), (1.3, 2.4), (3.0, 3.8)):  # bends and notes held over boundaries
        there, here = (strongest_hz(sound, start_s, end_s) for sound in (whole, in_stretches))
        assert here == pytest.approx(there, rel=0.01)


def test_no_notes_are_silence_however_long(
    instrument: FaustInstrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faust, "STRETCH_S", 1.0)
    assert np.abs(play(instrument, Part((), 5.0))).max() == 0.0
