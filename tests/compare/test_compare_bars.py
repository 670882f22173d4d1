"""A bounce beside a rendering of its part: bars that differ are named, other instruments are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from daw_bridge.compare import BarAgreement, compare, worth_a_look
from daw_bridge.core.audio import AudioClip
from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.notes import Note
from daw_bridge.core.timing import TempoMap
from tests.transcribe.tones import play

GRID = Grid.constant(120.0).placed(64.0)
BARS, BAR_S = 8, 2.0
CHORDS = ((57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62))
PLAYED = tuple(
    Note(BAR_S * bar + 0.5 * beat, pitch, BAR_S * bar + 0.5 * beat + 0.45)
    for bar in range(BARS)
    for beat in range(4)
    for pitch in (CHORDS[bar % 4] if beat % 2 == 0 else CHORDS[bar % 4][1:2])
)
BOUNCE = play(PLAYED, BARS * BAR_S).clip


def sines(notes: tuple[Note, ...], duration_s: float = BARS * BAR_S, rate_hz: int = 44_100) -> AudioClip:
    """Another instrument at another rate, and much softer: no partials, and it rings on."""
    samples = np.zeros(round(duration_s * rate_hz))
    for note in notes:
        start = round(note.onset_s * rate_hz)
        times_s = np.arange(min(rate_hz, len(samples) - start)) / rate_hz
        hz = 440.0 * 2 ** ((note.pitch - 69) / 12)
        samples[start : start + len(times_s)] += (
            0.01 * np.sin(2 * np.pi * hz * times_s) * np.exp(-6 * times_s)
        )
    return AudioClip(samples.astype(np.float32)[None], rate_hz)


def in_bar(note: Note, bar: int) -> bool:
    return int(note.onset_s / BAR_S) == bar


def named(notes: tuple[Note, ...]) -> list[int]:
    return [bar.bar for bar in worth_a_look(compare(BOUNCE, sines(notes), GRID))]


def test_a_clip_agrees_with_itself_in_every_bar() -> None:
    bars = compare(BOUNCE, BOUNCE, GRID)
    assert [bar.bar for bar in bars] == list(range(17, 25))
    assert all(bar.score == pytest.approx(1.0) for bar in bars)
    assert worth_a_look(bars) == ()


def test_another_instrument_is_no_damage() -> None:
    assert named(PLAYED) == []
    assert all(bar.score > 0.5 for bar in compare(BOUNCE, sines(PLAYED), GRID))


def test_bars_with_wrong_missing_and_moved_notes_are_named() -> None:
    wrong = tuple(replace(n, pitch=n.pitch + 1) if in_bar(n, 2) else n for n in PLAYED)
    assert named(wrong) == [19]
    missing = tuple(n for n in PLAYED if not (in_bar(n, 5) and n.pitch != 60))
    assert named(missing) == [22]
    moved = tuple(
        replace(n, onset_s=n.onset_s + 0.2, offset_s=n.offset_s + 0.2) if in_bar(n, 6) else n for n in PLAYED
    )
    assert 23 in named(moved)


def test_silence_agrees_with_silence_alone() -> None:
    silent = AudioClip(np.zeros((2, 4 * 44_100), np.float32), 44_100)
    half = sines(tuple(note for note in PLAYED if note.onset_s < 2.0), 4.0)
    assert [bar.score for bar in compare(silent, silent, GRID)] == [1.0, 1.0]
    first, second = compare(half, silent, GRID)
    assert first.score == 0.0
    assert second.score < 1.0  # the first bar rings on into it
    assert compare(AudioClip(np.zeros((1, 0), np.float32), 44_100), silent, GRID) == ()


def test_a_rendering_may_ring_on_or_end_early() -> None:
    longer = sines(PLAYED, BARS * BAR_S + 3.0)
    assert len(compare(BOUNCE, longer, GRID)) == BARS
    shorter = AudioClip(longer.samples[:, : 44_100 * 8], 44_100)
    bars = compare(BOUNCE, shorter, GRID)
    assert [bar.score > 0.5 for bar in bars] == [True] * 4 + [False] * 4


def test_a_last_bar_of_which_little_sounds_is_not_judged() -> None:
    for sounding, judged in ((0.4, 4), (0.6, 5)):
        frames = round((4 + sounding) * BAR_S * BOUNCE.rate_hz)
        assert len(compare(AudioClip(BOUNCE.samples[:, :frames], BOUNCE.rate_hz), BOUNCE, GRID)) == judged


def test_bars_follow_meter_and_place() -> None:
    meters = Meters((MeterChange(0.0, TimeSignature(3, 4)), MeterChange(6.0, TimeSignature(7, 8))))
    grid = Grid(TempoMap.constant(120.0), meters).placed(1.0)
    # 16 s at 120 BPM are 32 beats: two of the first bar, a bar of three, then bars of three and a half.
    assert [bar.bar for bar in compare(BOUNCE, BOUNCE, grid)] == list(range(1, 11))


def test_a_bar_is_measured_by_the_takes_usual_bar() -> None:
    bars = [
        BarAgreement(bar, score, score) for bar, score in enumerate((0.5, 0.48, 0.52, 0.3, 0.42), start=1)
    ]
    assert [bar.bar for bar in worth_a_look(bars)] == [4, 5]
