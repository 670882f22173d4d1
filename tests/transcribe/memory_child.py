"""Transcribes a generated clip of so many minutes in a process of its own, and prints its peak memory.

    python tests/transcribe/memory_child.py ENGINE MINUTES     -> {"notes": …, "base_mb": …, "peak_mb": …}

`base_mb` is what the process holds with the model loaded, before the clip is made.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import psutil

from daw_bridge.core.audio import AudioClip
from daw_bridge.transcribe import engine, estimate_tempo

MEGABYTE = 1_000_000


def peak_mb() -> float:
    """The most memory that this process ever held."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / MEGABYTE
    elif sys.platform == "linux":
        # Not getrusage: what it tells begins with what the parent held when it started us.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(re.findall(r"VmHWM:\s*(\d+) kB", status)[0]) * 1024 / MEGABYTE
    else:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def main() -> None:
    """Hear ten seconds of notes, over and over."""
    hearing = engine(sys.argv[1])
    rate_hz = hearing.rate_hz
    time_s = np.arange(rate_hz // 2) / rate_hz
    keys = np.random.default_rng(8).integers(40, 80, 20)
    tones = [np.sin(2 * np.pi * 440 * 2 ** ((key - 69) / 12) * time_s) for key in keys]
    phrase = np.concatenate([0.2 * tone * np.exp(-4 * time_s) for tone in tones]).astype(np.float32)
    hearing.transcribe(AudioClip(phrase[None], rate_hz))
    base = peak_mb()
    clip = AudioClip(np.tile(phrase, int(6 * float(sys.argv[2])))[None], rate_hz)
    part = hearing.transcribe(clip)
    heard = peak_mb()
    tempo = estimate_tempo(clip, part)
    figures = {"notes": len(part.notes), "base_mb": base, "heard_mb": heard, "peak_mb": peak_mb()}
    print(json.dumps({**figures, "clip_mb": clip.samples.nbytes / MEGABYTE, "tempo": str(tempo)}))


if __name__ == "__main__":
    main()
