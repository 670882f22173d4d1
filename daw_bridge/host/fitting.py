"""Part + NoteFit -> the part as the instrument is to play it. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from daw_bridge.core.notes import HIGHEST_PITCH, LOWEST_PITCH, Note, Part
from daw_bridge.presets import NoteFit

CHORD_S = 0.03
"""Notes that begin within this time are one chord: fingers are no nearer to each other."""

LEGATO_S = 0.01
"""How long notes overlap in legato, and how far apart they may be to be played so."""


def fit_part(part: Part, fit: NoteFit) -> Part:
    """Reduce to one voice, transpose, fold into the range, limit voices, bend velocities.

    Onsets stay where they are.
    """
    notes: Iterable[Note] = part.notes
    if fit.voices == "mono":
        notes = _one_voice(part.notes, legato=fit.mono == "legato")
    notes = sorted(_fit_note(note, fit) for note in notes)
    if isinstance(fit.voices, int):
        notes = limit_voices(notes, fit.voices)
    return part.with_notes(notes)


def fold_pitch(pitch: int, lowest: int, highest: int) -> int:
    """`pitch` moved by the fewest octaves that bring it into the range, which spans an octave at least."""
    if pitch < lowest:
        return pitch + 12 * -((pitch - lowest) // 12)
    if pitch > highest:
        return pitch - 12 * -((highest - pitch) // 12)
    return pitch


def limit_voices(notes: Iterable[Note], voices: int) -> list[Note]:
    """No more than `voices` notes at once: a new one ends the softest, of two the older.

    Of notes that begin together the softest are left out.
    """
    kept: list[Note] = []
    sounding: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.onset_s, -note.velocity, note.pitch)):
        kept += [before for before in sounding if before.offset_s <= note.onset_s]
        sounding = [before for before in sounding if before.offset_s > note.onset_s]
        if len(sounding) == voices:
            older = [before for before in sounding if before.onset_s < note.onset_s]
            if not older:
                continue
            ended = min(older, key=lambda before: (before.velocity, before.onset_s))
            sounding.remove(ended)
            kept.append(replace(ended, offset_s=note.onset_s))
        sounding.append(note)
    return sorted(kept + sounding)


def _fit_note(note: Note, fit: NoteFit) -> Note:
    lowest = fit.range.lowest if fit.range else LOWEST_PITCH
    highest = fit.range.highest if fit.range else HIGHEST_PITCH
    pitch = fold_pitch(note.pitch + fit.transpose, lowest, highest)
    curved = 127.0 * (note.velocity / 127.0) ** fit.velocity.curve
    velocity = min(max(round(curved * fit.velocity.gain), fit.velocity.min), fit.velocity.max)
    return replace(note, pitch=pitch, velocity=velocity)


def _one_voice(notes: tuple[Note, ...], *, legato: bool) -> Iterator[Note]:
    """The top note of each chord, ended by the next one; in legato just after that one has begun."""
    tops = [max(chord, key=lambda note: note.pitch) for chord in _chords(notes)]
    for note, following, third in itertools.zip_longest(tops, tops[1:], tops[2:]):
        if following is None:
            yield note
        elif legato and note.offset_s >= following.onset_s - LEGATO_S:
            # Not beyond the next note's own end: then it would be heard again. Nor into a third one.
            ends_s = (following.onset_s + LEGATO_S, following.offset_s)
            yield replace(note, offset_s=min(ends_s if third is None else (*ends_s, third.onset_s)))
        else:
            yield replace(note, offset_s=min(note.offset_s, following.onset_s))


def _chords(notes: Iterable[Note]) -> Iterator[list[Note]]:
    chord: list[Note] = []
    for note in notes:
        if chord and note.onset_s - chord[0].onset_s > CHORD_S:
            yield chord
            chord = []
        chord.append(note)
    if chord:
        yield chord
