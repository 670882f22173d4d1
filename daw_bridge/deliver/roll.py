"""A piano roll: notes over a waveform, on a grid of bars, beats and keys.

Times are the bounce's; lengths on the picture are in pixels, y downwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from operator import attrgetter

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from daw_bridge.core.envelope import Envelope
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, pitch_name

Colour = tuple[int, int, int]

PAPER: Colour = (17, 19, 26)
LANE: Colour = (27, 30, 40)
BLACK_LANE: Colour = (23, 25, 34)
OCTAVE_LINE: Colour = (44, 48, 62)
WAVE: Colour = (54, 66, 92)
BEAT_LINE: Colour = (38, 42, 55)
BAR_LINE: Colour = (78, 84, 104)
INK: Colour = (230, 232, 240)
FAINT: Colour = (140, 146, 166)
DARK_INK: Colour = (30, 24, 22)
WHITE_KEY: Colour = (214, 217, 226)
BLACK_KEY: Colour = (44, 47, 59)
SHADES: tuple[Colour, ...] = ((116, 104, 172), (190, 90, 132), (238, 124, 92), (255, 200, 112))
"""From a note that is hardly believed to one that is certain."""

KEYS_WIDTH = 46
"""Of the keyboard with its names, left of the roll."""
NUMBERS_HEIGHT = 20
"""Of the bar numbers, above it."""
BLACK = frozenset({1, 3, 6, 8, 10})
CLOSEST_BEATS, CLOSEST_BARS, CLOSEST_NUMBERS = 11.0, 12.0, 42.0
"""Lines and numbers that would stand closer are left out."""

Pixels = npt.NDArray[np.float32]


@cache
def font(size: float) -> ImageFont.FreeTypeFont:
    """Pillow's own typeface."""
    loaded = ImageFont.load_default(size)
    assert isinstance(loaded, ImageFont.FreeTypeFont)  # it is no bitmap where FreeType is built in
    return loaded


@dataclass(frozen=True)
class Roll:
    """From `start_s` to `end_s`, the keys `lowest` to `highest`, in a box of the picture."""

    grid: PlacedGrid
    start_s: float
    end_s: float
    lowest: int
    highest: int
    left: int
    top: int
    width: int
    lane: int
    """The height of a key."""

    @property
    def height(self) -> int:
        """Of all keys."""
        return (self.highest - self.lowest + 1) * self.lane

    @property
    def bottom(self) -> int:
        """Below the lowest key."""
        return self.top + self.height

    def x(self, time_s: float) -> float:
        """Where a time lies."""
        return self.left + (time_s - self.start_s) / (self.end_s - self.start_s) * self.width

    def y(self, pitch: int) -> int:
        """The upper edge of a key."""
        return self.top + (self.highest - pitch) * self.lane

    def draw(
        self,
        image: Image.Image,
        notes: Sequence[Note],
        envelope: Envelope | None = None,
        shade_of: Callable[[Note], float] = attrgetter("confidence"),
    ) -> None:
        """All of it; notes that sound at no time between start and end are left out."""
        image.paste(self._ground(envelope), (self.left, self.top))
        draw = ImageDraw.Draw(image)
        self._draw_grid(draw)
        self._draw_keys(draw)
        shown = (note for note in notes if note.offset_s > self.start_s and note.onset_s < self.end_s)
        for note in sorted(shown, key=shade_of):
            self._draw_note(draw, note, shade_of(note))

    def _ground(self, envelope: Envelope | None) -> Image.Image:
        """The lanes of the keys, and the waveform over all of them."""
        lanes = np.array(
            [
                BLACK_LANE if pitch % 12 in BLACK else LANE
                for pitch in range(self.highest, self.lowest - 1, -1)
            ],
            np.float32,
        )
        ground = np.repeat(np.repeat(lanes, self.lane, axis=0)[:, None], self.width, axis=1)
        for pitch in range(self.lowest + 1, self.highest + 1):
            if pitch % 12 == 0:
                ground[self.y(pitch) + self.lane - self.top - 1] = OCTAVE_LINE
        if envelope is not None:
            share = self._wave(envelope)[:, :, None]
            ground += share * (np.array(WAVE, np.float32) - ground)
        return Image.fromarray(np.rint(ground).astype(np.uint8))

    def _wave(self, envelope: Envelope) -> Pixels:
        """How much of each pixel the waveform covers, 0 to 1. The loudest moment fills the height."""
        edges_s = np.linspace(self.start_s, self.end_s, self.width + 1)
        lows, highs = envelope.between(edges_s)
        loudest = max(float(np.abs(envelope.swing).max(initial=0.0)), 1e-6)
        middle, half = self.height / 2, self.height / 2 * 0.94 / loudest
        uppers, lowers = middle - np.maximum(highs, 0.0) * half, middle - np.minimum(lows, 0.0) * half
        rows = np.arange(self.height, dtype=np.float32)[:, None]
        covered = np.clip(np.minimum(rows + 1, lowers) - np.maximum(rows, uppers), 0.0, 1.0)
        return np.asarray(covered, np.float32)

    def _draw_grid(self, draw: ImageDraw.ImageDraw) -> None:
        bars = list(self._bars())
        per_bar = self.width / max(len(bars) - 1, 1)
        shown = _step(CLOSEST_BARS / per_bar)
        numbered = max(_step(CLOSEST_NUMBERS / per_bar), shown)
        for bar, beats in bars:
            number = bar + self.grid.bar - 1
            if len(beats) > 1 and per_bar / len(beats) >= CLOSEST_BEATS:
                for beat in beats[1:]:
                    self._draw_line(draw, beat, BEAT_LINE)
            if (number - 1) % shown == 0:
                self._draw_line(draw, beats[0], BAR_LINE)
            x, digits = round(self.x(self.grid.time_at(beats[0]))), str(number)
            if (number - 1) % numbered == 0 and self.left <= x <= self.left + self.width - 8 * len(digits):
                draw.text((x, self.top - 5), digits, INK, font(13), anchor="ls")

    def _bars(self) -> Iterator[tuple[int, list[float]]]:
        """The bars that are shown, and a few beats about them: each bar's lines in beats, its own first."""
        meters = self.grid.meters
        first, last = (meters.bar_at(self.grid.beat_at(time_s)) for time_s in (self.start_s, self.end_s))
        for bar in range(first, last + 1):
            start, end = meters.start_of(bar), meters.start_of(bar + 1)
            unit = 4 / meters.time_signature_at(start).denominator
            yield bar, [start + k * unit for k in range(max(math.ceil((end - start) / unit - 1e-6), 1))]

    def _draw_line(self, draw: ImageDraw.ImageDraw, beat: float, colour: Colour) -> None:
        x = round(self.x(self.grid.time_at(beat)))
        if self.left <= x <= self.left + self.width:
            draw.line([(x, self.top), (x, self.bottom - 1)], colour)

    def _draw_keys(self, draw: ImageDraw.ImageDraw) -> None:
        """A keyboard, and the names of as many keys as there is room for."""
        right, left = self.left - 3, self.left - 17
        draw.rectangle([(left, self.top), (right, self.bottom - 1)], WHITE_KEY)
        for pitch in range(self.lowest, self.highest + 1):
            y = self.y(pitch)
            if pitch % 12 in BLACK:
                draw.rectangle([(left, y), (right - 4, y + self.lane - 1)], BLACK_KEY)
            elif pitch % 12 in (0, 5) and self.lane > 3:
                draw.line([(left, y + self.lane - 1), (right, y + self.lane - 1)], FAINT)
        for pitch in self._named_keys:
            colour, middle = (INK if pitch % 12 == 0 else FAINT), self.y(pitch) + self.lane / 2
            draw.text((left - 5, middle), pitch_name(pitch), colour, font(self._name_size), anchor="rm")

    @property
    def _name_size(self) -> int:
        return min(max(self.lane, 11), 13)

    @cached_property
    def _named_keys(self) -> list[int]:
        """Each white key, or each C, or every second C."""
        keys = range(self.lowest, self.highest + 1)
        if self.lane >= 12:
            return [pitch for pitch in keys if pitch % 12 not in BLACK]
        octaves = [pitch for pitch in keys if pitch % 12 == 0]
        return octaves if self.lane >= 2 else octaves[::2]

    def _draw_note(self, draw: ImageDraw.ImageDraw, note: Note, brightness: float) -> None:
        left, right = max(self.x(note.onset_s), self.left), min(self.x(note.offset_s), self.left + self.width)
        gap = 1 if self.lane >= 4 else 0
        x, end = round(left), max(round(right) - 1, round(left) + 1)
        y, low = self.y(note.pitch) + gap, self.y(note.pitch) + self.lane - 1 - gap
        box = [(x, y), (end, max(low, y + 1))]
        fill = shade(brightness)
        if self.lane >= 7 and end - x >= 4:
            draw.rounded_rectangle(box, 2, fill)
        else:
            draw.rectangle(box, fill)
        name = pitch_name(note.pitch)
        if self.lane >= 12 and end - x >= 9 + 7 * len(name):
            ink = DARK_INK if brightness > 0.4 else INK
            draw.text((x + 5, (y + low) / 2 + 0.5), name, ink, font(min(self.lane - 3, 12)), anchor="lm")


def shade(brightness: float) -> Colour:
    """A colour from the first of `SHADES`, at 0, to the last, at 1."""
    place = min(max(brightness, 0.0), 1.0) * (len(SHADES) - 1)
    index = min(int(place), len(SHADES) - 2)
    first, second, share = SHADES[index], SHADES[index + 1], place - index
    red, green, blue = (round(a + share * (b - a)) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _step(wanted: float) -> int:
    """1, 2, 4, 8 and so on: the first that is not below `wanted`."""
    return 1 << math.ceil(math.log2(max(wanted, 1.0)))
