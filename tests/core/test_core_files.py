from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from daw_bridge.core.errors import DeliveryFailed
from daw_bridge.core.files import (
    TEMPORARY_PREFIX,
    publish,
    remove_leftovers,
    sha256_of,
    temporary_in,
    write_whole,
)


def test_a_file_appears_whole_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    write_whole(target, b"one")
    write_whole(target, b"two")
    assert target.read_bytes() == b"two"
    assert list(target.parent.iterdir()) == [target]


def test_until_it_is_published_the_old_file_is_seen(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    with temporary_in(tmp_path, ".txt") as temporary:
        temporary.write_bytes(b"new")
        assert target.read_bytes() == b"old"
        publish(temporary, target)
    assert target.read_bytes() == b"new"


def test_a_writer_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError), temporary_in(tmp_path, ".txt") as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert target.read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_a_folder_made_for_a_writer_that_fails_is_removed_with_it(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for folder in ("new", "there"):
        with pytest.raises(RuntimeError), temporary_in(tmp_path / folder, ".wav"):
            raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_full_disk_is_told_in_our_words(tmp_path: Path) -> None:
    with pytest.raises(DeliveryFailed, match="No space left"), temporary_in(tmp_path, ".wav") as temporary:
        temporary.symlink_to("/dev/full")
        handle = os.open(temporary, os.O_WRONLY)
        try:
            os.write(handle, b"x")
        finally:
            os.close(handle)


def test_a_folder_that_is_a_file_is_told_in_our_words(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(DeliveryFailed, match="taken"):
        write_whole(tmp_path / "taken" / "a.txt", b"x")


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    half = tmp_path / "take" / f"{TEMPORARY_PREFIX}abc.wav"
    half.parent.mkdir()
    half.write_bytes(b"half")
    (tmp_path / "take" / "whole.wav").write_bytes(b"whole")
    assert remove_leftovers(tmp_path) == [half]
    assert [p.name for p in half.parent.iterdir()] == ["whole.wav"]


def test_a_hash_is_remembered_until_the_file_is_another(tmp_path: Path) -> None:
    file = tmp_path / "a"
    for content in (b"one", b"two", b"one"):
        file.write_bytes(content)
        assert sha256_of(file) == hashlib.sha256(content).hexdigest()
    os.utime(file, (1, 1))
    assert sha256_of(file) == hashlib.sha256(b"one").hexdigest()
    file.write_bytes(b"two")
    assert sha256_of(file) == hashlib.sha256(b"two").hexdigest()
