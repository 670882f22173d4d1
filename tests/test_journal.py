from __future__ import annotations

import os
from pathlib import Path

import pytest

from daw_bridge.core.errors import DeliveryFailed
from daw_bridge.core.notes import Note, Part
from daw_bridge.journal import Journal, PartKey, State


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / ".bridge" / "journal.sqlite3", tmp_path)


@pytest.fixture
def bounce(tmp_path: Path) -> Path:
    path = tmp_path / "Bounces" / "bass.wav"
    path.parent.mkdir()
    path.write_bytes(b"x")
    return path


def again(journal: Journal, tmp_path: Path) -> Journal:
    """The journal as the next start finds it."""
    journal.close()
    return Journal(tmp_path / ".bridge" / "journal.sqlite3", tmp_path)


def test_a_delivered_bounce_is_not_taken_again(journal: Journal, bounce: Path, tmp_path: Path) -> None:
    assert journal.submit(bounce)
    journal.start(bounce)
    journal.finish(bounce, State.DELIVERED)
    assert not again(journal, tmp_path).submit(bounce)


def test_a_new_version_of_it_is(journal: Journal, bounce: Path) -> None:
    journal.submit(bounce)
    journal.finish(bounce, State.DELIVERED)
    os.utime(bounce, ns=(1, 1))
    assert journal.submit(bounce)


@pytest.mark.parametrize(
    ("state", "code", "again"),
    [
        (State.WORKING, None, True),
        (State.INCOMPLETE, None, True),
        (State.FAILED, "delivery-failed", True),
        (State.FAILED, "settings-invalid", True),
        (State.FAILED, "bounce-silent", False),
        (State.FAILED, "nothing-heard", False),
    ],
)
def test_only_what_may_have_passed_is_tried_again(
    journal: Journal, bounce: Path, state: State, code: str | None, again: bool
) -> None:
    journal.submit(bounce)
    journal.finish(bounce, state, error_code=code)
    assert journal.submit(bounce) is again


def test_attempts_that_were_killed_are_counted_until_one_ends(
    journal: Journal, bounce: Path, tmp_path: Path
) -> None:
    for attempt in (1, 2, 3):
        journal = again(journal, tmp_path)
        journal.submit(bounce)
        assert journal.start(bounce) == attempt
    journal.finish(bounce, State.INCOMPLETE)
    journal.submit(bounce)
    assert journal.start(bounce) == 1


def test_a_new_version_starts_its_count_anew(journal: Journal, bounce: Path) -> None:
    journal.submit(bounce)
    journal.start(bounce)
    os.utime(bounce, ns=(1, 1))
    journal.submit(bounce)
    assert journal.start(bounce) == 1


def test_a_part_is_remembered_under_all_that_it_depends_on(journal: Journal, tmp_path: Path) -> None:
    key = PartKey("f", "engine", "1", "bass")
    part = Part((Note(0.25, 40, 0.5, 99, 0.75),), 2.0)
    journal.remember_part(key, part)
    journal = again(journal, tmp_path)
    assert journal.part(key) == part
    for other in ("f2", "engine", "1", "bass"), ("f", "e2", "1", "bass"), ("f", "engine", "2", "bass"):
        assert journal.part(PartKey(*other)) is None


def test_a_session_can_move(journal: Journal, bounce: Path, tmp_path: Path) -> None:
    journal.submit(bounce)
    journal.finish(bounce, State.DELIVERED)
    journal.will_write(tmp_path / "Bridge" / "bass.mid", "hash")
    journal.close()
    moved = tmp_path.with_name(tmp_path.name + " moved")
    tmp_path.rename(moved)
    journal = Journal(moved / ".bridge" / "journal.sqlite3", moved)
    assert not journal.submit(moved / "Bounces" / "bass.wav")
    assert journal.has_written(moved / "Bridge" / "bass.mid", "hash")
    assert [record.path for record in journal.bounces()] == [moved / "Bounces" / "bass.wav"]


def test_a_damaged_journal_is_told_in_our_words(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    file.write_bytes(b"no database" * 100)
    with pytest.raises(DeliveryFailed, match="delete it"):
        Journal(file, tmp_path)


def test_a_shared_journal_serves_two_at_once(tmp_path: Path) -> None:
    one = Journal(tmp_path / "shared.sqlite3", tmp_path, shared=True)
    other = Journal(tmp_path / "shared.sqlite3", tmp_path, shared=True)
    one.will_write(tmp_path / "a", "hash")
    other.will_write(tmp_path / "b", "hash")
    assert one.has_written(tmp_path / "b", "hash")
    assert other.has_written(tmp_path / "a", "hash")


def test_a_sessions_journal_is_ours_alone(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(DeliveryFailed, match="locked"):
        Journal(tmp_path / ".bridge" / "journal.sqlite3", tmp_path)
