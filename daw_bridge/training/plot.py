"""The log -> its curves as an SVG picture: losses above, scores below, over training steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 900, 260, 40
COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad")
PANELS = (
    ("train", ("sounding", "onset", "offset"), 6.0),
    ("validation", ("sounding", "onset", "offset"), 6.0),
    ("validation", ("f1", "f1_with_offset"), 1.0),
)
"""Kind of row, what is drawn of it, and the top of the scale."""


def plot(log: Path, picture: Path) -> None:
    """Write the picture. Raises FileNotFoundError without a log."""
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    last = max((row["step"] for row in rows), default=1)
    height = HEIGHT * len(PANELS)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">'
    ]
    for number, (kind, names, top) in enumerate(PANELS):
        floor = HEIGHT * (number + 1) - MARGIN
        drawn.append(
            f'<path d="M{MARGIN} {floor - HEIGHT + 2 * MARGIN}V{floor}H{WIDTH - MARGIN}" '
            'fill="none" stroke="#888"/>'
        )
        drawn.append(
            f'<text x="{MARGIN}" y="{floor + 18}" font-size="12">0 to {top:g}, step 0 to {last}</text>'
        )
        for colour, name in zip(COLOURS, names, strict=False):
            points = [(row["step"], row[name]) for row in rows if row["kind"] == kind]
            drawn.append(_curve(points, colour, last, top, floor))
            x = MARGIN + 330 + 180 * names.index(name)
            drawn.append(
                f'<text x="{x}" y="{floor + 18}" font-size="12" fill="{colour}">{kind}: {name}</text>'
            )
    picture.write_text("\n".join([*drawn, "</svg>"]), encoding="utf-8")


def _curve(points: Sequence[tuple[int, float]], colour: str, last: int, top: float, floor: int) -> str:
    """One line, cut off at the top of the scale."""
    across, up = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    places = [
        f"{MARGIN + across * step / last:.1f},{floor - up * min(value / top, 1):.1f}"
        for step, value in points
    ]
    return f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
