"""A part as the clip that a DAW gets: the same in a MIDI file and in a DAWproject."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.timing import TICKS_PER_BEAT


@dataclass(frozen=True)
class ClipNote:
    """A note, and where it lies in its clip: ticks from the bar line on which the clip begins."""

    start_tick: int
    end_tick: int
    note: Note


@dataclass(frozen=True)
class Clip:
    """Notes by start and pitch, and the bar line on which the clip ends, in ticks from its first."""

    notes: tuple[ClipNote, ...]
    end_tick: int


def clip_of(part: Part, grid: PlacedGrid) -> Clip:
    """No note is empty, a key is up before it is pressed again, and the bounce does not outlast the clip."""
    notes = _clip_notes(part, grid)
    last = max(
        grid.tick_at(part.duration_s),
        *(note.end_tick for note in notes),
        *(grid.tick_at(controller.time_s) for controller in part.controllers),
        1,
    )
    meters = grid.meters
    end_beat = meters.start_of(meters.bar_at((last - 1) / TICKS_PER_BEAT) + 1)
    return Clip(tuple(sorted(notes, key=lambda note: (note.start_tick, note.note.pitch))), tick_of(end_beat))


def _clip_notes(part: Part, grid: PlacedGrid) -> list[ClipNote]:
    placed: list[ClipNote] = []
    next_press: dict[int, int] = {}
    for note in reversed(part.notes):
        limit = next_press.get(note.pitch, sys.maxsize)
        start = max(min(grid.tick_at(note.onset_s), limit - 1), 0)
        end = min(max(grid.tick_at(note.offset_s), start + 1), limit)
        if start >= limit:  # more notes of one pitch at tick 0 than there are ticks before the next
            continue
        next_press[note.pitch] = start
        placed.append(ClipNote(start, end, note))
    return placed


def tick_of(beat: float) -> int:
    """Beats -> the nearest tick."""
    return round(beat * TICKS_PER_BEAT)
