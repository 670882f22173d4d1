"""What a clip sounds like in figures, for judging what kind of part it is: bands, noise, change, and
how much of it one or two voices explain. Numpy alone; as long for an hour as for a minute."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.percentiles import percentile
from daw_bridge.transcribe.perceptron import Floats

WINDOW_S, LATER_S = 0.186, 0.046
"""Windows come in pairs: two of `WINDOW_S`, one `LATER_S` after the other."""
PLACES = 240
"""So many pairs are looked at, evenly over the clip, at most eleven a second."""
BLOCK_WINDOWS = 16
"""What is computed of them stays in the processor's cache, which halves the time."""
QUIET_DB = -45.0
"""Windows that are quieter than this beside the loudest are passed over."""
EDGES_HZ = np.array(
    [30, 60, 90, 130, 180, 250, 350, 500, 700, 1000, 1400, 2000, 2800, 4000, 5600, 8000, 10_500]
)
NOISE_HZ = ((60, 400), (400, 2000), (2000, 5000), (5000, 10_500))
VOICES_HIGHEST_HZ = 5000.0
LOWEST_HZ, HIGHEST_HZ, STEPS_AN_OCTAVE, PARTIALS = 32.0, 1400.0, 36, 10

Doubles = npt.NDArray[np.float64]


def timbre(clip: AudioClip) -> Floats | None:
    """The clip's figures, float32 [`SIZE`]; None when it is too short or silent.

    Takes any rate; channels are averaged.
    """
    # A power of two: the transform is fastest then.
    window, later = 2 ** round(np.log2(WINDOW_S * clip.rate_hz)), round(LATER_S * clip.rate_hz)
    room = clip.frames - window - later
    if room <= 0 or clip.peak <= 0.0:
        return None
    places = np.linspace(0, room, int(min(PLACES, max(room / clip.rate_hz * 11, 2)))).astype(np.intp)
    first, second = _spectra(clip, places, window), _spectra(clip, places + later, window)
    power = (first**2).sum(axis=1)
    loud = 10 * np.log10(power + 1e-20)
    heard = loud > loud.max() + QUIET_DB
    first, second, level = first[heard], second[heard], loud[heard] - loud.max()
    hz = np.arange(first.shape[1]) * clip.rate_hz / window
    bands = _by_band(first**2, hz)
    share_db = 10 * np.log10(bands / bands.sum(axis=1, keepdims=True) + 1e-7)
    change = 10 * np.log10((_by_band(second**2, hz) + 1e-12) / (bands + 1e-12)) * (share_db > -50)
    return np.concatenate(
        [
            share_db.mean(axis=0) / 10,
            share_db.std(axis=0) / 10,
            10 * np.log10(bands.mean(axis=0) / bands.mean(axis=0).sum() + 1e-7) / 10,
            np.abs(change).mean(axis=0) / 10,
            percentile(change, 95) / 10,
            *_noisiness(first, hz),
            _spread(level / 10),
            [heard.mean()],
            *_voices(first, hz),
        ]
    ).astype(np.float32)


def _spectra(clip: AudioClip, places: npt.NDArray[np.intp], length: int) -> Floats:
    """Magnitudes [places, bins]."""
    shape = np.hanning(length).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(clip.samples, length, axis=1)
    magnitude = np.empty((len(places), length // 2 + 1), np.float32)
    for first in range(0, len(places), BLOCK_WINDOWS):
        some = slice(first, first + BLOCK_WINDOWS)
        magnitude[some] = np.abs(np.fft.rfft(windows[:, places[some]].mean(axis=0) * shape))
    return magnitude


def _by_band(power: Floats, hz: Doubles) -> Doubles:
    """Power summed by band [windows, bands]."""
    edges = np.searchsorted(hz, EDGES_HZ)
    bands = np.empty((len(power), len(edges) - 1))
    total = np.zeros((BLOCK_WINDOWS, power.shape[1] + 1))
    for first in range(0, len(power), BLOCK_WINDOWS):
        some = power[first : first + BLOCK_WINDOWS]
        np.cumsum(some, axis=1, dtype=np.float64, out=total[: len(some), 1:])
        bands[first : first + len(some)] = np.diff(total[: len(some), edges], axis=1)
    return np.asarray(np.maximum(bands, 0.0) + 1e-12)


def _noisiness(magnitude: Floats, hz: Doubles) -> list[Doubles]:
    """Mean and spread of how flat the spectrum is in four regions: 0 for a tone, 1 for noise."""
    flat = []
    for low, high in NOISE_HZ:
        some = magnitude[:, (hz >= low) & (hz < high)].astype(np.float64) + 1e-9
        flat.append(np.exp(np.log(some).mean(axis=1)) / some.mean(axis=1))
    return [np.mean(flat, axis=1), np.std(flat, axis=1)]


def _voices(magnitude: Floats, hz: Doubles) -> list[Doubles]:
    """How much of the spectrum's peaks one voice explains, how much a second one adds, and how high
    the first is: combs of ten partials, the best first."""
    least = 0.01 * magnitude.max(axis=1, keepdims=True)
    magnitude = magnitude[:, : int(np.searchsorted(hz, VOICES_HIGHEST_HZ, side="right")) + 1]
    inner = magnitude[:, 1:-1]
    is_peak = (inner > magnitude[:, :-2]) & (inner >= magnitude[:, 2:])
    peaks = np.pad(np.sqrt(inner) * is_peak * (inner > least), ((0, 0), (1, 0)))
    combs = _combs(peaks.shape[1], float(hz[1]))
    whole = np.maximum(peaks.sum(axis=1), 1e-9)
    shares, height = [], np.zeros(len(peaks))
    rows = np.arange(len(peaks))
    for turn in range(3):
        explained = peaks @ combs.T / whole[:, None]
        best = np.argmax(explained * _favour(len(combs)), axis=1)
        height = np.log2(LOWEST_HZ) + best / STEPS_AN_OCTAVE if turn == 0 else height
        shares.append(explained[rows, best])
        peaks = peaks * (combs[best] <= 0)
    moved = np.abs(np.diff(height))
    jumps = np.array([(moved > 0.04).mean() if len(moved) else 0.0])
    return [*(_spread(share) for share in (*shares, shares[1] + shares[2])), _spread(height), jumps]


@functools.cache
def _combs(bins: int, bin_hz: float) -> Floats:
    """[fundamentals, bins]: 1 where a partial lies, within a third of a semitone or a bin."""
    octaves = np.log2(HIGHEST_HZ / LOWEST_HZ)
    fundamental_hz = LOWEST_HZ * 2 ** (np.arange(int(octaves * STEPS_AN_OCTAVE)) / STEPS_AN_OCTAVE)
    combs = np.zeros((len(fundamental_hz), bins), np.float32)
    at_hz = np.arange(bins) * bin_hz
    for partial in range(1, PARTIALS + 1):
        centre_hz = fundamental_hz[:, None] * partial
        combs[np.abs(at_hz - centre_hz) <= np.maximum(0.02 * centre_hz, 1.01 * bin_hz)] = 1.0
    return combs


@functools.cache
def _favour(count: int) -> Floats:
    """High fundamentals are favoured a little: a low comb hits more by chance."""
    return np.linspace(0.75, 1.0, count).astype(np.float32)


def _spread(values: Doubles) -> Doubles:
    """Their 10th, 50th and 90th percentiles."""
    return np.stack([percentile(values, share) for share in (10, 50, 90)])
