"""Part + NoteFit -> the part as the instrument is to play it. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from daw_bridge.core.notes import HIGHEST_PITCH, LOWEST_PITCH, Note, Part
from daw_bridge.presets import NoteFit

CHORD_S = 0.03
"""Notes that begin within this time are one chord: fingers are no nearer to each other."""


def fit_part(part: Part, fit: NoteFit) -> Part:
    """Transpose, reduce to one voice, fold into the range, scale velocities. Onsets stay where they are."""
    notes = _one_voice(part.notes) if fit.voices == "mono" else part.notes
    return part.with_notes(_fit_note(note, fit) for note in notes)


def fold_pitch(pitch: int, lowest: int, highest: int) -> int:
    """`pitch` moved by the fewest octaves that bring it into the range, which spans an octave at least."""
    if pitch < lowest:
        return pitch + 12 * -((pitch - lowest) // 12)
    if pitch > highest:
        return pitch - 12 * -((highest - pitch) // 12)
    return pitch


def _fit_note(note: Note, fit: NoteFit) -> Note:
    lowest = fit.range.lowest if fit.range else LOWEST_PITCH
    highest = fit.range.highest if fit.range else HIGHEST_PITCH
    pitch = fold_pitch(note.pitch + fit.transpose, lowest, highest)
    velocity = min(max(round(note.velocity * fit.velocity.gain), 1), 127)
    return replace(note, pitch=pitch, velocity=velocity)


def _one_voice(notes: tuple[Note, ...]) -> Iterator[Note]:
    """The top note of each chord, ended by the next one."""
    tops = [max(chord, key=lambda note: note.pitch) for chord in _chords(notes)]
    for note, following in itertools.zip_longest(tops, tops[1:]):
        ends_s = note.offset_s if following is None else min(note.offset_s, following.onset_s)
        yield replace(note, offset_s=ends_s)


def _chords(notes: Iterable[Note]) -> Iterator[list[Note]]:
    chord: list[Note] = []
    for note in notes:
        if chord and note.onset_s - chord[0].onset_s > CHORD_S:
            yield chord
            chord = []
        chord.append(note)
    if chord:
        yield chord
