"""How many notes are right: as mir_eval.transcription counts them (Bay, Ehmann and Downie, "Evaluation
of Multiple-F0 Estimation and Tracking Systems", ISMIR 2009), for notes with whole semitones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from daw_bridge.core.notes import Note

ONSET_TOLERANCE_S = 0.05
OFFSET_TOLERANCE_S, OFFSET_TOLERANCE = 0.05, 0.2
"""An offset may be off by 50 ms, or by a fifth of the true note's length."""


@dataclass(frozen=True)
class Score:
    """Counts, which add up over stems."""

    true: int = 0
    found: int = 0
    right: int = 0
    right_with_offset: int = 0
    onset_errors_s: tuple[float, ...] = ()
    velocity_error: float = 0.0
    """The sum over right notes, in MIDI velocity."""
    judged: tuple[tuple[float, bool], ...] = ()
    """Of each found note: its confidence, and whether it is right."""

    def __add__(self, other: Score) -> Score:
        return Score(
            self.true + other.true,
            self.found + other.found,
            self.right + other.right,
            self.right_with_offset + other.right_with_offset,
            self.onset_errors_s + other.onset_errors_s,
            self.velocity_error + other.velocity_error,
            self.judged + other.judged,
        )

    @property
    def f1(self) -> float:
        """By onset and pitch."""
        return 2 * self.right / max(self.true + self.found, 1)

    @property
    def f1_with_offset(self) -> float:
        """By onset, pitch and offset."""
        return 2 * self.right_with_offset / max(self.true + self.found, 1)


def mean_f1(scores: Mapping[str, Score]) -> tuple[float, float]:
    """The mean over families: by onset, and with offset."""
    return (
        sum(s.f1 for s in scores.values()) / len(scores),
        sum(s.f1_with_offset for s in scores.values()) / len(scores),
    )


def score(true: Sequence[Note], found: Sequence[Note]) -> Score:
    """How right what was found is."""
    paired = pairs(true, found)
    right = {id(note) for _, note in paired}
    return Score(
        len(true),
        len(found),
        len(paired),
        len(pairs(true, found, with_offset=True)),
        tuple(b.onset_s - a.onset_s for a, b in paired),
        float(sum(abs(b.velocity - a.velocity) for a, b in paired)),
        tuple((note.confidence, id(note) in right) for note in found),
    )


def pairs(
    true: Sequence[Note], found: Sequence[Note], *, with_offset: bool = False
) -> list[tuple[Note, Note]]:
    """As many true notes as can be, each with one that was found and is the same note."""
    by_pitch: dict[int, tuple[list[Note], list[Note]]] = defaultdict(lambda: ([], []))
    for side, notes in enumerate((true, found)):
        for note in sorted(notes):
            by_pitch[note.pitch][side].append(note)
    return [pair for sides in by_pitch.values() for pair in _paired(*sides, with_offset=with_offset)]


def _paired(true: list[Note], found: list[Note], *, with_offset: bool) -> list[tuple[Note, Note]]:
    """The largest matching of one pitch's notes, by augmenting paths."""
    partner: dict[int, int] = {}

    def augment(row: int, seen: set[int]) -> bool:
        for column, note in enumerate(found):
            if column not in seen and _alike(true[row], note, with_offset=with_offset):
                seen.add(column)
                if column not in partner or augment(partner[column], seen):
                    partner[column] = row
                    return True
        return False

    for row in range(len(true)):
        augment(row, set())
    return [(true[row], found[column]) for column, row in partner.items()]


def _alike(true: Note, found: Note, *, with_offset: bool) -> bool:
    if abs(true.onset_s - found.onset_s) > ONSET_TOLERANCE_S:
        return False
    tolerance_s = max(OFFSET_TOLERANCE_S, OFFSET_TOLERANCE * true.duration_s)
    return not with_offset or abs(true.offset_s - found.offset_s) <= tolerance_s
