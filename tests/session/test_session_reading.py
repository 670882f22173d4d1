"""A session's file is found, read, read again when it was saved, and described."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.timing import Curve, TempoChange, TempoMap
from daw_bridge.session.describing import describe_grid
from daw_bridge.session.reading import SessionReading


def reaper(tempo: str) -> str:
    return f'<REAPER_PROJECT 0.1 "7.0/linux" 1700000000\n  TEMPO {tempo}\n  SAMPLERATE 48000 0 0\n>\n'


def save(file: Path, tempo: str, *, at_ns: int) -> None:
    file.write_text(reaper(tempo))
    os.utime(file, ns=(at_ns, at_ns))


def test_the_session_is_read_and_read_again_when_it_was_saved(tmp_path: Path) -> None:
    reading = SessionReading(tmp_path)
    assert reading.read().info is None
    save(tmp_path / "song.rpp", "97 7 8", at_ns=1)
    first = reading.read()
    assert first.info is not None
    assert first.info.grid == Grid.constant(97.0, TimeSignature(7, 8))
    assert reading.read() is first  # not read a second time
    save(tmp_path / "song.rpp", "120 4 4", at_ns=2)
    again = reading.read()
    assert again.info is not None
    assert again.info.grid == Grid.constant(120.0)


def test_a_file_that_is_away_for_a_moment_while_it_is_saved_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "song.rpp"
    reading = SessionReading(tmp_path)
    save(file, "97 4 4", at_ns=1)
    reading.read()
    file.unlink()
    monkeypatch.setattr("daw_bridge.session.reading.time.sleep", lambda _: save(file, "98 4 4", at_ns=2))
    info = reading.read().info
    assert info is not None
    assert info.grid.tempo.initial_bpm == 98.0


def test_of_several_the_newest_is_read_which_is_said(tmp_path: Path) -> None:
    save(tmp_path / "new.rpp", "97 4 4", at_ns=2)
    save(tmp_path / "old.rpp", "120 4 4", at_ns=1)
    read = SessionReading(tmp_path).read()
    assert read.info is not None
    assert read.info.file.name == "new.rpp"
    assert "2 session files" in read.warnings[0]


def test_backups_our_own_folders_hidden_files_and_midi_are_no_sessions(tmp_path: Path) -> None:
    for name in ("Backup/a.rpp", "Bridge/b.rpp", ".c.rpp", "part.mid"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(reaper("97 4 4"))
    assert SessionReading(tmp_path, leave_out=[tmp_path / "Bridge"]).read().info is None


def test_what_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "song.rpp").write_text("no session at all")
    read = SessionReading(tmp_path).read()
    assert read.info is None
    assert "song.rpp" in read.warnings[0]


def test_a_closed_format_says_what_to_export_unless_another_session_is_there(tmp_path: Path) -> None:
    (tmp_path / "song.cpr").write_bytes(b"RIFX")
    assert "tempo track" in SessionReading(tmp_path).read().warnings[0].lower()
    save(tmp_path / "song.rpp", "97 4 4", at_ns=1)
    read = SessionReading(tmp_path).read()
    assert read.info is not None
    assert "song.cpr is newer" in read.warnings[0]


FOUR, SEVEN = TimeSignature(4, 4), TimeSignature(7, 8)


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        (Grid.constant(97.0, SEVEN), "97 BPM, 7/8"),
        (
            Grid(TempoMap.constant(97.0), Meters((MeterChange(0.0, FOUR), MeterChange(32.0, SEVEN)))),
            "97 BPM, 4/4, 7/8 from bar 9",
        ),
        (
            Grid(TempoMap((TempoChange(0.0, 97.0), TempoChange(16.0, 120.5)))),
            "97 BPM, 120.5 BPM from bar 5, 4/4",
        ),
        (
            Grid(TempoMap((TempoChange(0.0, 97.0, Curve.IN_BEATS), TempoChange(16.0, 120.0)))),
            "97 BPM at first, then 97 to 120 BPM, 4/4",
        ),
    ],
)
def test_a_grid_is_described_in_words(grid: Grid, words: str) -> None:
    assert describe_grid(grid) == words
