"""Mutations of XML sessions: of their bytes, of their elements, and of the gzip or zip around them."""

from __future__ import annotations

import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence

from tests.session.readers.mutations import Mutate, mutated

VALUES = (
    *(
        b"nan",
        b"inf",
        b"-inf",
        b"-1",
        b"0",
        b"1e308",
        b"-1e308",
        b"1e-320",
        b"9999999",
        b"9",
        b"1000",
        b"9.99",
        b"",
    ),
    *(b"9" * 400, b"seconds", b"beats", b"linear", b"true", b"1", b"2", b"a1", b"b1", b"b-1", b"@", b"1:"),
)
"""For where a value stood."""
WORDS = (
    b"<!DOCTYPE x>",
    b"&x;",
    b"&amp;",
    b"]]>",
    b"<![CDATA[",
    b"<?x?>",
    b"\xff\xfe",
    b'"',
    b"<",
    b">",
    b"/",
)
"""For anywhere."""

_VALUE = re.compile(rb'"[^"]*"')
_NAME = re.compile(rb"(?<=[</])[A-Za-z][\w.]*")
_ELEMENT = re.compile(rb"<[A-Za-z][^<>]*/>")


def xml_mutated(content: bytes, rng: random.Random) -> bytes:
    """One to four changes that mostly leave it XML: of values, of names, of the elements there are."""
    for _ in range(rng.randint(1, 4)):
        match rng.randrange(5):
            case 0 | 1:
                content = _replaced(content, rng, _VALUE, b'"' + rng.choice(VALUES) + b'"')
            case 2:
                names = [found[0] for found in _NAME.finditer(content)] or [b"x"]
                content = content.replace(rng.choice(names), rng.choice(names))
            case 3:
                content = _replaced(content, rng, _ELEMENT, b"")
            case 4:
                element = rng.choice(_ELEMENT.findall(content) or [b"<x/>"])
                content = _replaced(content, rng, _ELEMENT, element * rng.randint(2, 5))
    return content


def _replaced(content: bytes, rng: random.Random, what: re.Pattern[bytes], by: bytes) -> bytes:
    found = list(what.finditer(content))
    if not found:
        return content
    at = rng.choice(found)
    return content[: at.start()] + by + content[at.end() :]


def packed_by(pack: Callable[[bytes], bytes]) -> Mutate:
    """Three of four mutations are of the content, which is packed again whole, one is of what was packed."""

    def mutate(content: bytes, rng: random.Random, words: Sequence[bytes]) -> bytes:
        match rng.randrange(4):
            case 0:
                return mutated(pack(content), rng, words)
            case 1:
                return pack(mutated(content, rng, words))
            case _:
                return pack(xml_mutated(content, rng))

    return mutate


def gzipped(content: bytes) -> bytes:
    """As Live packs."""
    return gzip.compress(content, 1, mtime=0)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
