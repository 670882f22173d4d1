"""Stand-ins for the two slow steps. `tests/test_fakes.py` has them pass the real ones' tests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import PluginCrashed
from daw_bridge.core.files import unwritten
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.timing import TempoMap
from daw_bridge.core.wav import write_wav
from daw_bridge.host import Played, Rendering
from daw_bridge.presets import StoredPreset
from daw_bridge.transcribe.engine import Progress, no_progress


@dataclass
class FakeEngine:
    """Hears one note, as long as the sound is above -40 dBFS, at middle C; counts how often it is asked."""

    name: str = "fake"
    version: str = "1"
    rate_hz: int = 22_050
    asked: int = 0
    notes: tuple[Note, ...] = ()
    """What it hears whatever it hears, if anything."""

    def prepare(self) -> None:
        pass

    def transcribe(
        self, clip: AudioClip, *, profile: str = "auto", on_progress: Progress = no_progress
    ) -> Part:
        if clip.rate_hz != self.rate_hz or clip.channels != 1:
            raise ValueError(f"one channel at {self.rate_hz} Hz wanted")
        self.asked += 1
        on_progress(0.5)
        loud = np.flatnonzero(np.abs(clip.samples[0]) > 0.01)
        on_progress(1.0)
        if self.notes:
            return Part(self.notes, clip.duration_s)
        if not loud.size:
            return Part((), clip.duration_s)
        onset_s, offset_s = float(loud[0]) / clip.rate_hz, float(loud[-1] + 1) / clip.rate_hz
        return Part((Note(onset_s, 60, offset_s, 100, 0.9),), clip.duration_s)


@dataclass
class FakeInstruments:
    """Plays sines. Presets in `broken` crash; `before` is called with each preset's slug first."""

    broken: frozenset[str] = frozenset()
    before: Callable[[str], None] = lambda slug: None
    rendered: list[str] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)
    tempi: dict[str, TempoMap | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self, preset: StoredPreset) -> None:
        self.prepared.append(preset.slug)

    def render_to(
        self,
        file: Path,
        part: Part,
        preset: StoredPreset,
        *,
        rate_hz: int,
        tempo_map: TempoMap | None = None,
    ) -> Played:
        played = self.render(part, preset, rate_hz=rate_hz, tempo_map=tempo_map)
        try:
            write_wav(played.clip, file)
        except OSError as cause:
            raise unwritten(file.parent, cause) from cause
        return Played(played.clip.duration_s, played.instrument, played.warnings)

    def render(
        self, part: Part, preset: StoredPreset, *, rate_hz: int, tempo_map: TempoMap | None = None
    ) -> Rendering:
        self.before(preset.slug)
        if preset.slug in self.broken:
            raise PluginCrashed("Broken Synth 1.0 ended its process.", advice="Try another version.")
        samples = np.zeros((2, round(max(part.duration_s, part.end_s) * rate_hz)), dtype=np.float32)
        for note in part.notes:
            start, end = round(note.onset_s * rate_hz), round(note.offset_s * rate_hz)
            phase = np.arange(end - start) * (2 * np.pi * 440 * 2 ** ((note.pitch - 69) / 12) / rate_hz)
            samples[:, start:end] += (0.2 * note.velocity / 127 * np.sin(phase)).astype(np.float32)
        with self._lock:
            self.rendered.append(preset.slug)
            self.tempi[preset.slug] = tempo_map
        return Rendering(AudioClip(samples, rate_hz), f"fake: {preset.slug}", ())
