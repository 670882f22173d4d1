"""A drum kit's notes: hits where the spectrum rises, each judged by how its bands ring out.

A small network (`perceptron.py`, its weights in `drums.npz`) says of each hit which pieces of the kit
are in it: a kick and a hat that fall together are two notes. `daw_bridge.training drums` trains it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.percentiles import percentile
from daw_bridge.transcribe.engine import Progress, no_progress
from daw_bridge.transcribe.perceptron import Floats, Perceptron, load_perceptron, sigmoid

RATE_HZ = 22_050
WEIGHTS = Path(__file__).with_name("drums.npz")


@dataclass(frozen=True)
class Piece:
    """A piece of the kit: its General MIDI key, those that count as it too, and where it is loud, in Hz."""

    name: str
    key: int
    also: tuple[int, ...]
    lowest_hz: float
    highest_hz: float


PIECES = (
    Piece("kick", 36, (35,), 30, 150),
    Piece("snare", 38, (37, 39, 40), 150, 8000),  # rim and clap too
    Piece("closed hat", 42, (44,), 4000, 10_500),
    Piece("open hat", 46, (), 4000, 10_500),
    Piece("low tom", 45, (41, 43), 60, 300),
    Piece("mid tom", 47, (48,), 80, 400),
    Piece("high tom", 50, (), 100, 500),
    Piece("crash", 49, (52, 55, 57), 2000, 10_500),
    Piece("ride", 51, (53, 59), 2000, 10_500),
)
CLOSED_HAT, OPEN_HAT = 2, 3

HOP, WINDOW, SPECTRUM = 128, 512, 2048
RISE_AFTER = 161
"""Frames whose spectrum has risen most lie so many samples after the stroke, at the median."""
APART_S = 0.025
"""Hits that are closer than this are one."""
BACKGROUND_S = 0.4
LEAST_RISE = 0.06
"""A hit rises by this much of the clip's strong hits at least."""
SLICES_S = ((-0.06, 0.055), (-0.006, 0.023), (0.01, 0.046), (0.045, 0.093), (0.13, 0.093))
"""Where a hit is looked at, from its onset: begin and length, before it, at its attack, and as it rings."""
BANDS, LOWEST_HZ, HIGHEST_HZ, LINEAR_BELOW_HZ = 32, 30.0, 10_500.0, 70.0
FLOOR_DB, OWN_FLOOR_DB = -70.0, -60.0
LENGTH_S = 0.1
"""A drum has no offset: its notes are this long, or end with the next hit."""
LOUD_VELOCITY = 112


class Drums:
    """The engine of the profile `drums`: see `engine.Engine`."""

    name = "drums"
    version = "1"
    rate_hz = RATE_HZ

    def prepare(self) -> None:
        """Nothing is slow to load."""

    def transcribe(
        self, clip: AudioClip, *, profile: str = "drums", on_progress: Progress = no_progress
    ) -> Part:
        """The hits of `clip` as General MIDI keys, whatever the profile. Raises ValueError."""
        on_progress(0.0)
        part = transcribe_drums(clip)
        on_progress(1.0)
        return part


def transcribe_drums(clip: AudioClip, network: Perceptron | None = None) -> Part:
    """The hits of `clip`, one channel at 22,050 Hz, as a part in General MIDI keys. Raises ValueError.

    `network` is the one that is shipped, by default.

    A note's confidence is the network's; its velocity says how loud it is beside the piece's loud hits,
    40 dB a tenfold.
    """
    if clip.rate_hz != RATE_HZ or clip.channels != 1:
        raise ValueError(f"one channel at {RATE_HZ} Hz wanted")
    samples = clip.samples[0]
    onsets = find_hits(samples)
    if not len(onsets):
        return Part((), clip.duration_s)
    bands = band_levels_db(samples, onsets)
    network = network or load_perceptron(WEIGHTS)
    sure, least = _one_hat(sigmoid(network(hit_features(bands)))), network.thresholds
    notes = [
        Note(float(onset_s), piece.key, float(onset_s) + length_s, velocity, round(float(chance), 3))
        for row, piece in enumerate(PIECES)
        for onset_s, length_s, velocity, chance in _played(piece, onsets, bands, sure[:, row], least[row])
    ]
    return Part(tuple(notes), clip.duration_s)


def find_hits(samples: Floats) -> npt.NDArray[np.intp]:
    """The samples at which something is struck: peaks of the rise of log band energies (see `attacks`)."""
    if len(samples) < WINDOW or not np.any(samples):
        return np.zeros(0, np.intp)
    padded = np.pad(samples, (WINDOW, WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    shape = np.hanning(WINDOW).astype(np.float32)
    blocks = [
        np.abs(np.fft.rfft(frames[start : start + 4096] * shape)) ** 2 @ _bank(WINDOW)
        for start in range(0, len(frames), 4096)
    ]
    power = np.concatenate(blocks)
    level = np.log10(power + 1e-5 * float(percentile(power.max(axis=1), 99)) + 1e-12)
    before = np.minimum(level[:-3], level[1:-2])
    rise = np.zeros(len(level))
    rise[3:] = np.maximum(level[3:] - before, 0.0).mean(axis=1)
    reach = round(APART_S * RATE_HZ / HOP)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(rise, reach), 2 * reach + 1)
    least = LEAST_RISE * float(percentile(rise, 99))
    peaks = np.flatnonzero((rise >= around.max(axis=1)) & (rise > least))
    return np.asarray(np.maximum(peaks * HOP - WINDOW // 2 - RISE_AFTER, 0), np.intp)


def band_levels_db(samples: Floats, onsets: npt.NDArray[np.intp]) -> Floats:
    """How loud each band is in each slice of each hit, in dB: [hits, slices, bands]."""
    reach = SPECTRUM * 3
    padded = np.pad(samples, (reach, reach))
    levels = []
    for begin_s, length_s in SLICES_S:
        length = round(length_s * RATE_HZ)
        first = onsets + reach + round(begin_s * RATE_HZ)
        windows = np.lib.stride_tricks.sliding_window_view(padded, length)
        shape = np.hanning(length).astype(np.float32)
        shape *= np.float32(1.0 / np.sqrt((shape**2).sum()))
        rows = [
            np.abs(np.fft.rfft(windows[first[some : some + 512]] * shape, SPECTRUM)) ** 2 @ _bank(SPECTRUM)
            for some in range(0, len(first), 512)
        ]
        levels.append(10.0 * np.log10(np.concatenate(rows) + 1e-10))
    return np.stack(levels, axis=1).astype(np.float32)


def hit_features(bands: Floats) -> Floats:
    """What the network sees of each hit [hits, inputs]: each level below the hit's own loudest, how loud
    that is in the clip, and the clip's usual levels."""
    attack = bands[:, 1:3].max(axis=1)
    top_db = attack.max(axis=1)
    loud_db = float(percentile(top_db, 95))
    own = np.maximum(bands - top_db[:, None, None], OWN_FLOOR_DB)
    usual = np.maximum(bands[:, 1] - loud_db, FLOOR_DB).mean(axis=0)
    everywhere = np.broadcast_to(usual, (len(bands), BANDS))
    seen = np.concatenate([own.reshape(len(bands), -1), everywhere, (top_db - loud_db)[:, None]], axis=1)
    return np.asarray(seen / 20.0, np.float32)


def _one_hat(sure: Floats) -> Floats:
    """A hat is closed or open: the likelier stays."""
    hats = sure[:, (CLOSED_HAT, OPEN_HAT)]
    kept = sure.copy()
    kept[:, (CLOSED_HAT, OPEN_HAT)] = np.where(hats >= hats.max(axis=1, keepdims=True), hats, 0.0)
    return kept


def _played(
    piece: Piece, onsets: npt.NDArray[np.intp], bands: Floats, sure: Floats, threshold: np.float32
) -> list[tuple[float, float, int, float]]:
    """Onset, length, velocity and confidence of each of the piece's hits."""
    hits = np.flatnonzero(sure >= threshold)
    if not len(hits):
        return []
    centre_hz = np.sqrt(_edges_hz()[:-1] * _edges_hz()[1:])
    inside = (centre_hz >= piece.lowest_hz) & (centre_hz <= piece.highest_hz)
    power = (10 ** (bands[hits, 1:3][:, :, inside] / 10)).sum(axis=2).max(axis=1)
    level_db = 10 * np.log10(power)
    velocity = LOUD_VELOCITY * 10 ** ((level_db - float(percentile(level_db, 90))) / 40)
    onset_s = onsets[hits] / RATE_HZ
    room_s = np.append(np.diff(onset_s), LENGTH_S)
    return [
        (float(at), float(min(room, LENGTH_S)), int(np.clip(round(float(v)), 1, 127)), float(chance))
        for at, room, v, chance in zip(onset_s, room_s, velocity, sure[hits], strict=True)
    ]


@functools.cache
def _edges_hz() -> npt.NDArray[np.float64]:
    """The bands' edges: evenly spaced below 70 Hz, by ratios above."""
    at = np.arcsinh(np.array([LOWEST_HZ, HIGHEST_HZ]) / LINEAR_BELOW_HZ)
    return np.asarray(LINEAR_BELOW_HZ * np.sinh(np.linspace(at[0], at[1], BANDS + 1)))


@functools.cache
def _bank(length: int) -> Floats:
    """[bins of a spectrum of `length` samples, bands]: which share of each bin lies in each band."""
    width = RATE_HZ / length
    lower = (np.arange(length // 2 + 1) - 0.5)[:, None] * width
    edges = _edges_hz()
    shared = np.minimum(lower + width, edges[1:]) - np.maximum(lower, edges[:-1])
    return np.asarray(np.maximum(shared, 0.0) / width, np.float32)
