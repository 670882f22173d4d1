"""What a DAW's channel does to a stem: equalising, saturation, chorus, delay, reverb, compression,
side-chain pumping."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from daw_bridge.training.players import PLAY_RATE_HZ

Samples = npt.NDArray[np.float32]


def processed(rng: np.random.Generator, sound: Samples) -> Samples:
    """One channel at 44,100 Hz through a random channel strip; a third of all stems stay dry."""
    if rng.random() < 0.33:
        return sound
    import pedalboard as pb
    from pedalboard._pedalboard import Pedalboard

    chain: list[Any] = []
    if rng.random() < 0.35:
        chain.append(pb.HighpassFilter(float(rng.uniform(20, 120))))
    if rng.random() < 0.35:
        chain.append(pb.PeakFilter(float(np.exp(rng.uniform(4.6, 8.7))), float(rng.uniform(-9, 9)), 0.8))
    if rng.random() < 0.25:
        chain.append(pb.LowpassFilter(float(np.exp(rng.uniform(6.7, 9.2)))))
    if rng.random() < 0.2:
        chain.append(pb.Distortion(float(rng.uniform(3, 22))))
    if rng.random() < 0.2:
        chain.append(
            pb.Chorus(
                float(rng.uniform(0.2, 2.0)), float(rng.uniform(0.1, 0.4)), mix=float(rng.uniform(0.2, 0.5))
            )
        )
    if rng.random() < 0.08:
        chain.append(pb.Phaser(float(rng.uniform(0.1, 1.0)), 0.5, mix=0.4))
    if rng.random() < 0.3:
        chain.append(
            pb.Compressor(
                float(rng.uniform(-36, -12)), float(rng.uniform(2, 8)), float(rng.uniform(1, 30)), 120
            )
        )
    if rng.random() < 0.2:
        chain.append(
            pb.Delay(
                float(rng.uniform(0.15, 0.6)), float(rng.uniform(0, 0.4)), float(rng.uniform(0.05, 0.22))
            )
        )
    if rng.random() < 0.4:
        wet = float(rng.uniform(0.05, 0.35))
        chain.append(
            pb.Reverb(float(rng.uniform(0.1, 0.9)), float(rng.uniform(0.2, 0.8)), wet, 1.0 - wet, 1.0)
        )
    peak = max(float(np.abs(sound).max()), 1e-6)
    wet_sound: Samples = Pedalboard(chain)(sound * np.float32(0.5 / peak), PLAY_RATE_HZ)
    return pumped(rng, wet_sound) if rng.random() < 0.08 else wet_sound


def pumped(rng: np.random.Generator, sound: Samples) -> Samples:
    """Ducked by a kick on every beat that isn't in the stem."""
    beat_s = 60 / rng.uniform(100, 135)
    phase_s = (np.arange(len(sound)) / PLAY_RATE_HZ) % beat_s
    depth, recovery_s = rng.uniform(0.3, 0.9), rng.uniform(0.12, 0.3)
    gain = 1 - depth * np.clip(1 - phase_s / recovery_s, 0, 1) ** 1.5
    return np.asarray(sound * gain, np.float32)


def finished(rng: np.random.Generator, sound: Samples, rate_hz: int) -> Samples:
    """At `rate_hz`, at a level of its own, with a noise floor at times."""
    from pedalboard.io import StreamResampler

    resampler = StreamResampler(PLAY_RATE_HZ, rate_hz, 1)
    parts = [resampler.process(sound[None]), resampler.process(None)]
    resampled = np.concatenate(parts, axis=1)[0]
    wanted = round(len(sound) * rate_hz / PLAY_RATE_HZ)
    resampled = np.pad(resampled, (0, max(wanted - len(resampled), 0)))[:wanted]
    peak = max(float(np.abs(resampled).max()), 1e-6)
    level = 10 ** (rng.uniform(-12, -0.5) / 20)
    noise_db = rng.uniform(-90, -55) if rng.random() < 0.3 else -120.0
    noise = rng.normal(0, level * 10 ** (noise_db / 20), wanted)
    return np.asarray(np.clip(resampled * (level / peak) + noise, -1, 1), np.float32)
