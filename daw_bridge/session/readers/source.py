"""Session files come from strangers: read in bounded memory and time, XML without entities."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from daw_bridge.core.errors import SessionFileInvalid

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from daw_bridge.session.readers.info import SessionInfo

LARGEST_FILE_BYTES = 256 << 20
LARGEST_CONTENT_BYTES = 512 << 20
"""What a file may unpack to. The largest sets of real life are 200 MB of XML."""
LARGEST_SMALL_BYTES = 16 << 20
"""What a file may hold whose format packs little into much: MIDI, property lists."""
MOST_MEMBERS = 100_000

_BLOCK_BYTES = 1 << 20


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
    if file.stat().st_size > LARGEST_FILE_BYTES:
        raise invalid(file, f"It is larger than {LARGEST_FILE_BYTES >> 20} MB.")
    return BoundedStream(file, gzip.open(file, "rb"))  # type: ignore[arg-type]  # GzipFile reads as BinaryIO


@contextmanager
def member(file: Path, name: str) -> Iterator[BoundedStream]:
    """A zip's member as such a stream; nothing is ever extracted to a path. Raises SessionFileInvalid."""
    try:
        with zipfile.ZipFile(file) as archive:
            if len(archive.infolist()) > MOST_MEMBERS:
                raise invalid(file, "It holds more files than any session does.")
            with archive.open(name) as opened:
                yield BoundedStream(file, opened)  # type: ignore[arg-type]  # ZipExtFile reads as BinaryIO
    except KeyError as cause:
        raise invalid(file, f"It holds no {name}.") from cause
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error, EOFError) as cause:
        raise invalid(file, f"The archive is damaged ({cause}).") from cause


class BoundedStream:
    """Reads no more than `LARGEST_CONTENT_BYTES` out of a packed stream."""

    def __init__(self, file: Path, packed: BinaryIO, most: int = LARGEST_CONTENT_BYTES) -> None:
        self._file = file
        self._packed = packed
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
            raise invalid(self._file, f"It unpacks to more than {LARGEST_CONTENT_BYTES >> 20} MB.")
        return content

    def close(self) -> None:
        """Close what is read from."""
        self._packed.close()


def parsed_xml(file: Path, stream: BoundedStream | BinaryIO, *, root: str | None = None) -> Element:
    """The tree of an XML stream, by defusedxml: no DTD, no entities, nothing fetched.

    Raises SessionFileInvalid when it is not XML, or its root is not called `root`.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import parse

    try:
        tree = parse(stream, forbid_dtd=True).getroot()
    except DefusedXmlException as cause:
        raise invalid(file, "It declares XML entities or a DTD, which no DAW writes.") from cause
    except (ParseError, ValueError, LookupError, RecursionError) as cause:
        raise invalid(file, f"It is not whole XML ({cause}).") from cause
    if tree is None or (root is not None and tree.tag != root):
        raise invalid(file, f"It is XML, but no {root}.")
    return tree


Read = TypeVar("Read", bound=Callable[..., "SessionInfo"])


def guarded(read: Read) -> Read:
    """For a reader's `read(self, file)`: numbers and fields that make no sense become SessionFileInvalid."""

    @wraps(read)
    def guarded_read(self: object, file: Path) -> SessionInfo:
        try:
            return read(self, file)
        except (ValueError, KeyError, IndexError, TypeError, OverflowError, ArithmeticError) as cause:
            raise invalid(file, f"It holds something that can't be understood ({cause}).") from cause

    return guarded_read  # type: ignore[return-value]  # the same signature
