"""Which file of a folder is the session, and reading it while the DAW saves it."""

from __future__ import annotations

import os
import plistlib
import shutil
import threading
from pathlib import Path

import pytest

from daw_bridge.core.errors import SessionFileClosed, SessionFileInvalid
from daw_bridge.core.grid import Grid
from daw_bridge.session import newest
from daw_bridge.session.newest import Found, find_session_file, read_session_file, stamp_of
from daw_bridge.session.readers import SessionInfo
from daw_bridge.session.readers.info import Reader
from daw_bridge.session.readers.reaper import Reaper
from daw_bridge.session.readers.source import invalid

REAPER_PROJECT = '<REAPER_PROJECT 0.1 "7.16/x"\n  TEMPO {tempo} 4 4\n>\n'


def write(folder: Path, name: str, *, at: int, tempo: int = 97) -> Path:
    """A session file, saved at second `at`."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(REAPER_PROJECT.format(tempo=tempo))
    os.utime(file, (at, at))
    return file


def logic_project(folder: Path, name: str, *, at: int) -> Path:
    metadata = folder / name / "Alternatives" / "000" / "MetaData.plist"
    metadata.parent.mkdir(parents=True)
    metadata.write_bytes(plistlib.dumps({"BeatsPerMinute": 97}))
    os.utime(metadata, (at, at))
    return folder / name


def found_in(folder: Path) -> Found:
    found = find_session_file(folder)
    assert found is not None
    return found


def test_an_empty_folder_has_none(tmp_path: Path) -> None:
    assert find_session_file(tmp_path) is None


def test_the_only_one(tmp_path: Path) -> None:
    file = write(tmp_path, "Night Drive.RPP", at=10)
    found = found_in(tmp_path)
    assert (found.file, found.notes) == (file, ())
    assert read_session_file(found).grid.tempo.initial_bpm == 97.0


def test_the_newest_of_several(tmp_path: Path) -> None:
    write(tmp_path, "old.rpp", at=10)
    newest_file = write(tmp_path, "Night Drive.rpp", at=30, tempo=140)
    write(tmp_path, "another.flp", at=20)
    found = found_in(tmp_path)
    assert found.file == newest_file
    assert found.notes == ("3 session files: the newest, Night Drive.rpp, is read",)
    info = read_session_file(found)
    assert info.grid.tempo.initial_bpm == 140.0
    assert info.notes[0] == found.notes[0]


def test_what_is_passed_over(tmp_path: Path) -> None:
    """Backups, our own folders, what is hidden, what only has the name, and any MIDI."""
    for name in (
        "Backup/a.als",
        "Bridge/a.rpp",
        ".a.rpp",
        "._Night Drive.als",
        "~a.rpp",
        "a.rpp-bak",
        "a.mid",
    ):
        write(tmp_path, name, at=10)
    (tmp_path / "a folder.rpp").mkdir()
    (tmp_path / "a file.logicx").touch()
    ours = write(tmp_path, "delivered.rpp", at=10)
    assert find_session_file(tmp_path, leave_out=[ours]) is None


def test_a_closed_one_only_where_nothing_can_be_read(tmp_path: Path) -> None:
    write(tmp_path, "a.ptx", at=5)
    closed = write(tmp_path, "Night Drive.cpr", at=20)
    found = found_in(tmp_path)
    assert found.file == closed
    with pytest.raises(SessionFileClosed, match="Cubase"):
        read_session_file(found)

    readable = write(tmp_path, "Night Drive.rpp", at=10)
    found = found_in(tmp_path)
    assert found.file == readable
    assert found.notes == ("Night Drive.cpr is newer and can't be read: Night Drive.rpp is read instead",)


def test_a_logic_project_is_as_new_as_its_last_save(tmp_path: Path) -> None:
    """Saving changes a file deep in its folder, and not the folder."""
    write(tmp_path, "old.rpp", at=20)
    project = logic_project(tmp_path, "Night Drive.logicx", at=30)
    os.utime(project, (10, 10))
    found = found_in(tmp_path)
    assert found.file == project
    assert read_session_file(found).daw == "Logic Pro"


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(SessionFileInvalid, match="looked through"):
        find_session_file(tmp_path / "gone")


class Scripted:
    """Reads a REAPER project, and does something before or after each reading, as a DAW would meanwhile."""

    daw = "REAPER"
    patterns = ("*.rpp",)

    def __init__(self, file: Path) -> None:
        self.file = file
        self.readings = 0
        self.failed = threading.Event()

    def read(self, file: Path) -> SessionInfo:
        self.readings += 1
        try:
            return Reaper().read(file)
        except SessionFileInvalid:
            self.failed.set()
            raise


def scripted(file: Path, reader: Reader) -> Found:
    stamp = stamp_of(file)
    assert stamp is not None
    return Found(file, reader, stamp)


def test_a_file_that_is_half_saved_is_read_again(tmp_path: Path) -> None:
    """The DAW writes the rest after the first reading has failed, in two goes, the file gone in between."""
    whole = REAPER_PROJECT.format(tempo=97)
    file = tmp_path / "a.rpp"
    file.write_text(whole[:20])
    reader = Scripted(file)

    def save() -> None:
        assert reader.failed.wait(30)
        file.unlink()
        (tmp_path / "b").write_text(whole[:40])
        shutil.move(tmp_path / "b", file)
        file.write_text(whole)

    found = scripted(file, reader)
    daw = threading.Thread(target=save)
    daw.start()
    info = read_session_file(found)
    daw.join(30)
    assert info.grid.tempo.initial_bpm == 97.0
    assert 2 <= reader.readings <= newest.MOST_READINGS


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    file = write(tmp_path, "a.rpp", at=10)

    class Overtaken(Scripted):
        def read(self, file: Path) -> SessionInfo:
            info = super().read(file)
            if self.readings == 1:
                write(tmp_path, "a.rpp", at=11, tempo=140)
            return info

    reader = Overtaken(file)
    assert read_session_file(scripted(file, reader)).grid.tempo.initial_bpm == 140.0
    assert reader.readings == 2


def test_a_file_that_never_stands_still_is_read_all_the_same(tmp_path: Path) -> None:
    file = write(tmp_path, "a.rpp", at=10)

    class Restless(Scripted):
        def read(self, file: Path) -> SessionInfo:
            info = super().read(file)
            write(tmp_path, "a.rpp", at=10 + self.readings)
            return info

    reader = Restless(file)
    assert read_session_file(scripted(file, reader)).grid == Grid.constant(97.0)
    assert reader.readings == newest.MOST_READINGS


def test_a_broken_file_that_nobody_saves_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "a.rpp"
    file.write_text("<REAPER_PROJECT 0.1\n")
    reader = Scripted(file)
    with pytest.raises(SessionFileInvalid, match="ends in the middle"):
        read_session_file(scripted(file, reader))
    assert reader.readings == 1


def test_a_file_that_is_taken_away_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "a.rpp", at=10)

    class Removing(Scripted):
        def read(self, file: Path) -> SessionInfo:
            file.unlink(missing_ok=True)
            raise invalid(file, "It is gone.")

    with pytest.raises(SessionFileInvalid, match="gone"):
        read_session_file(scripted(file, Removing(file)))
