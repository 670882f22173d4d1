"""Opening a bounce and reading it in blocks, with every refusal that can be known before its end.

pedalboard decodes (WAV, AIFF, FLAC, Ogg Vorbis, MP3, and what the system adds). It fills what a file
lacks with zeros and takes a header at its word, so both are checked here first.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from daw_bridge.core.audio import Samples
from daw_bridge.core.container import (
    HIGHEST_RATE_HZ,
    LOWEST_RATE_HZ,
    MOST_CHANNELS,
    Completeness,
    Container,
    examine,
)
from daw_bridge.core.errors import BounceEmpty, BounceMissing, BounceTruncated, BounceUnreadable

if TYPE_CHECKING:
    from pedalboard.io import ReadableAudioFile

_BLOCK_SAMPLES = 1 << 18
_MOST_FRAMES_PER_BYTE = 8_192
"""A FLAC frame of silence packs 65,535 samples into a dozen bytes; nothing packs more."""
_MOST_FRAMES_PER_MP3_BYTE = 64

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
        with BoundedFile(path) as file:
            container = examine(file)
            if container is not None:
                _refuse_incomplete(path, container)
            file.seek(0)
            is_mp3 = container is not None and container.kind == "MP3"
            frames_per_byte = _MOST_FRAMES_PER_MP3_BYTE if is_mp3 else _MOST_FRAMES_PER_BYTE
            yield _open_decoder(path, file, most_frames=file.size * frames_per_byte)
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


class BoundedFile(io.BufferedReader):
    """A file that seeks no further than its end: from behind it the decoder would read on for ever."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self.size = super().seek(0, io.SEEK_END)
        super().seek(0)

    def seek(self, position: int, whence: int = io.SEEK_SET, /) -> int:
        """Seek, to the end at most."""
        return super().seek(min(position, self.size), whence)


def _refuse_incomplete(path: Path, container: Container) -> None:
    match container.completeness:
        case Completeness.EMPTY:
            raise _empty(path)
        case Completeness.DAMAGED:
            raise BounceUnreadable(
                f"The {container.kind} file is damaged: {container.fault}.", where=path, advice=_BOUNCE_AGAIN
            )
        case Completeness.UNFINISHED | Completeness.CUT:
            raise BounceTruncated(
                f"The {container.kind} file is incomplete: {container.fault}.",
                where=path,
                advice=_BOUNCE_AGAIN,
            )


def _open_decoder(path: Path, file: BoundedFile, *, most_frames: int) -> BounceReader:
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
    if frames > most_frames:
        raise BounceTruncated(
            f"Its header promises {frames / rate_hz:,.0f} s of audio, more than {file.size:,} bytes hold.",
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
