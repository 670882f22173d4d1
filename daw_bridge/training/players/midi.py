"""A line as a MIDI file, for what plays those."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np

from daw_bridge.training.performance import Performance

TICKS_A_SECOND = 960
BEND_SEMITONES = 2.0


def write(
    path: Path,
    performance: Performance,
    settings: Sequence[mido.Message],
    *,
    channel: int = 0,
    lead_s: float = 0.0,
) -> None:
    """One tick a millisecond or so. The settings come first, and the line after `lead_s`."""
    events: list[tuple[float, int, mido.Message]] = [(0.5 * lead_s, 0, setting) for setting in settings]
    for bend in performance.bends:
        wheel = int(np.clip(round(8192 * bend.semitones / BEND_SEMITONES), -8192, 8191))
        events.append((lead_s + bend.time_s, 1, mido.Message("pitchwheel", pitch=wheel)))
    for note in performance.notes:
        struck = mido.Message("note_on", note=note.pitch, velocity=note.velocity)
        events.append((lead_s + note.onset_s, 3, struck))
        events.append((lead_s + note.offset_s, 2, mido.Message("note_off", note=note.pitch)))
    song = mido.MidiFile(ticks_per_beat=TICKS_A_SECOND // 2)
    track = mido.MidiTrack()
    song.tracks.append(track)
    now = 0
    for at_s, _, message in sorted(events, key=lambda event: event[:2]):
        tick = round(at_s * TICKS_A_SECOND)
        track.append(message.copy(time=tick - now, channel=channel))
        now = tick
    song.save(path)
