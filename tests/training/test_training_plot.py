"""The log becomes a picture that an XML reader takes, with a point for each row."""

import json
from pathlib import Path
from xml.etree import ElementTree

from daw_bridge.training.plot import PANELS, plot


def test_every_row_is_a_point(tmp_path: Path) -> None:
    losses: dict[str, object] = {"sounding": 1.0, "onset": 9.0, "offset": 2.0}
    rows: list[dict[str, object]] = [{"kind": "train", "step": step} | losses for step in (25, 50, 75)]
    rows.append({"kind": "validation", "step": 75, "f1": 0.5, "f1_with_offset": 0.25} | losses)
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
    plot(tmp_path / "log.jsonl", tmp_path / "log.svg")
    lines = ElementTree.parse(tmp_path / "log.svg").getroot().findall("{*}polyline")
    counts = [len(line.attrib["points"].split()) for line in lines]
    assert counts == [3, 3, 3, 1, 1, 1, 1, 1]
    assert len(lines) == sum(len(names) for _, names, _ in PANELS)
    x, y = map(float, lines[-1].attrib["points"].split(",", 1))
    assert x == 860 and y == 260 * 3 - 40 - 0.25 * 180
