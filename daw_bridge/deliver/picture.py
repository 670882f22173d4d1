"""A picture of a part: its notes over the bounce's waveform, shaded by how sure they are.

A row holds so many bars that half a minute fills it; a longer part gets more rows, up to `MOST_ROWS`, and
then longer ones, so that the picture of an hour is no larger than that of five minutes.
"""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw

from daw_bridge.core.envelope import Envelope
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import HIGHEST_PITCH, LOWEST_PITCH, Part
from daw_bridge.deliver.roll import FAINT, INK, KEYS_WIDTH, NUMBERS_HEIGHT, PAPER, SHADES, Roll, font, shade

WIDTH = 1600
MARGIN, HEADER, GAP = 22, 50, 16
ROW_S = 34.0
"""A row shows about so much, while there are rows enough."""
MOST_ROWS = 12
ROW_HEIGHT, ONLY_ROW_HEIGHT = 200, 460
LANES = (2, 18)
"""The height of a key is between these."""
FEWEST_KEYS = 18


def picture_png(part: Part, grid: PlacedGrid, envelope: Envelope | None, *, title: str) -> bytes:
    """The picture as a PNG file, 1600 pixels wide and at most some 2400 high."""
    rolls = _laid_out(part, grid)
    image = Image.new("RGB", (WIDTH, rolls[-1].bottom + MARGIN), PAPER)
    _draw_header(ImageDraw.Draw(image), part, grid, title)
    for roll in rolls:
        roll.draw(image, part.notes, envelope)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=4)
    return file.getvalue()


def keys_of(part: Part, fewest: int = FEWEST_KEYS) -> tuple[int, int]:
    """The lowest and the highest key to show: two beyond those played, and `fewest` at least."""
    pitches = [note.pitch for note in part.notes] or [60]
    lowest, highest = min(pitches) - 2, max(pitches) + 2
    lowest -= max(fewest - (highest - lowest + 1), 0) // 2
    lowest = max(min(lowest, HIGHEST_PITCH + 1 - fewest), LOWEST_PITCH)
    return lowest, min(max(highest, lowest + fewest - 1), HIGHEST_PITCH)


def _laid_out(part: Part, grid: PlacedGrid) -> list[Roll]:
    """A roll for each row, of as many bars each as the others."""
    meters, end_s = grid.meters, max(part.duration_s, part.end_s, 0.1)
    bars = meters.bar_at(grid.beat_at(end_s) - 1e-3)
    rows = min(max(round(end_s / ROW_S), 1), MOST_ROWS, bars)
    bars_a_row = math.ceil(bars / rows)
    lowest, highest = keys_of(part)
    room = ONLY_ROW_HEIGHT if rows == 1 else ROW_HEIGHT
    lane = min(max(room // (highest - lowest + 1), LANES[0]), LANES[1])
    rolls: list[Roll] = []
    left, top = MARGIN + KEYS_WIDTH, HEADER + MARGIN
    for first in range(1, bars + 1, bars_a_row):
        start_s, row_end_s = (grid.time_at(meters.start_of(bar)) for bar in (first, first + bars_a_row))
        top += NUMBERS_HEIGHT
        rolls.append(Roll(grid, start_s, row_end_s, lowest, highest, left, top, WIDTH - MARGIN - left, lane))
        top = rolls[-1].bottom + GAP
    return rolls


def _draw_header(draw: ImageDraw.ImageDraw, part: Part, grid: PlacedGrid, title: str) -> None:
    baseline = MARGIN + 24
    draw.text((MARGIN, baseline), title, INK, font(26), anchor="ls")
    count = f"{len(part.notes):,}  note" + ("" if len(part.notes) == 1 else "s")
    about = (count, f"{grid.tempo.initial_bpm:g}  BPM", str(grid.meters.initial))
    right = WIDTH - MARGIN
    draw.text((right, baseline), "sure", FAINT, font(14), anchor="rs")
    right -= 38
    steps = 5 * (len(SHADES) - 1)
    for step in range(steps):
        x = right - 6 * (steps - step)
        draw.rectangle([(x, baseline - 11), (x + 5, baseline)], shade(step / (steps - 1)))
    right -= 6 * steps + 8
    draw.text((right, baseline), "doubtful", FAINT, font(14), anchor="rs")
    right -= 96
    for text in reversed(about):
        draw.text((right, baseline), text, FAINT, font(14), anchor="rs")
        right -= round(font(14).getlength(text)) + 22
