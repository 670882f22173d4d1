"""Other pitches for the notes of a part."""

from __future__ import annotations

from collections.abc import Callable

from daw_bridge.core.notes import Note, Part


def with_pitches(part: Part, pitch_for: Callable[[int], int | None]) -> Part:
    """`part` with each note at `pitch_for` its pitch; None leaves it out."""
    pitches = {pitch: pitch_for(pitch) for pitch in {note.pitch for note in part.notes}}
    notes = ((note, pitches[note.pitch]) for note in part.notes)
    return part.with_notes(
        Note(note.onset_s, pitch, note.offset_s, note.velocity, note.confidence)
        for note, pitch in notes
        if pitch is not None
    )
