"""A take -> what the live player plays: its MIDI file as it was delivered, or its part as a preset would have
it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from daw_bridge.core.errors import BridgeError, TakeMissing
from daw_bridge.core.grid import Grid, PlacedGrid
from daw_bridge.deliver.finding import takes_below
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.deliver.take_file import FoundTake, find_take
from daw_bridge.edit import Edit, apply, drums_keep_their_keys
from daw_bridge.host.fitting import fit_part
from daw_bridge.intake.midi import read_midi
from daw_bridge.live.program import Patch, program_of
from daw_bridge.live.song import Song, read_song
from daw_bridge.live.wire import Piece
from daw_bridge.presets import StoredPreset

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wish:
    """Which bars, counted as the session counts them; on which channel (1 to 16), and with which patch."""

    from_bar: int | None = None
    to_bar: int | None = None
    channel: int | None = None
    patch: Patch = field(default_factory=Patch)
    loop: bool = False
    sends_clock: bool = False
    in_place: bool = True
    """Where the session's position is known, wait for the take's."""


@dataclass(frozen=True)
class TakeSong:
    """A take's song, and the bar of the session on which it begins."""

    name: str
    song: Song
    bar: int
    song_beat: float | None
    """Where bar `bar` lies in the session; None when the take's place isn't known."""
    sha256: str
    """Of the MIDI file that it is from."""
    remark: str = ""
    """What there is to say of its edits."""

    @property
    def last_bar(self) -> int:
        """The last bar in which there is something."""
        return self.bar + self.song.bars - 1

    def piece(self, wish: Wish) -> Piece:
        """What to play. Bars must lie within the song."""
        from_bar = 1 if wish.from_bar is None else wish.from_bar - self.bar + 1
        to_bar = None if wish.to_bar is None else wish.to_bar - self.bar + 1
        program = program_of(
            self.song,
            from_bar=from_bar,
            to_bar=to_bar,
            channel=wish.channel,
            patch=wish.patch,
            sends_clock=wish.sends_clock,
            song_beat=self.song_beat if wish.in_place else None,
        )
        begin = self.song.meters.start_of(from_bar)
        return Piece(program, self.song.tempo.from_beat(begin), wish.loop)


class Arrivals:
    """The takes below a folder that come, or get other notes, after this was made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[Path, tuple[int, int]] = {}
        self._notes: dict[Path, str] = {}
        for found in self.new():
            log.info("here already: %s", found.file)

    def new(self) -> list[FoundTake]:
        """Those that have come since it was asked last, each once, as soon as its notes are there."""
        return [found for file in self._changed() if (found := self._with_other_notes(file)) is not None]

    def _changed(self) -> Iterator[Path]:
        for file in takes_below(self._folder) if self._folder.is_dir() else ():
            try:
                status = file.stat()
            except OSError:  # just being put in its place
                continue
            stamp = (status.st_mtime_ns, status.st_size)
            if self._seen.get(file) != stamp:
                self._seen[file] = stamp
                yield file

    def _with_other_notes(self, file: Path) -> FoundTake | None:
        try:
            found = find_take(file)
        except BridgeError as error:  # half of an edit: there will be a whole one
            log.info("%s", error)
            return None
        notes = found.take.midi[0].sha256
        if self._notes.get(file) == notes:
            return None
        self._notes[file] = notes
        return found


def song_of(
    found: FoundTake,
    *,
    variant: str = "played",
    edits: Sequence[Edit] = (),
    preset: StoredPreset | None = None,
) -> TakeSong:
    """The take's notes as its MIDI file has them now, edited, and fitted to the preset as its renderings are.
    Drums keep their keys.

    Raises TakeMissing, BounceUnreadable, NothingHeard.
    """
    left_out = [edit for edit in edits if edit.moves_keys and found.take.transcription.profile == "drums"]
    edits = [edit for edit in edits if edit not in left_out]
    file = _midi_file(found, variant)
    clip = read_midi(file)  # checks it, with our errors
    content = file.read_bytes()
    song = read_song(content)
    if edits or preset is not None:
        placed = PlacedGrid(Grid(song.tempo, song.meters), found.take.place.bar)
        part = apply(edits, clip.on(placed), placed)
        if preset is not None:
            part = fit_part(apply(preset.preset.edits, part, placed), preset.preset.notes)
        channel = song.events[0].channel + 1 if song.events else 1
        song = read_song(midi_bytes(part, placed, track_name=found.folder.name, channel=channel))
    place = found.take.place
    song_beat = found.take.tempo.to_grid().meters.start_of(place.bar) if place.is_known else None
    sha256 = hashlib.sha256(content).hexdigest()
    remark = drums_keep_their_keys(left_out) if left_out else ""
    return TakeSong(found.folder.name, song, place.bar, song_beat, sha256, remark)


def _midi_file(found: FoundTake, variant: str) -> Path:
    files = {midi.variant: midi.file for midi in reversed(found.take.midi)}
    name = files.get(variant) or (found.take.midi[0].file if variant == "played" else None)
    if name is None:
        raise TakeMissing(
            f'The take has no variant "{variant}"; it has: {_listed(list(files))}.',
            where=found.file,
            advice=f'Make it: daw-bridge revoice "{found.folder.name}" --variant {variant}',
        )
    return found.folder / name


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(names))
