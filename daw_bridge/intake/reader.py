"""Opening a bounce and reading it in blocks, with every refusal that can be known before its end.

pedalboard decodes (WAV, AIFF, FLAC, Ogg Vorbis, MP3, and what the system adds). It fills what a file
lacks with zeros and takes a header at its word, so both are checked here first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from daw_bridge.core.audio import Samples
from daw_bridge.core.container import Completeness, examine
from daw_bridge.core.errors import BounceEmpty, BounceMissing, BounceTruncated, BounceUnreadable

if TYPE_CHECKING:
    from pedalboard.io import ReadableAudioFile

LOWEST_RATE_HZ = 4_000
HIGHEST_RATE_HZ = 768_000
MOST_CHANNELS = 64
_BLOCK_SAMPLES = 1 << 18
_MOST_FRAMES_PER_BYTE = 8_192
"""A FLAC frame of silence packs 65,535 samples into a dozen bytes; nothing packs more."""

_BOUNCE_AGAIN = "Bounce it again, and let the export finish."
_BOUNCE_AS = "Bounce it as WAV, AIFF, FLAC, MP3 or Ogg Vorbis."


@dataclass(frozen=True)
class BounceReader:
    """An open bounce: its rate, its channels, how many frames it promises, and its blocks, once."""

    path: Path
    rate_hz: int
    channels: int
    promised_frames: int
    _file: ReadableAudioFile

    def blocks(self) -> Iterator[Samples]:
        """float32 [channels, frames] from beginning to end. Raises BounceUnreadable."""
        block_frames = _BLOCK_SAMPLES // self.channels
        while True:
            try:
                block = self._file.read(block_frames)
            except (ValueError, RuntimeError) as cause:
                raise _damaged(self.path, cause) from cause
            if block.shape[1] == 0:
                return
            yield block


@contextmanager
def open_bounce(path: Path) -> Iterator[BounceReader]:
    """Open `path` for reading; raises BounceMissing, -Unreadable, -Truncated or -Empty."""
    try:
        if path.is_fifo():  # opening one would wait for a writer, for ever
            raise BounceUnreadable("This is a pipe, not a file.", where=path, advice=_BOUNCE_AS)
        with path.open("rb") as file:
            size = _check_container(path, file)
            yield _open_decoder(path, file, size)
    except FileNotFoundError as cause:
        raise BounceMissing(
            "The file is not there.", where=path, advice="Check its name, or bounce it again."
        ) from cause
    except IsADirectoryError as cause:
        raise _folder(path) from cause
    except PermissionError as cause:
        if path.is_dir():  # what Windows says of a folder
            raise _folder(path) from cause
        raise BounceUnreadable(
            "The file may not be read.",
            where=path,
            advice="Close the program that still holds it, or give yourself the right to read it.",
        ) from cause
    except OSError as cause:
        raise BounceUnreadable(
            f"The file could not be read ({cause.strerror or cause}).",
            where=path,
            advice="Check the drive that it is on, and bounce it again.",
        ) from cause


def _check_container(path: Path, file: BinaryIO) -> int:
    """Refuse what is empty or cut; returns the file's size in bytes."""
    container = examine(file)
    if container is not None and container.completeness is Completeness.EMPTY:
        raise _empty(path)
    if container is not None and not container.is_whole:
        raise BounceTruncated(
            f"The {container.kind} file is incomplete: {container.missing}.", where=path, advice=_BOUNCE_AGAIN
        )
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _open_decoder(path: Path, file: BinaryIO, size: int) -> BounceReader:
    from pedalboard.io import AudioFile

    try:
        # The handle, not the name: what was checked is what is read, and any name will do.
        audio = AudioFile(file)
    except (ValueError, RuntimeError) as cause:
        raise BounceUnreadable(
            "This is no audio file that we can read.", where=path, advice=_BOUNCE_AS
        ) from cause
    rate_hz, channels, frames = round(audio.samplerate), audio.num_channels, audio.frames
    if not (LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ and 1 <= channels <= MOST_CHANNELS):
        raise BounceUnreadable(
            f"Its header is damaged, or nothing that we can use: {rate_hz:,} Hz, {channels} channels.",
            where=path,
            advice="Bounce it again in mono or stereo at 44.1 or 48 kHz.",
        )
    if frames <= 0:
        raise _empty(path)
    if frames > size * _MOST_FRAMES_PER_BYTE:
        raise BounceTruncated(
            f"Its header promises {frames / rate_hz:,.0f} s of audio, more than {size:,} bytes hold.",
            where=path,
            advice=_BOUNCE_AGAIN,
        )
    return BounceReader(path, rate_hz, channels, frames, audio)


def _empty(path: Path) -> BounceEmpty:
    return BounceEmpty(
        "The file holds no audio.",
        where=path,
        advice="Check that the export range covers the part, and bounce again.",
    )


def _folder(path: Path) -> BounceUnreadable:
    return BounceUnreadable("This is a folder, not an audio file.", where=path, advice="Name a file in it.")


def _damaged(path: Path, cause: Exception) -> BounceUnreadable:
    return BounceUnreadable(f"The audio is damaged ({cause}).", where=path, advice=_BOUNCE_AGAIN)
