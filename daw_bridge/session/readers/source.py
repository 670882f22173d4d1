"""Session files come from strangers: read in bounded memory and time."""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.session.readers.zip_directory import zip_directory

if TYPE_CHECKING:
    from daw_bridge.session.readers.info import SessionInfo

LARGEST_FILE_BYTES = 256 << 20
LARGEST_CONTENT_BYTES = 512 << 20
"""What a file may unpack to. The largest sets of real life are 200 MB of XML."""
LARGEST_SMALL_BYTES = 16 << 20
"""What a file may hold whose format packs little into much: MIDI, property lists."""
DENSEST_PACKING = 250
"""How many times its size a file may unpack to beyond `LARGEST_SMALL_BYTES`: sets of Live pack 10 to 50
times, a gzip bomb 1000 times."""
MOST_MEMBERS = 100_000
LARGEST_DIRECTORY_BYTES = 8 << 20
"""Of a zip: the names of all its members. Whoever lies about their number has no room for many more."""

_TOO_MANY_MEMBERS = "It holds more files than any session does."


def invalid(file: Path, what: str) -> SessionFileInvalid:
    """The error for a session file that is not what its name says."""
    return SessionFileInvalid(
        what,
        where=file,
        advice="Save the session again in the DAW; or name the tempo yourself: `tempo: 97`.",
    )


def read_small(file: Path) -> bytes:
    """A small file whole. Raises SessionFileInvalid when it is not small, or can't be read."""
    return _read(file, LARGEST_SMALL_BYTES)


def read_large(file: Path) -> bytes:
    """A file whole. Raises SessionFileInvalid beyond `LARGEST_FILE_BYTES`."""
    return _read(file, LARGEST_FILE_BYTES)


def _read(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as cause:
        raise invalid(file, f"It can't be read ({cause.strerror or cause}).") from cause
    if len(content) > most:
        raise invalid(file, f"It is larger than {most >> 20} MB.")
    return content


def gunzipped(file: Path) -> BoundedStream:
    """A gzip file's content as a stream that ends in SessionFileInvalid beyond `LARGEST_CONTENT_BYTES`."""
    size = file.stat().st_size
    if size > LARGEST_FILE_BYTES:
        raise invalid(file, f"It is larger than {LARGEST_FILE_BYTES >> 20} MB.")
    packed = gzip.open(file, "rb")  # noqa: SIM115  # the stream's user closes it
    return BoundedStream(file, packed, _most(size))


def unpacked(file: Path) -> BoundedStream:
    """A file that is not packed, as such a stream."""
    return BoundedStream(file, file.open("rb"))


def _most(packed_bytes: int) -> int:
    return min(LARGEST_CONTENT_BYTES, max(LARGEST_SMALL_BYTES, DENSEST_PACKING * packed_bytes))


@contextmanager
def member(file: Path, name: str) -> Iterator[BoundedStream]:
    """A zip's member as such a stream; nothing is ever extracted to a path. Raises SessionFileInvalid."""
    with _archive(file) as archive:
        if name not in archive.NameToInfo:
            raise invalid(file, f"It holds no {name}.")
        packed = archive.getinfo(name)
        if packed.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise invalid(file, f"Its {name} is packed in a way that no DAW uses.")
        with archive.open(packed) as opened:
            yield BoundedStream(file, opened, _most(packed.compress_size))


def holds_member(file: Path, name: str) -> bool:
    """Whether a zip has a member of this name. Raises SessionFileInvalid."""
    with _archive(file) as archive:
        return name in archive.NameToInfo


@contextmanager
def _archive(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with file.open("rb") as opened:
            directory = zip_directory(opened)
            if directory.entries > MOST_MEMBERS or directory.size_bytes > LARGEST_DIRECTORY_BYTES:
                raise invalid(file, _TOO_MANY_MEMBERS)
            with zipfile.ZipFile(opened) as archive:
                if len(archive.infolist()) > MOST_MEMBERS:
                    raise invalid(file, _TOO_MANY_MEMBERS)
                yield archive
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        zlib.error,
        EOFError,
        struct.error,
    ) as cause:
        raise invalid(file, f"The archive is damaged ({cause}).") from cause


class Stream(Protocol):
    """What is read from: a file, a packed one, or a bounded one."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""

    def close(self) -> None:
        """Read no more."""


class BoundedStream:
    """Reads no more than `most` bytes out of a stream."""

    def __init__(self, file: Path, packed: Stream, most: int = LARGEST_CONTENT_BYTES) -> None:
        self._file = file
        self._packed = packed
        self._most = most
        self._left = most

    def read(self, size: int = -1) -> bytes:
        """As a file's. Raises SessionFileInvalid."""
        wanted = self._left + 1 if size < 0 else min(size, self._left + 1)
        try:
            content = self._packed.read(wanted)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as cause:
            raise invalid(self._file, f"Its packed content is damaged ({cause}).") from cause
        self._left -= len(content)
        if self._left < 0:
            raise invalid(self._file, f"It unpacks to more than {self._most >> 20} MB.")
        return content

    def __enter__(self) -> BoundedStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what is read from."""
        self._packed.close()


Read = TypeVar("Read", bound=Callable[..., "SessionInfo"])


def guarded(read: Read) -> Read:
    """For a reader's `read(self, file)`: numbers and fields that make no sense become SessionFileInvalid."""

    @wraps(read)
    def guarded_read(self: object, file: Path) -> SessionInfo:
        try:
            return read(self, file)
        except OSError as cause:
            raise invalid(file, f"It can't be read ({cause.strerror or cause}).") from cause
        except (ValueError, KeyError, IndexError, TypeError, OverflowError, ArithmeticError) as cause:
            raise invalid(file, f"It holds something that can't be understood ({cause}).") from cause

    return guarded_read  # type: ignore[return-value]  # the same signature
