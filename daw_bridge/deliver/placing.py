"""Where a file goes: over our own earlier version, never over what the user changed.

A `Ledger` remembers the hash of every file that we put anywhere. A file whose content is in it is ours to
replace; any other gets left alone, and the new one gets a number: `bass 2.mid`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from daw_bridge.core.files import publish, sha256_of, syncing, temporary_in


class Ledger(Protocol):
    """Which contents we have put where."""

    def has_written(self, path: Path, sha256: str) -> bool:
        """Whether we once put this content at `path`."""

    def latest(self, path: Path) -> str | None:
        """The content of `path` that was last written or dealt with; None for a file that is not known."""

    def will_write(self, path: Path, sha256: str) -> None:
        """Remember, durably and before it happens, that we put this content at `path`."""


@dataclass(frozen=True)
class Delivered:
    """A file that lies in the session now."""

    path: Path
    sha256: str


def deliver_file(
    folder: Path, name: str, suffix: str, write: Callable[[Path], None], ledger: Ledger | None
) -> Delivered:
    """Have `write` make the file, then put it into `folder` as `name` + `suffix`, numbered if need be.

    A file that has the same content already stays as it is, time stamp included. Without a ledger nothing is
    replaced, now or later: for what can't be made again. Raises DeliveryFailed.
    """
    with temporary_in(folder, suffix) as temporary:
        write(temporary)
        with syncing(temporary):  # beside the hash: publishing has nothing left to wait for
            sha256 = sha256_of(temporary)
        for stem in numbered(name):
            path = folder / f"{stem}{suffix}"
            present = _content_of(path)
            if present not in (None, sha256) and not (ledger and ledger.has_written(path, present)):
                continue  # the user's own, or changed by the user
            if ledger is not None:
                ledger.will_write(path, sha256)
            if present != sha256:
                publish(temporary, path)
            return Delivered(path, sha256)
    raise AssertionError("numbers do not end")


def numbered(name: str) -> Iterator[str]:
    """`bass`, `bass 2`, `bass 3` …"""
    yield name
    for number in itertools.count(2):
        yield f"{name} {number}"


def _content_of(path: Path) -> str | None:
    """The file's SHA-256; None when nothing is there; empty for what is no file."""
    if path.is_file():
        return sha256_of(path)
    return "" if path.exists() else None
