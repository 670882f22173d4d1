"""What presets are measured on: chords with a melody, a bass line, and a beat."""

from __future__ import annotations

from daw_bridge.core.notes import Note, Part
from daw_bridge.presets import Preset


def phrase_for(preset: Preset) -> Part:
    """The phrase that fits the preset, by its tags."""
    if "drums" in preset.tags:
        return BEAT
    return BASS_LINE if preset.tags[0] == "bass" else CHORDS


def _chords() -> Part:
    beat_s = 0.6
    notes = []
    progression = ((48, 60, 64, 67), (45, 57, 60, 64), (53, 57, 60, 65), (55, 59, 62, 67))
    melody = ((76, 79), (81, 76), (77, 72), (74, 79))
    for bar, (chord, tune) in enumerate(zip(progression, melody, strict=True)):
        start_s = bar * 4 * beat_s
        notes += [Note(start_s, pitch, start_s + 3.8 * beat_s, 84) for pitch in chord]
        notes += [
            Note(start_s + i * 2 * beat_s, pitch, start_s + (i * 2 + 1.8) * beat_s, 104)
            for i, pitch in enumerate(tune)
        ]
    return Part(tuple(notes), 16 * beat_s)


def _bass_line() -> Part:
    step_s = 0.3
    pitches = (28, 28, 40, 28, 31, 33, 33, 45, 36, 36, 43, 38, 40, 38, 35, 31)
    notes = [
        Note(i * step_s, pitch, (i + 0.85) * step_s, 112 if i % 4 == 0 else 92)
        for i, pitch in enumerate(pitches)
    ]
    return Part(tuple(notes), len(pitches) * step_s)


def _beat() -> Part:
    step_s = 0.125
    hits = {
        36: (0, 6, 10, 16, 22, 26, 27),
        38: (4, 12, 20, 28),
        39: (12, 28),
        42: tuple(range(0, 32, 2)),
        46: (14, 30),
    }
    accents = (0, 4, 12, 16, 20, 28)
    notes = [
        Note(step * step_s, pitch, (step + 0.9) * step_s, 112 if step in accents else 88)
        for pitch, steps in hits.items()
        for step in steps
    ]
    return Part((*notes, Note(0.0, 49, 1.0, 100), Note(3.5, 48, 3.7, 104), Note(3.75, 45, 3.95, 108)), 4.0)


CHORDS = _chords()
"""Four bars from C2 to A4, in seconds 0 to 9.6."""

BASS_LINE = _bass_line()
"""Sixteen notes from E0 to A1."""

BEAT = _beat()
"""Two bars of General MIDI drums at 120 BPM."""
