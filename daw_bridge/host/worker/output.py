"""Sound from an instrument -> sound to deliver: checked, in stereo, as long as asked, within full scale.

An hour is 1.3 GB: fades and gains are made in place, and nothing is copied that need not be.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from daw_bridge.core.audio import AudioClip, Samples
from daw_bridge.core.errors import PluginLatencyAbsurd, PluginOutputInvalid, PluginSilent
from daw_bridge.core.files import unwritten
from daw_bridge.core.wav import write_wav
from daw_bridge.host.worker.instrument import SILENCE

FADE_S = 0.05
"""At an end that cuts sound off, so that it does not click."""

MAX_LATENCY_S = 5.0
"""More than any look-ahead or linear-phase filter takes."""

CEILING = 0.97
"""-0.26 dBFS: where a peak above full scale is brought to."""


def check_sound(sound: Samples, label: str, *, audible: bool) -> None:
    """Raise PluginOutputInvalid for NaN or infinity, PluginSilent when it should be `audible` and is not."""
    # min and max carry a NaN on: one pass finds all three.
    peak = float(max(-sound.min(), sound.max())) if sound.size else 0.0
    if not np.isfinite(peak):
        raise PluginOutputInvalid(
            "It rendered samples that are no numbers (NaN or infinity).",
            where=label,
            advice="Render again; if it stays so, choose other settings or another plugin.",
        )
    if audible and peak <= SILENCE:
        raise PluginSilent(
            "It was given notes, and rendered silence.",
            where=label,
            advice="Check that its patch has loaded, its level, and the keys and channel that it plays.",
        )


def check_latency(frames: int, rate_hz: int, label: str) -> int:
    """The latency that a plugin reports, if it is a sane one. Raises PluginLatencyAbsurd."""
    if frames > MAX_LATENCY_S * rate_hz:
        raise PluginLatencyAbsurd(
            f"It reports a latency of {frames / rate_hz:.3g} s ({frames:,} samples).",
            where=label,
            advice="Turn look-ahead off in its settings, update it, or choose another plugin.",
        )
    return frames


def in_stereo(sound: Samples, label: str) -> tuple[Samples, list[str]]:
    """Mono on both sides; of more than two channels the first two, with a warning."""
    channels = sound.shape[0]
    if channels == 1:
        return np.repeat(sound, 2, axis=0), []
    if channels > 2:
        return sound[:2], [f"{label} rendered {channels} channels; the first two are used."]
    return sound, []


def padded(sound: Samples, frames: int) -> Samples:
    """At least `frames` long: silence is added."""
    missing = frames - sound.shape[1]
    return np.pad(sound, ((0, 0), (0, missing))) if missing > 0 else sound


def trimmed(sound: Samples, frames: int, rate_hz: int, *, label: str) -> tuple[Samples, list[str]]:
    """End it where it falls silent, after `frames` at the earliest."""
    audible = np.flatnonzero(np.abs(sound[:, frames:]).max(axis=0) > SILENCE)
    end = frames + (int(audible[-1]) + 1 if audible.size else 0)
    tail_s = (sound.shape[1] - frames) / rate_hz
    if audible.size and end == sound.shape[1]:
        return faded(sound, rate_hz), [
            f"{label} still sounds {tail_s:g} s after the end; it is faded out. "
            "Shorten its release or delay, or give the preset `output: {tail: 2}`."
        ]
    return sound[:, :end], []


def faded(sound: Samples, rate_hz: int) -> Samples:
    """The last 50 ms fall to nothing; in place."""
    frames = min(round(FADE_S * rate_hz), sound.shape[1])
    sound[:, sound.shape[1] - frames :] *= np.linspace(1.0, 0.0, frames, dtype=np.float32)
    return sound


def levelled(sound: Samples, gain_db: float) -> tuple[Samples, list[str]]:
    """The gain, and less of it where the peak would be above full scale; in place."""
    gain, warnings = 10.0 ** (gain_db / 20.0), []
    peak = float(max(-sound.min(), sound.max())) * gain if sound.size else 0.0
    if peak > 1.0:
        excess_db = 20.0 * np.log10(peak / CEILING)
        warnings = [f"It would clip: {excess_db:.1f} dB were taken off. Lower `gain_db` in the preset."]
        gain *= CEILING / peak
    if gain != 1.0:
        sound *= np.float32(gain)
    return sound, warnings


def write_sound(sound: Samples, rate_hz: int, file: Path) -> None:
    """As .wav or .npy, by the file's name. Raises DeliveryFailed for a disk that does not take it."""
    try:
        if file.suffix == ".wav":
            write_wav(AudioClip(sound, rate_hz), file)
        else:
            _write_npy(sound, file)
    except OSError as cause:
        raise unwritten(file.parent, cause) from cause


def _write_npy(sound: Samples, file: Path) -> None:
    """float32 [channels, frames], by channel: what was cut out of a longer sound is not copied."""
    header = {"descr": "<f4", "fortran_order": False, "shape": sound.shape}
    with file.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for channel in sound:
            np.ascontiguousarray(channel, "<f4").tofile(stream)
