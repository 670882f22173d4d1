"""Answers -> markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from daw_bridge.core.notes import Note
from daw_bridge.training.scoring import score
from tests.bench.answers import Answer

Columns = Mapping[str, Sequence[Answer]]
"""By contender."""


def families(some: Sequence[Answer]) -> dict[str, list[Answer]]:
    """In their order."""
    found: dict[str, list[Answer]] = {}
    for answer in some:
        found.setdefault(answer.stem.family, []).append(answer)
    return found


def mean_f1(some: Sequence[Answer]) -> tuple[float, float]:
    """Means over stems: by onset, and with offsets."""
    return float(np.mean([a.f1 for a in some])), float(np.mean([a.f1_offsets for a in some]))


def summary(columns: Columns) -> str:
    """A row a family: onset F1, and in brackets with offsets. The mean is over families."""
    rows = {name: families(some) for name, some in columns.items()}
    first = next(iter(rows.values()))
    lines = [_row("family", "stems", *columns), _row("---", *("---:" for _ in range(1 + len(columns))))]
    for family, some in first.items():
        cells = [_both(mean_f1(rows[name][family])) for name in columns]
        lines.append(_row(family, str(len(some)), *cells))
    if len(first) > 1:
        means = [np.mean([mean_f1(some) for some in by.values()], axis=0) for by in rows.values()]
        bold = [f"**{_both((float(onset), float(offset)))}**" for onset, offset in means]
        lines.append(_row("**mean**", str(sum(map(len, first.values()))), *bold))
    return "\n".join(lines)


def details(some: Sequence[Answer]) -> str:
    """All figures of one contender, a row a family."""
    heads = (
        "family", "precision", "recall", "onset F1", "with offsets", "velocity error",
        "onset error, median", "p95", "notes per true note",
    )  # fmt: skip
    lines = [_row(*heads), _row("---", *("---:" for _ in heads[1:]))]
    by_family = families(some)
    lines += [_row(family, *_figures(group)) for family, group in by_family.items()]
    if len(by_family) > 1:
        lines.append(_row("**all stems**", *_figures(some)))
    return "\n".join(lines)


def by_stem(columns: Columns) -> str:
    """A row a stem: its onset F1, and the F1 of all notes an octave up, for what sounds below its keys."""
    heads = (*columns, *(f"{name}, an octave up" for name in columns))
    lines = [_row("stem", "sound", "notes", *heads), _row(*("---" for _ in range(3 + len(heads))))]
    for answers in zip(*columns.values(), strict=True):
        stem = answers[0].stem
        scores = (*(a.f1 for a in answers), *(_an_octave_up(a) for a in answers))
        lines.append(_row(stem.name, stem.sound, str(len(stem.notes)), *(f"{f1:.2f}" for f1 in scores)))
    return "\n".join(lines)


def _an_octave_up(answer: Answer) -> float:
    true, moved = (
        [Note(onset_s, round(pitch) + up, offset_s) for onset_s, pitch, offset_s, *_ in rows]
        for rows, up in ((answer.stem.notes, 0), (answer.notes, 12))
    )
    return score(true, moved).f1


def calibration(columns: Columns) -> str:
    """A row for each tenth of the confidence: how many notes, and which share of them is right."""
    judged = {name: np.array([pair for a in some for pair in a.judged]) for name, some in columns.items()}
    judged = {name: pairs for name, pairs in judged.items() if len(pairs)}
    heads = [f"{name}: {what}" for name in judged for what in ("notes", "mean confidence", "right")]
    lines = [_row("confidence", *heads), _row("---", *("---:" for _ in heads))]
    for tenth in range(10):
        cells = []
        for pairs in judged.values():
            inside = pairs[np.clip((pairs[:, 0] * 10 + 1e-9).astype(int), 0, 9) == tenth]
            sure, right = inside.mean(axis=0) if len(inside) else (0.0, 0.0)
            cells += [str(len(inside)), f"{sure:.2f}", f"{right:.2f}"] if len(inside) else ["0", "", ""]
        if any(cells[::3]) and set(cells[::3]) != {"0"}:
            lines.append(_row(f"{tenth / 10:.1f} to {(tenth + 1) / 10:.1f}", *cells))
    return "\n".join(lines)


def speed(times: Mapping[str, Mapping[str, tuple[float, float]]], length_s: float, beside: str) -> str:
    """A row a contender; `times` holds seconds and processor seconds of each stem, `beside` is who the
    others are compared with, on the stems that both heard."""
    heads = ("", "stems", "faster than real time", f"time, {beside}: 1", "processor time")
    lines = [_row(*heads), _row("---", *("---:" for _ in heads[1:]))]
    for name, mine in times.items():
        ratios = [np.array(mine[s]) / np.array(times[beside][s]) for s in mine]
        wall, processor = np.median(ratios, axis=0)
        real_time = length_s / float(np.median([seconds for seconds, _ in mine.values()]))
        lines.append(_row(name, str(len(mine)), f"{real_time:.1f} times", f"{wall:.2f}", f"{processor:.2f}"))
    return "\n".join(lines)


def _figures(some: Sequence[Answer]) -> list[str]:
    def mean(of: Callable[[Answer], float]) -> str:
        return f"{np.mean([of(answer) for answer in some]):.2f}"

    onset_ms = 1000 * np.abs([error for a in some for error in a.onset_errors_s])
    velocity = np.abs([error for a in some for error in a.velocity_errors])
    found, true = sum(len(a.notes) for a in some), sum(len(a.stem.notes) for a in some)
    figures = [mean(lambda a: a.precision), mean(lambda a: a.recall)]
    figures += [mean(lambda a: a.f1), mean(lambda a: a.f1_offsets)]
    if len(onset_ms):
        median_ms, p95_ms = np.percentile(onset_ms, [50, 95])
        figures += [f"{velocity.mean():.0f}", f"{median_ms:.1f} ms", f"{p95_ms:.0f} ms"]
    else:
        figures += ["", "", ""]
    return [*figures, f"{found / true:.2f}"]


def _both(pair: tuple[float, float]) -> str:
    return f"{pair[0]:.2f} ({pair[1]:.2f})"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
