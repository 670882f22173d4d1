"""The take file, `*.take.yaml`: how a take was made, and which files are its own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from daw_bridge.core.document import Schema, load_document
from daw_bridge.core.errors import TakeInvalid
from daw_bridge.deliver.placing import Delivered, Ledger, deliver_file, numbered

TAKE_SUFFIX = ".take.yaml"
VERSION = 1


class TakeBounce(Schema):
    """The bounce that was heard; `file` is relative to the take file where both lie on one drive."""

    file: str
    fingerprint: str
    rate_hz: int
    channels: int
    duration_s: float


class TakeTranscription(Schema):
    """Who listened for what kind of part, and how many notes were heard."""

    engine: str
    engine_version: str
    profile: str
    profile_source: str | None = None
    """Where the profile is known from when it was not named: `auto, 93 % sure`."""
    notes: int


class TakeTempo(Schema):
    """The grid where the bounce begins, and where it is known from; `first_beat_s` is where a guessed one
    begins in the bounce."""

    bpm: float
    time_signature: str
    changes: bool = False
    """Whether tempo or meter change later on: the MIDI file has them all."""
    source: str
    first_beat_s: float | None = None


class TakeKey(Schema):
    """The key, always a guess from the notes."""

    name: str
    source: str


class TakePlace(Schema):
    """The bar that the MIDI starts on, where the bounce and the audio begin, and how that is known."""

    bar: int
    position: str = "1.1.1"
    """Bar, beat, sixteenth."""
    is_known: bool = True
    source: str


class TakeFileEntry(Schema):
    """A delivered file, beside the take file, and its SHA-256 as we wrote it."""

    file: str
    sha256: str


class TakeRendering(Schema):
    """The part on one preset; `error` instead of a file when the instrument failed."""

    preset: str
    name: str
    instrument: str | None = None
    file: str | None = None
    sha256: str | None = None
    duration_s: float | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None


class Take(Schema):
    """What goes back for one bounce."""

    version: int = VERSION
    bounce: TakeBounce
    transcription: TakeTranscription
    tempo: TakeTempo
    key: TakeKey | None = None
    place: TakePlace
    midi: TakeFileEntry
    renderings: tuple[TakeRendering, ...] = ()
    exports: tuple[TakeFileEntry, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeliveredTake:
    """A take as it lies in the session: its folder, its take file's path and what that file says."""

    file: Path
    take: Take

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        return self.file.parent

    @property
    def midi(self) -> Path:
        """The MIDI file."""
        return self.folder / self.take.midi.file

    @property
    def audio(self) -> tuple[Path, ...]:
        """The rendered files, in the order of the presets."""
        return tuple(self.folder / r.file for r in self.take.renderings if r.file is not None)


def load_take(path: Path) -> Take:
    """Read a take file. Raises TakeInvalid."""
    return load_document(path, Take, TakeInvalid)


def deliver_take(folder: Path, name: str, take: Take, ledger: Ledger) -> DeliveredTake:
    """Put the take file into its folder. Raises DeliveryFailed."""
    body = yaml.safe_dump(
        take.model_dump(mode="json", exclude_none=True), sort_keys=False, allow_unicode=True, width=110
    )
    text = f"# How this take was made, by DAW Bridge.\n{body}"
    delivered = deliver_file(folder, name, TAKE_SUFFIX, lambda path: _write(path, text), ledger)
    return DeliveredTake(delivered.path, take)


def take_folder(root: Path, name: str, bounce: Path, fingerprint: str) -> tuple[Path, Take | None]:
    """The folder below `root` for this bounce's take, and the take that lies there already.

    `name` may have sub-folders (`verse/bass`). A folder that belongs to another bounce is passed over, and
    the next number taken; the same audio under another name shares it.
    """
    parent = (root / name).parent
    for candidate in numbered(Path(name).name):
        folder = parent / candidate
        present = sorted(folder.glob(f"*{TAKE_SUFFIX}")) if folder.is_dir() else []
        takes = [take for path in present if (take := _readable(path)) is not None]
        own = [take for take in takes if _is_of(take, folder, bounce, fingerprint)]
        if own or not present:
            return folder, (own[-1] if own else None)
    raise AssertionError("numbers do not end")


def bounce_reference(folder: Path, bounce: Path) -> str:
    """How a take file in `folder` names the bounce: relative where it can be, with forward slashes."""
    try:
        return Path(os.path.relpath(bounce, folder)).as_posix()
    except ValueError:  # another drive
        return bounce.as_posix()


def entry(delivered: Delivered) -> TakeFileEntry:
    """A delivered file as the take file lists it."""
    return TakeFileEntry(file=delivered.path.name, sha256=delivered.sha256)


def _is_of(take: Take, folder: Path, bounce: Path, fingerprint: str) -> bool:
    return take.bounce.fingerprint == fingerprint or (folder / take.bounce.file).resolve() == bounce


def _readable(path: Path) -> Take | None:
    """The take, or None when someone has written something else into its file."""
    try:
        return load_take(path)
    except TakeInvalid:
        return None


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
