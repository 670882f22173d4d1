"""What is wrong with the notes that are wrong: each gets one cause, looked for in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from tests.bench.answers import Answer
from tests.bench.stems import Row

ONSET_S = 0.05
LATE_S = 0.3
"""A note of the right key that begins up to so much too late or too early is that note, at the wrong time."""
RING_S = 1.5
"""So long after its release a note may still be heard: reverberation, echoes."""
PARTIALS = (12, 19, 24, 28, 31, 34, 36)
"""Semitones from a tone to its second, third … eighth partial."""

EXTRA = ("early or late", "struck again", "after release", "partial", "below", "neighbour", "nothing near")
MISSED = ("early or late", "not struck again", "octave heard", "under a partial's tone", "not heard")


def faults(answer: Answer) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Counts of extra notes, missed notes, and of right notes with a wrong offset (`short` or `long`)."""
    true, found = answer.stem.notes, answer.notes
    right_true, right_found = ({pair[side] for pair in answer.pairs} for side in (0, 1))
    extra = [note for column, note in enumerate(found) if column not in right_found]
    missed = [note for row, note in enumerate(true) if row not in right_true]
    extras, misses, ends = Counter[str](), Counter[str](), Counter[str]()
    for note in list(missed):
        near = [e for e in extra if e[1] == note[1] and abs(e[0] - note[0]) <= LATE_S]
        if near:
            extra.remove(min(near, key=lambda e: abs(e[0] - note[0])))
            missed.remove(note)
            extras["early or late"] += 1
            misses["early or late"] += 1
    extras.update(_why_extra(note, true) for note in extra)
    misses.update(_why_missed(note, found, extra, true) for note in missed)
    for row, column in answer.pairs:
        late_s = found[column][2] - true[row][2]
        if abs(late_s) > max(0.05, 0.2 * (true[row][2] - true[row][0])):
            ends["long" if late_s > 0 else "short"] += 1
    return extras, misses, ends


def table(some: Sequence[Answer]) -> str:
    """A row a family: faults of each cause for a hundred true notes."""
    heads = ["family", *(f"extra: {cause}" for cause in EXTRA), *(f"missed: {cause}" for cause in MISSED)]
    heads += ["offset too short", "too long", "onset median", "onset p95"]
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for family in dict.fromkeys(a.stem.family for a in some):
        mine = [a for a in some if a.stem.family == family]
        extras, misses, ends = (
            sum(counts, Counter[str]()) for counts in zip(*map(faults, mine), strict=True)
        )
        hundred = sum(len(a.stem.notes) for a in mine) / 100
        counts = [extras[c] for c in EXTRA] + [misses[c] for c in MISSED] + [ends["short"], ends["long"]]
        signed_ms = [1000 * error for a in mine for error in a.onset_errors_s] or [0.0]
        times = [f"{np.median(signed_ms):+.0f} ms", f"{np.percentile(signed_ms, 95):+.0f} ms"]
        lines.append(f"| {family} | {' | '.join([f'{n / hundred:.1f}' for n in counts] + times)} |")
    return "\n".join(lines)


def worst(some: Sequence[Answer], count: int = 12) -> str:
    """A line for each of the stems with the lowest onset F1."""
    lines = []
    for answer in sorted(some, key=lambda answer: answer.f1)[:count]:
        stem = answer.stem
        extra, missed, ends = map(_said, faults(answer))
        lines.append(
            f"- {stem.name} {stem.family}, {stem.line} on {stem.sound}: {answer.f1:.2f} "
            f"({answer.f1_offsets:.2f}), precision {answer.precision:.2f}, recall {answer.recall:.2f}; "
            f"extra: {extra}; missed: {missed}; offsets: {ends}"
        )
    return "\n".join(lines)


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {cause}" for cause, count in counts.most_common()) or "none"


def _why_extra(note: Row, true: Sequence[Row]) -> str:
    onset_s, key = note[0], note[1]
    for other in true:
        if other[1] == key and other[0] <= onset_s < other[2]:
            return "struck again"
    for other in true:
        if other[1] == key and other[2] <= onset_s < other[2] + RING_S:
            return "after release"
    steps = {key - other[1] for other in true if other[0] - ONSET_S <= onset_s < other[2] + ONSET_S}
    if steps & set(PARTIALS):
        return "partial"
    if steps & {-step for step in PARTIALS}:
        return "below"
    return "neighbour" if steps & {-2, -1, 1, 2} else "nothing near"


def _why_missed(note: Row, found: Sequence[Row], extra: Sequence[Row], true: Sequence[Row]) -> str:
    onset_s, key = note[0], note[1]
    if any(f[1] == key and f[0] < onset_s < f[2] for f in found):
        return "not struck again"
    if any(abs(e[0] - onset_s) <= ONSET_S and abs(e[1] - key) in PARTIALS for e in extra):
        return "octave heard"
    if any(key - t[1] in PARTIALS and t[0] - ONSET_S <= onset_s < t[2] for t in true):
        return "under a partial's tone"
    return "not heard"
