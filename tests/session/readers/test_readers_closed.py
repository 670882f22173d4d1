"""Formats that can't be read: the user hears which DAW it is and what to export instead."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from daw_bridge.core.errors import SessionFileClosed
from daw_bridge.session.readers import READERS
from daw_bridge.session.readers.closed import CLOSED_FORMATS


@pytest.mark.parametrize(
    ("name", "daw", "advice"),
    [
        ("Night Drive.cpr", "Cubase", "Tempo Track"),
        ("Night Drive.npr", "Nuendo", "Tempo Track"),
        ("Night Drive.ptx", "Pro Tools", "file: map.mid"),
        ("Night Drive.bwproject", "Bitwig Studio", "DAWproject"),
        ("Night Drive.reason", "Reason", "file: map.mid"),
    ],
)
def test_a_closed_format_is_recognised_by_its_name(tmp_path: Path, name: str, daw: str, advice: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"\0" * 100)
    (reader,) = [r for r in READERS if any(fnmatchcase(name, pattern) for pattern in r.patterns)]
    with pytest.raises(SessionFileClosed) as caught:
        reader.read(file)
    assert daw in caught.value.what
    assert advice in caught.value.advice
    assert caught.value.where == file


def test_every_closed_format_says_what_to_do() -> None:
    for closed in CLOSED_FORMATS:
        assert closed.advice.endswith((".", "`."))
        assert "%" not in closed.advice
