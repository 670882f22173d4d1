"""Zips whose directory is refused before `zipfile` builds an object of each of its entries."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.session.readers.dawproject import DawProject
from daw_bridge.session.readers.source import holds_member
from daw_bridge.session.readers.zip_directory import ZipDirectory, zip_directory
from tests.session.readers.hostile import refusal
from tests.session.readers.xml_mutations import zipped

ENTRY = struct.pack("<4s28xHHH12x", b"PK\x01\x02", 0, 0, 0)[:28] + struct.pack(
    "<HHHHHII", 1, 0, 0, 0, 0, 0, 0
)
MILLION = 1_000_000


def end(entries: int, size: int, comment: bytes = b"") -> bytes:
    return struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, entries, entries, size, 0, len(comment)) + comment


def end_64(entries: int, size: int, *, start: int = 0, between: bytes = b"") -> bytes:
    """A zip64's record at `start`, something, and the locator that names it."""
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, 0)
    return record + between + struct.pack("<4sIQI", b"PK\x06\x07", 0, start, 1)


DIRECTORY = (ENTRY + b"x") * MILLION
LARGE = {
    "zip64": DIRECTORY + end_64(MILLION, len(DIRECTORY), start=len(DIRECTORY)) + end(0xFFFF, 0xFFFFFFFF),
    "zip64 away from its locator": DIRECTORY
    + end_64(MILLION, len(DIRECTORY), start=len(DIRECTORY), between=bytes(30))
    + end(1, len(DIRECTORY)),
    "zip64 that names another place": DIRECTORY + end_64(MILLION, len(DIRECTORY)) + end(1, 47),
    "a number that lies": DIRECTORY + end(1, len(DIRECTORY)),
    "a comment": DIRECTORY + end(1, len(DIRECTORY), b"PK\x05"),
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_million_entries_are_refused_before_they_are_built(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "a.dawproject"
    file.write_bytes(LARGE[kind])
    tracemalloc.start()
    try:
        with pytest.raises(SessionFileInvalid, match="more files than any session"):
            DawProject().read(file)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert "more files than any session" in refusal(DawProject(), file, LARGE[kind])


def test_small_entries_whose_number_lies_are_counted(tmp_path: Path) -> None:
    directory = (ENTRY + b"x") * 100_001
    content = directory + end(1, len(directory))
    file = tmp_path / "a.dawproject"
    file.write_bytes(content)
    with pytest.raises(SessionFileInvalid, match="more files than any session"):
        holds_member(file, "project.xml")


def test_the_directory_is_as_large_as_zipfile_wrote_it() -> None:
    content = zipped({"a": b"1", "b/c": b"2"})
    size = 2 * 46 + len("ab/c")
    assert zip_directory(io.BytesIO(content)) == ZipDirectory(2, size)
    commented = io.BytesIO(content)
    with zipfile.ZipFile(commented, "a") as archive:
        archive.comment = b"of a session" * 5_000
    assert zip_directory(commented) == ZipDirectory(2, size)


def test_zip64_of_many_entries_is_read(tmp_path: Path) -> None:
    file = tmp_path / "many.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(70_000):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
    assert holds_member(file, "69999")
    with file.open("rb") as opened:
        assert zip_directory(opened).entries == 70_000


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"x" * 100, b"PK\x06\x07" + bytes(16) + end(3, 5)])
def test_what_has_no_end_of_a_zip_is_left_to_zipfile(content: bytes) -> None:
    expected = ZipDirectory(3, 5) if len(content) == 42 else ZipDirectory()
    assert zip_directory(io.BytesIO(content)) == expected
