"""A part's picture: notes where they sound and as sure as they are, over the bounce, in its bars."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from PIL import Image

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.envelope import Envelope, envelope
from daw_bridge.core.grid import Grid, PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.deliver.picture import WIDTH, keys_of, picture_png
from daw_bridge.deliver.roll import BAR_LINE, BEAT_LINE, INK, PAPER, WAVE, Roll, shade
from tests.edit.parts import grids, parts

Pixels = npt.NDArray[np.uint8]

STEADY = Grid.constant(120.0).placed(64.0)
PLAYED = Part((Note(0.3, 60, 1.2, 100, 1.0), Note(1.3, 64, 1.7, 100, 0.1), Note(3.0, 67, 3.9, 100, 0.6)), 4.0)
ROLL = Roll(STEADY, 0.0, 4.0, 55, 72, left=60, top=30, width=800, lane=12)


def drawn(part: Part = PLAYED, sound: Envelope | None = None, roll: Roll = ROLL) -> Pixels:
    image = Image.new("RGB", (roll.left + roll.width + 10, roll.bottom + 10), PAPER)
    roll.draw(image, part.notes, sound)
    return np.asarray(image)


def opened(part: Part, grid: PlacedGrid = STEADY) -> Image.Image:
    image = Image.open(io.BytesIO(picture_png(part, grid, None, title="bass")))
    image.load()
    return image


def test_each_note_stands_where_it_sounds_and_is_as_bright_as_it_is_sure() -> None:
    pixels = drawn()
    for note in PLAYED.notes:
        y = ROLL.y(note.pitch) + 2
        for time_s in (note.onset_s + 0.04, note.offset_s - 0.04):
            assert tuple(pixels[y, round(ROLL.x(time_s))]) == shade(note.confidence)
        for time_s in (note.onset_s - 0.03, note.offset_s + 0.03):
            assert tuple(pixels[y, round(ROLL.x(time_s))]) != shade(note.confidence)
    brightness = [sum(shade(confidence)) for confidence in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert brightness == sorted(brightness)


def test_bars_are_numbered_as_the_session_counts_them_and_beats_are_lines() -> None:
    pixels = drawn(Part((), 4.0))
    bars = [x for x in range(ROLL.left, ROLL.left + ROLL.width) if tuple(pixels[ROLL.top, x]) == BAR_LINE]
    beats = [x for x in range(ROLL.left, ROLL.left + ROLL.width) if tuple(pixels[ROLL.top, x]) == BEAT_LINE]
    assert bars == [round(ROLL.x(time_s)) for time_s in (0.0, 2.0)]
    assert beats == [round(ROLL.x(time_s)) for time_s in (0.5, 1.0, 1.5, 2.5, 3.0, 3.5)]
    above = pixels[: ROLL.top, ROLL.left :].max(axis=(0, 2)) > 200
    assert above[:30].any() and above[400:430].any() and not above[30:400].any()
    later = drawn(
        Part((), 4.0), roll=Roll(Grid.constant(120.0).placed(0.0), 0.0, 4.0, 55, 72, 60, 30, 800, 12)
    )
    assert (later[: ROLL.top] != pixels[: ROLL.top]).any()


def test_the_waveform_lies_behind_as_high_as_it_is_loud() -> None:
    samples = np.zeros((1, 4000), np.float32)
    samples[0, 1000:2000:2], samples[0, 1001:2000:2] = 0.5, -0.5
    samples[0, 3000:4000:2], samples[0, 3001:4000:2] = 0.25, -0.25
    pixels = drawn(Part((), 4.0), envelope(AudioClip(samples, 1000)))
    heights = [
        int((pixels[ROLL.top : ROLL.bottom, round(ROLL.x(time_s))] == WAVE).all(axis=1).sum())
        for time_s in (0.7, 1.7, 2.7, 3.7)
    ]
    assert heights[0] == 0 and heights[2] <= 1
    assert heights[1] == pytest.approx(0.94 * ROLL.height, abs=3)
    assert heights[3] == pytest.approx(heights[1] / 2, abs=3)


def test_keys_are_named() -> None:
    names = drawn()[:, : ROLL.left - 20]
    octave, other = (names[ROLL.y(pitch) : ROLL.y(pitch) + 12].max() for pitch in (60, 64))
    rows = {pitch for pitch in range(55, 73) if (names[ROLL.y(pitch) : ROLL.y(pitch) + 12] > 120).any()}
    assert {60, 72, 57, 64} <= rows
    assert octave > max(INK) - 8 > other


@pytest.mark.parametrize(("duration_s", "highest"), [(30.0, 700), (300.0, 3000), (3600.0, 3000)])
def test_a_picture_is_bounded_however_long_the_part(duration_s: float, highest: int) -> None:
    notes = tuple(
        Note(0.5 * k, 21 + (7 * k) % 88, 0.5 * k + 0.4, 90, (k % 10) / 10) for k in range(int(duration_s * 2))
    )
    png = picture_png(Part(notes, duration_s), STEADY, None, title="long")
    assert len(png) < 1_500_000
    image = Image.open(io.BytesIO(png))
    assert image.width == WIDTH and image.height < highest
    assert png == picture_png(Part(notes, duration_s), STEADY, None, title="long")


@settings(max_examples=15, deadline=None)
@given(parts, grids)
def test_every_part_has_a_picture(part: Part, grid: PlacedGrid) -> None:
    image = opened(part, grid)
    assert image.width == WIDTH
    lowest, highest = keys_of(part)
    assert 0 <= lowest <= highest - 17 and highest <= 127
    assert all(lowest <= note.pitch <= highest for note in part.notes)
