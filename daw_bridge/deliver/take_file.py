"""The take file, `*.take.yaml`: found, read, and written over what a user has changed in it once that is
taken up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from daw_bridge.core.document import Schema, dump_document, load_document, parse_document
from daw_bridge.core.errors import DocumentInvalid, TakeInvalid
from daw_bridge.core.files import sha256_of
from daw_bridge.deliver.placing import Delivered, Ledger, deliver_file, numbered
from daw_bridge.deliver.take import DeliveredTake, Recipe, Take, TakeFileEntry

TAKE_SUFFIX = ".take.yaml"

HEADING = """\
# How this take was made, by DAW Bridge.
# Change what stands under `recipe` and save: the take is made again while the bridge is watching.
"""


@dataclass(frozen=True)
class FoundTake:
    """A take file as it lies there; `sha256` is of its content."""

    file: Path
    take: Take
    sha256: str

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        return self.file.parent

    @property
    def bounce(self) -> Path:
        """The bounce, wherever it is."""
        return (self.folder / self.take.bounce.file).resolve()

    def changed(self, **changes: object) -> FoundTake:
        """The take as it would be with these fields changed."""
        return replace(self, take=self.take.model_copy(update=changes))


class _Block(Schema):
    recipe: Recipe


def load_take(path: Path) -> Take:
    """Read a take file. Raises TakeInvalid."""
    return load_document(path, Take, TakeInvalid)


def find_take(path: Path) -> FoundTake:
    """The same, and which content that was: a file that is changed meanwhile is read again.

    Raises TakeInvalid.
    """
    while True:
        before = sha256_of(path) if path.is_file() else ""
        take = load_take(path)
        if sha256_of(path) == before:
            return FoundTake(path, take, before)


def deliver_take(
    folder: Path, name: str, take: Take, ledger: Ledger, *, earlier: FoundTake | None = None
) -> DeliveredTake:
    """Put the take file into its folder. Raises DeliveryFailed.

    It is written over `earlier`, whose recipe has been taken up; how the user wrote that recipe stays. A file
    that the user has changed since then is left: it is the next one to be taken up.
    """
    path = earlier.file if earlier is not None else folder / f"{name}{TAKE_SUFFIX}"
    if earlier is not None and path.is_file():
        present = sha256_of(path)
        if present not in (earlier.sha256, ledger.latest(path)):
            return DeliveredTake(path, take)
        if present == earlier.sha256:
            ledger.will_write(path, present)  # what the user wrote counts as ours from now on
    content = take_bytes(take, path if earlier is not None else None)
    stem = path.name.removesuffix(TAKE_SUFFIX)
    delivered = deliver_file(folder, stem, TAKE_SUFFIX, lambda target: _write(target, content), ledger)
    return DeliveredTake(delivered.path, take)


def take_bytes(take: Take, present: Path | None = None) -> bytes:
    """A take file; its recipe, comments above it and line ends as they are in the file `present`.

    A recipe that says something else there is written anew.
    """
    rest = take.model_dump(mode="json", exclude_defaults=True, exclude={"recipe"})
    version = {"version": rest.pop("version")}
    recipe = _recipe_as_written(present, take.recipe) if present is not None else None
    if recipe is None:
        recipe = dump_document({"recipe": take.recipe.model_dump(mode="json", exclude_none=True)})
    text = HEADING + dump_document(version) + recipe + dump_document(rest)
    has_crlf = present is not None and present.is_file() and b"\r\n" in present.read_bytes()
    return (text.replace("\n", "\r\n") if has_crlf else text).encode()


def take_folder(root: Path, name: str, bounce: Path, fingerprint: str) -> tuple[Path, FoundTake | None]:
    """The folder below `root` for this bounce's take, and the take that lies there already.

    `name` may have sub-folders (`verse/bass`). A folder that belongs to another bounce is passed over, and
    the next number taken; the same audio under another name shares it.
    """
    parent = (root / name).parent
    for candidate in numbered(Path(name).name):
        folder = parent / candidate
        present = list(take_files(folder))
        own = [found for found in readable(present) if _is_of(found, bounce, fingerprint)]
        if own or not present:
            return folder, (own[-1] if own else None)
    raise AssertionError("numbers do not end")


def take_files(folder: Path) -> Iterator[Path]:
    """The take files in a folder, by name."""
    return iter(sorted(folder.glob(f"*{TAKE_SUFFIX}")) if folder.is_dir() else ())


def readable(files: list[Path]) -> Iterator[FoundTake]:
    """Those that can be read: someone may have written something else into the others."""
    for file in files:
        try:
            yield find_take(file)
        except TakeInvalid:
            continue


def bounce_reference(folder: Path, bounce: Path) -> str:
    """How a take file in `folder` names the bounce: relative where it can be, with forward slashes."""
    try:
        return Path(os.path.relpath(bounce, folder)).as_posix()
    except ValueError:  # another drive
        return bounce.as_posix()


def entry(delivered: Delivered) -> TakeFileEntry:
    """A delivered file as the take file lists it."""
    return TakeFileEntry(file=delivered.path.name, sha256=delivered.sha256)


def _is_of(found: FoundTake, bounce: Path, fingerprint: str) -> bool:
    return found.take.bounce.fingerprint == fingerprint or found.bounce == bounce.resolve()


def _recipe_as_written(path: Path, recipe: Recipe) -> str | None:
    try:
        text = path.read_text(encoding="utf-8-sig")
        span = _recipe_span(text)
        if span is None:
            return None
        block = text[span[0] : span[1]]
        said = parse_document(block, _Block, TakeInvalid, where=path)
    except (OSError, UnicodeDecodeError, DocumentInvalid):
        return None
    return block if said.recipe == recipe else None


def _recipe_span(text: str) -> tuple[int, int] | None:
    """Where the block `recipe:` begins, with the comments above it, and ends."""
    found = re.search(r"^(?:#.*\n)*recipe:.*\n(?:(?:[ \t#}\]].*)?\n)*", text, re.MULTILINE)
    if found is None:
        return None
    own = text.find(HEADING, found.start(), found.end())
    return (found.start() if own < 0 else own + len(HEADING), found.end())


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
