"""Engines of other packages: found by their entry point, and held to what an engine is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import EngineFailed, EngineMissing
from daw_bridge.core.notes import Bend, Note, Part
from daw_bridge.transcribe import engine
from daw_bridge.transcribe.engine import Progress
from daw_bridge.transcribe.foreign import Foreign

CLIP = AudioClip(np.zeros((1, 4 * 16_000), np.float32), 16_000)

PACKAGE = """
from daw_bridge.core.notes import Note, Part

class Ear:
    name, version, rate_hz = "whatever", "3", 16_000

    def prepare(self):
        pass

    def transcribe(self, clip, *, profile="auto", on_progress=lambda done: None):
        on_progress(1.0)
        return Part((Note(0.5, 60, 1.0, 90, 0.7),), clip.duration_s)
"""


class Theirs:
    """Says what `hears` says."""

    version: Any = "1"
    rate_hz: Any = 16_000

    def __init__(self, hears: Callable[[], Any] = lambda: Part((), 4.0)) -> None:
        self.hears = hears

    def prepare(self) -> None:
        raise RuntimeError("too early")

    def transcribe(self, clip: AudioClip, *, profile: str, on_progress: Progress) -> Any:
        on_progress(0.5)
        return self.hears()


def hearing(hears: Callable[[], Any]) -> Foreign:
    return Foreign("theirs", lambda: lambda: Theirs(hears))


def raising(error: BaseException) -> Callable[[], Any]:
    def hears() -> Any:
        raise error

    return hears


def test_an_installed_package_brings_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    about = tmp_path / "their_ear-3.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: their-ear\nVersion: 3\n")
    (about / "entry_points.txt").write_text("[daw_bridge.engines]\ntheir-ear = their_ear:Ear\n")
    (tmp_path / "their_ear.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(tmp_path)
    found = engine("their-ear")
    sys.modules.pop("their_ear")
    assert (found.name, found.version, found.rate_hz) == ("their-ear", "3", 16_000)
    assert found.transcribe(CLIP).notes == (Note(0.5, 60, 1.0, 90, 0.7),)


@pytest.mark.parametrize("error", [RuntimeError("no graphics card"), SyntaxError("bad"), SystemExit(3)])
def test_one_that_cannot_be_loaded_is_missing(error: BaseException) -> None:
    with pytest.raises(EngineMissing, match='"theirs" can\'t be loaded'):
        Foreign("theirs", raising(error))
    with pytest.raises(EngineMissing, match="can't be loaded"):
        Foreign("theirs", lambda: raising(error))


@pytest.mark.parametrize("named", [{"rate_hz": "fast"}, {"rate_hz": 0}, {"transcribe": property()}])
def test_one_that_lacks_what_an_engine_has_is_missing(named: dict[str, Any]) -> None:
    with pytest.raises(EngineMissing, match="can't be loaded"):
        Foreign("theirs", lambda: type("Lacking", (Theirs,), named))


@pytest.mark.parametrize("error", [RuntimeError("out of memory"), KeyError("notes"), SystemExit(3)])
def test_one_that_raises_fails_with_its_own_words(error: BaseException) -> None:
    theirs = hearing(raising(error))
    theirs.prepare()
    with pytest.raises(EngineFailed, match=f'"theirs" stopped.*{type(error).__name__}'):
        theirs.transcribe(CLIP)


def test_an_error_of_ours_is_passed_on() -> None:
    gated = EngineMissing("The weights need a licence.", advice="Ask for it.")
    with pytest.raises(EngineMissing, match="licence"):
        hearing(raising(gated)).transcribe(CLIP)
    with pytest.raises(EngineMissing, match="licence"):
        Foreign("theirs", raising(gated))


def test_a_listener_that_raises_ends_it_as_it_ends_ours() -> None:
    class Closing(Exception):
        pass

    def stop(_done: float) -> None:
        raise Closing

    with pytest.raises(Closing):
        hearing(lambda: Part((), 4.0)).transcribe(CLIP, on_progress=stop)


@pytest.mark.parametrize(
    "hears",
    [
        lambda: None,
        lambda: [Note(0.5, 60, 1.0)],
        lambda: Part((Note(float("nan"), 60, 1.0),), 4.0),
        lambda: Part((Note(0.5, 60, float("inf")),), 4.0),
        lambda: Part((Note(0.5, 60.5, 1.0),), 4.0),  # type: ignore[arg-type]
        lambda: Part((Note(0.5, 200, 1.0),), 4.0),
        lambda: Part((Note(1.0, 60, 0.5),), 4.0),
        lambda: Part((Note(0.5, 60, 1.0, 100, 7.0),), 4.0),
        lambda: Part((Note(0.5, 60, 1.0, 100, float("nan")),), 4.0),
        lambda: Part((Note(0.5, 60, 1.0),), 4.0, (Bend(0.5, float("nan")),)),
    ],
)
def test_what_is_no_part_and_no_note_is_told(hears: Callable[[], Any]) -> None:
    with pytest.raises(EngineFailed, match='"theirs" stopped'):
        hearing(hears).transcribe(CLIP)


def test_notes_are_ordered_and_end_with_the_clip() -> None:
    late, long = Note(9.0, 62, 9.5), Note(1.0, 64, 1e9)
    part = hearing(lambda: Part((late, long, Note(0.5, 60, 1.0)), 10.0)).transcribe(CLIP)
    assert part == Part((Note(0.5, 60, 1.0), Note(1.0, 64, 4.0)), 4.0)


def test_numpys_numbers_become_plain_ones() -> None:
    note = Note(np.float32(0.5), np.int64(60), np.float32(1.0), np.int64(90), np.float32(0.5))  # type: ignore[arg-type]
    (heard,) = hearing(lambda: Part((note,), 4.0)).transcribe(CLIP).notes
    assert [type(value) for value in (heard.onset_s, heard.pitch, heard.velocity, heard.confidence)] == [
        float,
        int,
        int,
        float,
    ]
