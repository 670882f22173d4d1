"""Draws a spectrogram of every factory preset: `python -m tests.docs.pictures [PRESET...]`.

Each is of the phrase that fits the preset, all in one scale: 0 to 10 s, 30 Hz to 16 kHz in octaves of one
height, -84 to -24 dB from dark to bright; the outline of the waveform stands above.
`tests.docs.generate` writes the page that shows them, `docs/usage/sounds.md`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import pitch_name
from daw_bridge.host import Host
from tests.docs.generate import ROOT
from tests.docs.instruments import PICTURES
from tests.measure import Signal, key_hz, mono
from tests.tools.match_levels import factory_presets, play

DURATION_S = 10.0
LOWEST_HZ, HIGHEST_HZ = 30.0, 16_000.0
DARK_DB, BRIGHT_DB = -84.0, -24.0
WAVE_PEAK = 0.36
"""What fills the outline's height."""

WIDTH, HEIGHT, WAVE_HEIGHT = 420, 190, 32
"""Of the spectrogram and of the outline, in pixels."""
LEFT, RIGHT, TOP, GAP, BOTTOM = 34, 28, 5, 5, 19
"""Around and between them."""

CYCLES = 24
"""A window holds so many of the frequency that it measures: a quarter tone is told apart."""
WINDOWS = tuple(2**power for power in range(10, 15))

OCTAVES = range(24, 120, 12)
TICKS = (
    *((50, "50"), (100, "100"), (200, "200"), (500, "500")),
    *((1000, "1k"), (2000, "2k"), (5000, "5k"), (10_000, "10k")),
)
INK = (232, 228, 240)
FAINT = (150, 144, 170)
PAPER = (13, 12, 24)
SHADES = (
    (13, 12, 24),
    (44, 22, 84),
    (106, 31, 122),
    (178, 52, 108),
    (232, 96, 76),
    (250, 170, 90),
    (255, 246, 196),
)
COLOURS = 40


def picture(clip: AudioClip) -> Image.Image:
    """The sound as a picture with few colours."""
    frames = round(DURATION_S * clip.rate_hz)
    samples = np.pad(clip.samples, ((0, 0), (0, frames + WINDOWS[-1])))[:, : frames + WINDOWS[-1]]
    size = (LEFT + WIDTH + RIGHT, TOP + WAVE_HEIGHT + GAP + HEIGHT + BOTTOM)
    image = Image.new("RGB", size, PAPER)
    levels = spectrogram(mono(samples), clip.rate_hz)
    image.paste(_coloured(_with_grid(levels)), (LEFT, TOP + WAVE_HEIGHT + GAP))
    draw = ImageDraw.Draw(image)
    _draw_outline(draw, samples[:, :frames])
    _draw_axes(draw)
    return image.quantize(64, dither=Image.Dither.NONE)


def spectrogram(signal: Signal, rate_hz: float) -> Signal:
    """Levels in dB re a full-scale sine, [HEIGHT, WIDTH], the highest frequency first.

    The signal is longer than what is shown by the longest window, which looks past the edge.
    """
    rows_hz = np.geomspace(HIGHEST_HZ, LOWEST_HZ, HEIGHT)
    by_window = np.array([_levels(signal, rate_hz, frames, rows_hz) for frames in WINDOWS])
    wanted = np.log2(np.clip(CYCLES * rate_hz / rows_hz, WINDOWS[0], WINDOWS[-1]) / WINDOWS[0])
    below = np.minimum(wanted.astype(int), len(WINDOWS) - 2)
    part = (wanted - below)[:, None]
    rows = np.arange(HEIGHT)
    blended: Signal = (1 - part) * by_window[below, rows] + part * by_window[below + 1, rows]
    return blended


def _levels(signal: Signal, rate_hz: float, frames: int, rows_hz: Signal) -> Signal:
    """With one window: of each pixel the louder of two moments and the loudest of its frequencies."""
    window = np.hanning(frames)
    padded = np.pad(signal, frames // 2)
    starts = np.linspace(0, DURATION_S * rate_hz, 2 * WIDTH).astype(int)
    moments = np.stack([padded[start : start + frames] for start in starts]) * window
    amplitudes = np.abs(np.fft.rfft(moments, axis=1)) * 2.0 / window.sum()
    amplitudes = amplitudes.reshape(WIDTH, 2, -1).max(axis=1)
    bin_hz = rate_hz / frames
    half_row = (HIGHEST_HZ / LOWEST_HZ) ** (0.5 / (HEIGHT - 1))
    levels = np.empty((HEIGHT, WIDTH))
    for row, hz in enumerate(rows_hz):
        first, last = (round(edge / bin_hz) for edge in (hz / half_row, hz * half_row))
        if last > first + 1:
            levels[row] = amplitudes[:, first:last].max(axis=1)
        else:  # bins lie further apart than rows
            low = int(hz / bin_hz)
            near = hz / bin_hz - low
            levels[row] = (1 - near) * amplitudes[:, low] + near * amplitudes[:, low + 1]
    decibels: Signal = 20.0 * np.log10(levels + 1e-9)
    return decibels


def _with_grid(levels: Signal) -> Signal:
    """0 to 1, with a faint line on each C and each second second."""
    light = np.clip((levels - DARK_DB) / (BRIGHT_DB - DARK_DB), 0.0, 1.0)
    for row in (_row(key_hz(pitch)) for pitch in OCTAVES):
        light[row] = np.maximum(light[row], 0.18)
    for second in range(2, round(DURATION_S), 2):
        column = _column(second)
        light[:, column] = np.maximum(light[:, column], 0.12)
    return light


def _coloured(light: Signal) -> Image.Image:
    stops = np.linspace(0.0, 1.0, len(SHADES))
    steps = np.round(light * (COLOURS - 1)) / (COLOURS - 1)
    channels = [np.interp(steps, stops, [shade[channel] for shade in SHADES]) for channel in range(3)]
    return Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8))


def _draw_outline(draw: ImageDraw.ImageDraw, samples: Signal) -> None:
    middle = TOP + WAVE_HEIGHT / 2
    highest = np.array([part.max() for part in np.array_split(samples.max(axis=0), WIDTH)])
    lowest = np.array([part.min() for part in np.array_split(samples.min(axis=0), WIDTH)])
    half = WAVE_HEIGHT / 2 / WAVE_PEAK
    for column, (high, low) in enumerate(zip(highest, lowest, strict=True)):
        ends = (max(TOP, middle - high * half), min(TOP + WAVE_HEIGHT, middle - low * half))
        draw.line([(LEFT + column, round(ends[0])), (LEFT + column, round(ends[1]))], fill=SHADES[4])


def _draw_axes(draw: ImageDraw.ImageDraw) -> None:
    font = ImageFont.load_default(size=11)
    top, bottom = TOP + WAVE_HEIGHT + GAP, TOP + WAVE_HEIGHT + GAP + HEIGHT
    for hz, label in TICKS:
        y = top + _row(hz)
        draw.line([(LEFT - 4, y), (LEFT - 2, y)], fill=INK)
        draw.text((LEFT - 6, y), label, fill=INK, font=font, anchor="rm")
    for pitch in OCTAVES:
        y = top + _row(key_hz(pitch))
        draw.text((LEFT + WIDTH + 5, y), pitch_name(pitch), fill=FAINT, font=font, anchor="lm")
    draw.text((LEFT - 6, TOP + WAVE_HEIGHT / 2 + 1), "Hz", fill=FAINT, font=font, anchor="rm")
    for second in range(0, round(DURATION_S) + 1, 2):
        x = LEFT + min(_column(second), WIDTH - 1)
        draw.line([(x, bottom), (x, bottom + 2)], fill=INK)
        draw.text((x, bottom + 4), f"{second} s" if second else "0", fill=INK, font=font, anchor="mt")


def _row(hz: float) -> int:
    """The row of a frequency, from the top."""
    return round(float(np.log(HIGHEST_HZ / hz) / np.log(HIGHEST_HZ / LOWEST_HZ)) * (HEIGHT - 1))


def _column(second: float) -> int:
    return round(second / DURATION_S * WIDTH)


def draw_all(slugs: Sequence[str] = (), folder: Path = PICTURES) -> list[Path]:
    """Write the pictures of these presets, or of all."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    with Host() as host:
        for preset in factory_presets():
            if not slugs or preset.slug in slugs:
                drawn.append(folder / f"{preset.slug}.png")
                picture(play(host, preset)).save(drawn[-1], optimize=True)
    return drawn


def main() -> None:
    """Draw; with no preset named, remove the pictures of presets that are gone."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("presets", nargs="*", help="only these")
    slugs = arguments.parse_args().presets
    drawn = draw_all(slugs)
    if not slugs:
        for old in set(PICTURES.glob("*.png")) - set(drawn):
            old.unlink()
    for path in drawn:
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
