"""A guess at the tempo, for when the session doesn't tell it.

Onsets that lie on a grid add up when each is taken as an arrow that turns with the grid's rate:
the length of the mean arrow, 0 to 1, says how well they lie on it (the Rayleigh statistic; as a
tempogram: Grosche and Müller, "Extracting Predominant Local Pulse Information from Music
Recordings", IEEE TASLP 2011). First in windows of some seconds, which forgive a player's drift,
then in longer and longer ones, which make the tempo exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from daw_bridge.core.attacks import Attacks, find_attacks
from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Part

SLOWEST_BPM, FASTEST_BPM = 50.0, 220.0
LIKELIEST_BPM = 115.0
OCTAVES = 0.5
"""The prior: tempi lie around 115 BPM, half an octave up or down (70 to 180 is most music)."""

BELIEFS = {0.25: 0.5, 0.5: 0.7, 1.0: 1.0, 2.0: 1.0, 3.0: 0.5, 4.0: 1.0}
"""How readily a pulse is taken for so many a beat: a whole note, a half, a quarter, an eighth, a
triplet (which needs a beat that stands out), a sixteenth."""

SLOWEST_PULSE_HZ, FASTEST_PULSE_HZ = 0.4, 16.0
PULSE_SHARE = 0.85
"""The pulse is the slowest grid that fits this well, compared with the one that fits best."""

COARSE_S = 12.0
COARSE_LIMIT_S = 90.0
FEWEST_ONSETS = 8
CHANCE = float(np.log(200.0))
"""Over the number of onsets: what the best of many rates reaches, squared, on onsets without a grid."""
ROUNDING_DRIFT_S = 0.005
FEW_RATES = 32
"""So many are tried at once."""

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TempoEstimate:
    """A tempo in quarter notes a minute, and how sure it is, 0 to 1; where the first beat lies.

    Half or double the tempo fits the same onsets (after triplets, two thirds too): which of them is
    meant is a guess at the usual 70 to 180 BPM. `confidence` says how well the onsets lie on the grid,
    beyond chance, and how far ahead of the other that guess is. `first_beat_s` is less than a beat
    after the clip's beginning; of the grid's lines those with most weight are taken for beats, and
    `beat_confidence` says by how much.
    """

    tempo_bpm: float
    confidence: float
    first_beat_s: float = 0.0
    beat_confidence: float = 0.0


def estimate_tempo(clip: AudioClip, part: Part | None = None) -> TempoEstimate | None:
    """The tempo of `clip`, from its attacks and from the notes of `part`.

    None when there are too few onsets to tell.
    """
    return tempo_of(find_attacks(clip), part)


def tempo_of(found: Attacks, part: Part | None = None) -> TempoEstimate | None:
    """The same, of attacks that have been found."""
    times_s, weights = found
    weights = weights / max(weights.sum(), 1e-12)
    if part is not None and part.notes:
        onset_s = np.array([note.onset_s for note in part.notes])
        clarity = np.array([note.velocity * note.confidence for note in part.notes])
        times_s = np.concatenate((times_s, onset_s))
        weights = np.concatenate((weights, clarity / max(clarity.sum(), 1e-12)))
    order = np.argsort(times_s, kind="stable")
    return tempo_of_onsets(times_s[order], weights[order])


def tempo_of_onsets(times_s: Doubles, weights: Doubles) -> TempoEstimate | None:
    """The tempo of onsets at rising `times_s`, each as important as its weight; None for too few, and where
    hardly more than a few have all the weight."""
    if _event_count(times_s) < FEWEST_ONSETS:
        return None
    chance = CHANCE / _weighty_count(times_s, weights)
    if chance >= 1.0:  # one chord that rings: any grid fits
        return None
    early = times_s <= times_s[0] + COARSE_LIMIT_S
    rate_hz, division, certainty = _coarse(times_s[early], weights[early])
    span_s, length_s = COARSE_S, float(times_s[-1] - times_s[0])
    rate_hz, fit = _refined(times_s, weights, rate_hz, span_s)
    while span_s < length_s:
        longer_s = min(2 * span_s, length_s + 1e-9)
        finer_hz, finer_fit = _refined(times_s, weights, rate_hz, longer_s)
        if finer_fit < 0.8 * fit:  # the player drifts: no one tempo holds any longer than this
            break
        rate_hz, span_s = finer_hz, longer_s
    confidence = float(np.clip((fit**2 - chance) / max(1 - chance, 1e-9), 0.0, 1.0))
    tempo_bpm = _as_typed(60.0 * rate_hz / division, length_s)
    early = times_s <= times_s[0] + span_s
    first_beat_s, share = _first_beat(times_s[early], weights[early], tempo_bpm / 60.0, division)
    return TempoEstimate(tempo_bpm, confidence * certainty, first_beat_s, confidence * share)


def _as_typed(tempo_bpm: float, length_s: float) -> float:
    """The roundest tempo that strays less than 5 ms over the whole length: people type 97, not 97.003."""
    for step in (1.0, 0.5, 0.1, 0.01):
        rounded = round(round(tempo_bpm / step) * step, 2)
        if abs(rounded / tempo_bpm - 1.0) * length_s < ROUNDING_DRIFT_S:
            return rounded
    return tempo_bpm


def _coarse(times_s: Doubles, weights: Doubles) -> tuple[float, float, float]:
    """The pulse's rate in Hz, to a hundredth or so, how many of its lines make a beat, and how far
    that is ahead of the next best number: 1 for far, a half for not at all."""
    rates = np.arange(SLOWEST_PULSE_HZ, FASTEST_PULSE_HZ, 0.1 / COARSE_S)
    fits = _fits(times_s, weights, rates, COARSE_S)
    summits = np.flatnonzero((fits[1:-1] >= fits[:-2]) & (fits[1:-1] > fits[2:])) + 1
    clear = summits[fits[summits] >= PULSE_SHARE * fits[summits].max(initial=0.0)]
    pulse_hz = float(rates[clear[0]]) if len(clear) else 60.0 / LIKELIEST_BPM

    def likelihood(division: float) -> float:
        tempo_bpm = 60.0 * pulse_hz / division
        if not SLOWEST_BPM <= tempo_bpm <= FASTEST_BPM:
            return -1.0
        prior = float(np.exp(-0.5 * (np.log2(tempo_bpm / LIKELIEST_BPM) / OCTAVES) ** 2))
        accent = float(_fits(times_s, weights, np.array([tempo_bpm / 60.0]), COARSE_S)[0])
        return prior * (BELIEFS[division] + 0.5 * accent)

    likelihoods = {division: max(likelihood(division), 0.0) for division in BELIEFS}
    rival, best = sorted(likelihoods.values())[-2:]
    return pulse_hz, max(likelihoods, key=likelihoods.__getitem__), 1.0 - 0.5 * rival / max(best, 1e-12)


def _refined(times_s: Doubles, weights: Doubles, rate_hz: float, span_s: float) -> tuple[float, float]:
    """The best rate near `rate_hz` when windows of `span_s` are looked at as a whole, and its fit."""
    reach = 0.75 / span_s
    fit = 0.0
    for _ in range(3):
        rates = np.linspace(max(rate_hz - reach, 0.1), rate_hz + reach, 31)
        fits = _fits(times_s, weights, rates, span_s)
        best = int(np.argmax(fits))
        rate_hz, fit, reach = float(rates[best]), float(fits[best]), reach / 10
    return rate_hz, fit


def _first_beat(times_s: Doubles, weights: Doubles, beat_hz: float, division: float) -> tuple[float, float]:
    """When the first beat is, in seconds, and how much more weight lies on beats than between, 0 to 1."""
    lines = max(round(division), 1)
    pulse_hz = lines * beat_hz
    turn = float(np.angle((weights * np.exp(2j * np.pi * pulse_hz * times_s)).sum()) / (2 * np.pi))
    place = pulse_hz * times_s - turn
    nearest = np.rint(place)
    near = weights * np.clip(1.0 - 4.0 * np.abs(place - nearest), 0.0, 1.0)
    by_line = np.bincount(nearest.astype(np.intp) % lines, near, lines)
    best = int(np.argmax(by_line))
    first_beat_s = ((best + turn) / pulse_hz) % (1.0 / beat_hz)
    if lines == 1:
        return first_beat_s, 1.0
    between = float(np.delete(by_line, best).max())
    return first_beat_s, 1.0 - between / max(float(by_line[best]), 1e-12)


def _fits(times_s: Doubles, weights: Doubles, rates_hz: Doubles, span_s: float) -> Doubles:
    """How well the onsets lie on a grid of each rate, 0 to 1: the mean over windows of `span_s`.

    The rates are evenly spaced.
    """
    window = ((times_s - times_s[0]) // span_s).astype(np.intp)
    starts = np.flatnonzero(np.diff(window, prepend=-1))
    total = np.zeros(len(rates_hz))
    # A rate turns an arrow as far as one rate of many and then one difference of few do: a product takes a
    # tenth of the time of an exponential.
    differences = _turned(times_s, rates_hz[:FEW_RATES] - rates_hz[0])
    for first in range(0, len(rates_hz), FEW_RATES):
        some = slice(first, min(first + FEW_RATES, len(rates_hz)))
        arrows = weights * _turned(times_s, rates_hz[first])
        turned = arrows * differences[: some.stop - some.start]
        total[some] = np.abs(np.add.reduceat(turned, starts, axis=1)).sum(axis=1)
    return np.asarray(total / max(weights.sum(), 1e-12))


def _turned(times_s: Doubles, rates_hz: Doubles | float) -> npt.NDArray[np.complex128]:
    """Arrows of length 1 at each time, for each rate: [rates, times]."""
    return np.asarray(np.exp(2j * np.pi * np.multiply.outer(rates_hz, times_s)))


def _event_count(times_s: Doubles) -> int:
    """How many onsets there are, those within 30 ms counted as one."""
    return 1 + int(np.count_nonzero(np.diff(times_s) > 0.03)) if len(times_s) else 0


def _weighty_count(times_s: Doubles, weights: Doubles) -> float:
    """How many onsets of one weight say as much as these, 0 to `_event_count`: a tone that decays has many
    faint ones after a strong one."""
    event = np.cumsum(np.diff(times_s, prepend=times_s[:1]) > 0.03)
    by_event = np.bincount(event, weights)
    return float(by_event.sum() ** 2 / max(float((by_event**2).sum()), 1e-12))
