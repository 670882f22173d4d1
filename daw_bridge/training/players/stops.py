"""Organs: each key sounds several stops, of 16', 8', 4' and above, drawn anew for every stem.

SoundFonts hold a few registrations each, and their drawbar organs are of the same few samples. What tells a
16' stop from a key an octave lower is how the others stand over it; that takes many of them to learn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from daw_bridge.core.notes import Note
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ

DRAWBARS = (0.5, 1.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
"""16', 5 1/3', 8', 4', 2 2/3', 2', 1 3/5', 1 1/3' and 1': times the key's frequency."""
REGISTRATIONS = (
    "888000000", "888800000", "888400000", "868600000", "838000000", "808000000", "808080008", "800000888",
    "888888888", "888764434", "800800000", "880000000", "808808008", "688600000",
    "008000000", "008800000", "008080000", "007856430", "006876540", "008888888",
)  # fmt: skip
"""How the drawbars are pulled, as players note it; most of them with the 16'."""
HIGHEST_WHEEL_HZ = 6_000.0
"""Drawbars that would sound higher sound an octave lower."""
WHEELS = ((0.002, 0.01), (0.005, 0.03))
"""How long wheels take to sound and to fall silent, at least and at most, in seconds."""
CYCLE = 2048
PARTIALS = 32

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Stop:
    """One row of pipes, reeds or wheels: `foot` times the key's frequency, and its partials' strengths."""

    foot: float
    level: float
    partials: Doubles
    cents: float = 0.0


def play(
    rng: np.random.Generator, performance: Performance, manner: str, length_s: float
) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz; `manner` is drawbars, rock, pipes, or reeds (accordions, harmoniums).

    A rock organ's 5 1/3' stands out and its 16' often hardly does; three of five are driven.
    """
    frames = round(length_s * PLAY_RATE_HZ)
    stops = _drawn(rng, manner)
    touch = float(rng.choice([0.0, 0.0, 0.8]))
    attack_s, release_s = (
        float(rng.uniform(*spans))
        for spans in {
            "drawbars": WHEELS,
            "rock": WHEELS,
            "pipes": ((0.008, 0.06), (0.03, 0.15)),
            "reeds": ((0.006, 0.05), (0.02, 0.08)),
        }[manner]
    )
    noise = rng.normal(0.0, 1.0, PLAY_RATE_HZ // 10) * np.exp(-np.arange(PLAY_RATE_HZ // 10) / 400)
    speech = float(rng.uniform(0.0, 0.25)) * sum(stop.level for stop in stops)
    sound = np.zeros(frames)
    for note in performance.notes:
        first = round(note.onset_s * PLAY_RATE_HZ)
        tone = (note.velocity / 127) ** touch * _sounded(rng, note, stops, attack_s, release_s, manner)
        struck = min(len(noise), len(tone))
        tone[:struck] += speech * noise[:struck]
        end = min(first + len(tone), frames)
        sound[first:end] += tone[: end - first]
    if manner == "rock" and rng.random() < 0.6:
        sound = _driven(rng, sound)
    sound = turned(rng, sound) if rng.random() < 0.6 else sound
    return np.asarray(0.5 * sound / max(np.abs(sound).max(), 1e-9), np.float32)


def _drawn(rng: np.random.Generator, manner: str) -> list[Stop]:
    """The stops of one stem."""
    return list({"drawbars": _drawbars, "rock": _rock, "pipes": _pipes, "reeds": _reeds}[manner](rng))


def _drawbars(rng: np.random.Generator) -> Iterator[Stop]:
    pulled = np.array([int(bar) for bar in str(rng.choice(REGISTRATIONS))], np.float64)
    if rng.random() < 0.3:
        pulled = np.where(rng.random(len(pulled)) < 0.55, rng.uniform(1, 8, len(pulled)), 0.0)
        pulled[2] = max(pulled[2], 5.0)
    yield from _wheels(rng, pulled)


def _rock(rng: np.random.Generator) -> Iterator[Stop]:
    bars = [(1.0, 8.0, 1.0), (4.0, 8.0, 1.0), (6.0, 8.0, 1.0), (1.0, 7.0, 0.7), *[(1.0, 5.0, 0.25)] * 5]
    drawn = [rng.uniform(least, most) if rng.random() < share else 0.0 for least, most, share in bars]
    yield from _wheels(rng, np.array(drawn))


def _wheels(rng: np.random.Generator, pulled: Doubles) -> Iterator[Stop]:
    impure = rng.uniform(0.0, 0.03)
    for foot, bar in zip(DRAWBARS, pulled, strict=True):
        if bar > 0:
            level_db = -3.0 * (8.0 - np.clip(bar + rng.normal(0, 0.7), 0.5, 8.0)) + rng.normal(0, 1.0)
            yield Stop(foot, 10 ** (level_db / 20), np.array([1.0, impure, impure]))


def _pipes(rng: np.random.Generator) -> Iterator[Stop]:
    shares = {1.0: 1.0, 0.5: 0.4, 2.0: 0.6, 3.0: 0.25, 4.0: 0.4, 5.0: 0.08, 6.0: 0.2, 8.0: 0.2}
    for foot, share in shares.items():
        for _ in range(1 + int(foot == 1.0 and rng.random() < 0.5)):
            if rng.random() < share:
                slope, even = (
                    (float(rng.uniform(2.0, 3.5)), float(rng.choice([0.1, 1.0])))
                    if rng.random() < 0.4
                    else (float(rng.uniform(0.7, 1.8)), 1.0)
                )
                level = float(rng.uniform(0.4, 1.0)) * min(foot, 1 / foot) ** 0.3
                yield Stop(foot, level, _spectrum(rng, slope, even), float(rng.normal(0, 2.5)))


def _reeds(rng: np.random.Generator) -> Iterator[Stop]:
    beating = float(rng.uniform(4.0, 20.0))
    for foot, share, cents in ((1.0, 1.0, 0.0), (1.0, 0.5, beating), (0.5, 0.4, 0.0), (2.0, 0.3, 0.0)):
        if rng.random() < share:
            partials = _spectrum(rng, float(rng.uniform(0.3, 1.2)), 1.0)
            yield Stop(foot, float(rng.uniform(0.5, 1.0)), partials, cents + float(rng.normal(0, 1.5)))


def _spectrum(rng: np.random.Generator, slope: float, even: float) -> Doubles:
    number = np.arange(1, PARTIALS + 1)
    strength = number**-slope * np.exp(rng.normal(0, 0.5, PARTIALS))
    strength[1::2] *= even
    return np.asarray(strength / np.sqrt(np.square(strength).sum()))


def _sounded(
    rng: np.random.Generator,
    note: Note,
    stops: list[Stop],
    attack_s: float,
    release_s: float,
    manner: str,
) -> Doubles:
    """One key's tone, from its onset until it has died away."""
    held = round(note.duration_s * PLAY_RATE_HZ)
    count = held + round(5 * release_s * PLAY_RATE_HZ)
    at = np.arange(count)
    level = (1.0 - np.exp(-at / (0.4 * attack_s * PLAY_RATE_HZ))) * np.exp(
        -np.maximum(at - held, 0) / (release_s * PLAY_RATE_HZ)
    )
    tone = np.zeros(count)
    for stop in stops:
        hz = 440.0 * 2.0 ** ((note.pitch - 69 + stop.cents / 100) / 12) * stop.foot
        while manner in ("drawbars", "rock") and hz > HIGHEST_WHEEL_HZ:
            hz /= 2
        inside = stop.partials[: max(int(0.45 * PLAY_RATE_HZ / hz), 1)]
        phase = (rng.random() + at * (hz / PLAY_RATE_HZ)) % 1.0
        tone += stop.level * _cycle(inside)[(phase * CYCLE).astype(np.int64)]
    return tone * level


def _cycle(partials: Doubles) -> Doubles:
    """One period, whose partials begin anywhere but always alike."""
    lines = np.zeros(CYCLE // 2 + 1, np.complex128)
    lines[1 : len(partials) + 1] = partials * np.exp(1j * 2.4 * np.arange(len(partials)) ** 2)
    return np.asarray(np.fft.irfft(lines, CYCLE) * (CYCLE / 2))


def _driven(rng: np.random.Generator, sound: Doubles) -> Doubles:
    """Overdriven, all keys together."""
    gain = float(rng.uniform(1.0, 8.0)) / max(np.abs(sound).max(), 1e-9)
    return np.asarray(np.tanh(gain * sound))


def turned(rng: np.random.Generator, sound: Doubles) -> Doubles:
    """A rotary speaker, or a tremulant: louder and higher, softer and lower by turns."""
    speed_hz = float(rng.choice([rng.uniform(0.6, 1.2), rng.uniform(4.5, 7.2)]))
    turn = np.sin(2 * np.pi * speed_hz * np.arange(len(sound)) / PLAY_RATE_HZ)
    late = np.arange(len(sound)) - rng.uniform(0.0, 10.0) * (1 + turn)
    return np.asarray((1 + rng.uniform(0.0, 0.3) * turn) * np.interp(late, np.arange(len(sound)), sound))
