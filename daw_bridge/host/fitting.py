"""Part + NoteFit -> the part as the instrument is to play it. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from daw_bridge.core.notes import HIGHEST_PITCH, LOWEST_PITCH, Note, Part
from daw_bridge.core.voices import chords, fold_pitch, limit_voices
from daw_bridge.presets import NoteFit

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


def _fit_note(note: Note, fit: NoteFit) -> Note:
    lowest = fit.range.lowest if fit.range else LOWEST_PITCH
    highest = fit.range.highest if fit.range else HIGHEST_PITCH
    pitch = fold_pitch(note.pitch + fit.transpose, lowest, highest)
    curved = 127.0 * (note.velocity / 127.0) ** fit.velocity.curve
    velocity = min(max(round(curved * fit.velocity.gain), fit.velocity.min), fit.velocity.max)
    return replace(note, pitch=pitch, velocity=velocity)


def _one_voice(notes: tuple[Note, ...], *, legato: bool) -> Iterator[Note]:
    """The top note of each chord, ended by the next one; in legato just after that one has begun."""
    tops = [max(chord, key=lambda note: note.pitch) for chord in chords(notes)]
    for note, following, third in itertools.zip_longest(tops, tops[1:], tops[2:]):
        if following is None:
            yield note
        elif legato and note.offset_s >= following.onset_s - LEGATO_S:
            # Not beyond the next note's own end: then it would be heard again. Nor into a third one.
            ends_s = (following.onset_s + LEGATO_S, following.offset_s)
            yield replace(note, offset_s=min(ends_s if third is None else (*ends_s, third.onset_s)))
        else:
            yield replace(note, offset_s=min(note.offset_s, following.onset_s))
