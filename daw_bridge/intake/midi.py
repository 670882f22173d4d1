"""A MIDI file that comes back from the DAW, or alone -> notes in beats, and a part on a grid."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import mido

from daw_bridge.core.errors import BounceMissing, BounceUnreadable, NothingHeard
from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Bend, Controller, Note, Part

MIDI_SUFFIXES = (".mid", ".midi")
MOST_BYTES = 4_000_000
"""A part has some thousand notes; this holds half a million."""

SHORTEST_S = 0.001
_RANGE_UNTIL_SAID = 2.0
"""Semitones of the wheel, until a file declares others (General MIDI)."""
_EXPORT_AGAIN = "Export the clip again as a Standard MIDI File (.mid)."
_CHANNEL_MODES = 120


@dataclass(frozen=True)
class BeatNote:
    """A note in quarter notes from the file's beginning."""

    start_beat: float
    end_beat: float
    pitch: int
    velocity: int


@dataclass(frozen=True)
class MidiClip:
    """All tracks of a file together. `bends` are semitones at beats, `controllers` (beat, number, value)."""

    sha256: str
    notes: tuple[BeatNote, ...]
    end_beat: float
    bends: tuple[tuple[float, float], ...] = ()
    controllers: tuple[tuple[float, int, int], ...] = ()

    def on(self, grid: PlacedGrid, *, shift_beats: float = 0.0, duration_s: float | None = None) -> Part:
        """The part, the file's beginning lying `shift_beats` after the grid's bar line.

        Times count from the bounce's first sample: what would sound before it is cut off there. The part is
        `duration_s` long, or as long as the file.
        """
        notes = []
        for note in self.notes:
            onset_s = grid.time_at(note.start_beat + shift_beats)
            offset_s = grid.time_at(note.end_beat + shift_beats)
            if offset_s > 0.0:
                start_s = max(onset_s, 0.0)
                notes.append(Note(start_s, note.pitch, max(offset_s, start_s + SHORTEST_S), note.velocity))
        end_s = max(grid.time_at(self.end_beat + shift_beats), 0.0) if duration_s is None else duration_s
        return Part(
            tuple(notes),
            max(end_s, *(note.offset_s for note in notes)) if notes else end_s,
            tuple(Bend(max(grid.time_at(b + shift_beats), 0.0), semitones) for b, semitones in self.bends),
            tuple(Controller(max(grid.time_at(b + shift_beats), 0.0), n, v) for b, n, v in self.controllers),
        )


def read_midi(path: Path) -> MidiClip:
    """Read a Standard MIDI File of type 0 or 1. Raises BounceMissing, BounceUnreadable, NothingHeard."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as cause:
        raise BounceMissing("The file is not there.", where=path, advice="Export it again.") from cause
    except OSError as cause:
        raise _unreadable(path, cause.strerror or str(cause)) from cause
    if len(content) > MOST_BYTES:
        raise _unreadable(path, f"it is larger than {MOST_BYTES:,} bytes")
    try:
        # `clip`: what is beyond 127 is taken for 127, as players do.
        read = mido.MidiFile(file=io.BytesIO(content), clip=True)
    except (OSError, EOFError, ValueError, LookupError, TypeError, mido.KeySignatureError) as cause:
        raise _unreadable(path, str(cause) or "it ends too early") from cause
    if read.type > 1 or not 0 < read.ticks_per_beat < 0x8000:
        raise _unreadable(path, "it is of a kind that counts no beats or has no order")
    tracks = [_read_track(track, read.ticks_per_beat) for track in read.tracks]
    notes = tuple(sorted((n for t in tracks for n in t.notes), key=lambda n: (n.start_beat, n.pitch)))
    if not notes:
        raise NothingHeard("There are no notes in it.", where=path, advice=_EXPORT_AGAIN)
    return MidiClip(
        hashlib.sha256(content).hexdigest(),
        notes,
        max(track.end_beat for track in tracks),
        tuple(bend for track in tracks for bend in track.bends),
        tuple(controller for track in tracks for controller in track.controllers),
    )


_Held = dict[tuple[int, int], list[tuple[float, int]]]
"""Channel and key -> start and velocity of each note that is held."""


@dataclass
class _Track:
    notes: list[BeatNote] = field(default_factory=list)
    bends: list[tuple[float, float]] = field(default_factory=list)
    controllers: list[tuple[float, int, int]] = field(default_factory=list)
    end_beat: float = 0.0


def _read_track(messages: mido.MidiTrack, ticks_per_beat: int) -> _Track:
    """Notes of one key and channel end in the order in which they began; what is held on ends at last."""
    track = _Track()
    held: _Held = {}
    wheel = _Wheel()
    tick = 0
    for message in messages:
        tick += message.time
        beat = tick / ticks_per_beat
        if message.type == "note_on" and message.velocity > 0:
            held.setdefault((message.channel, message.note), []).append((beat, message.velocity))
        elif message.type in ("note_on", "note_off"):
            begun = held.get((message.channel, message.note))
            if begun:
                start, velocity = begun.pop(0)
                track.notes.append(BeatNote(start, beat, message.note, velocity))
        elif message.type == "pitchwheel":
            track.bends.append((beat, message.pitch / 8192 * wheel.range_semitones))
        elif (
            message.type == "control_change"
            and not wheel.takes(message.control, message.value)
            and message.control < _CHANNEL_MODES
        ):
            track.controllers.append((beat, message.control, message.value))
    track.end_beat = tick / ticks_per_beat
    track.notes += _held_on(held, track.end_beat)
    return track


def _held_on(held: _Held, end_beat: float) -> Iterator[BeatNote]:
    for (_, pitch), begun in held.items():
        for start, velocity in begun:
            yield BeatNote(start, end_beat, pitch, velocity)


class _Wheel:
    """Hears the bend range in the controllers (RPN 0)."""

    def __init__(self) -> None:
        self.range_semitones = _RANGE_UNTIL_SAID
        self._parameter: tuple[int, int] = (127, 127)

    def takes(self, control: int, value: int) -> bool:
        """Whether it was for the wheel, or chose a parameter: no controller that is played."""
        high, low = self._parameter
        match control:
            case 101:
                self._parameter = (value, low)
            case 100:
                self._parameter = (high, value)
            case 6 if self._parameter == (0, 0):
                self.range_semitones = float(value)
            case 38 if self._parameter == (0, 0):
                self.range_semitones = int(self.range_semitones) + value / 100
            case _:
                return False
        return True


def _unreadable(path: Path, why: str) -> BounceUnreadable:
    what = f"This is no MIDI file that we can read: {why}."
    return BounceUnreadable(what, where=path, advice=_EXPORT_AGAIN)
