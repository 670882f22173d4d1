"""Part -> the MIDI messages that an instrument is played with, each at its frame. Pure.

Byte values are those of the MIDI 1.0 specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from daw_bridge.core.notes import Note, Part
from daw_bridge.core.wheel import WHEEL_CENTRE, bend_range, bend_range_controls, wheel_position

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PITCH_WHEEL = 0x80, 0x90, 0xB0, 0xE0
SUSTAIN = 64
ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 120, 121, 123

EVENTS_AT_ONE_FRAME = 64
"""More than 100 at one time are refused by pedalboard; those above this number come a frame later."""


@dataclass(frozen=True)
class PlayedNote:
    """A note in frames: sounds from `on` up to, not including, `off`."""

    on: int
    off: int
    pitch: int
    velocity: int


@dataclass(frozen=True)
class MidiEvent:
    """One MIDI message at a frame from the part's beginning."""

    frame: int
    data: bytes


def played_notes(notes: Iterable[Note], rate_hz: int) -> list[PlayedNote]:
    """Seconds -> frames, by onset. No two of one pitch overlap: the later one ends the earlier."""
    sounding: dict[int, PlayedNote] = {}
    played: list[PlayedNote] = []
    for note in sorted(notes):
        on = round(note.onset_s * rate_hz)
        new = PlayedNote(on, max(round(note.offset_s * rate_hz), on + 1), note.pitch, note.velocity)
        before = sounding.get(note.pitch)
        if before is not None and before.on == new.on:
            new = replace(new, off=max(before.off, new.off), velocity=max(before.velocity, new.velocity))
        elif before is not None:
            played.append(replace(before, off=min(before.off, new.on)))
        sounding[note.pitch] = new
    return sorted([*played, *sounding.values()], key=lambda note: (note.on, note.pitch))


def midi_events(part: Part, *, rate_hz: int, channel: int = 1) -> list[MidiEvent]:
    """Notes, bends and controllers in the order in which they are sent.

    At one frame notes end first, then wheel and controllers move, then notes begin: a repeated note is
    struck anew, and begins at its own pitch. `channel` is 1 to 16. Send `bend_range_messages` before.
    """
    status = channel - 1
    ordered: list[tuple[int, int, bytes]] = []
    for note in played_notes(part.notes, rate_hz):
        ordered.append((note.off, 0, bytes((NOTE_OFF | status, note.pitch, 0))))
        ordered.append((note.on, 2, bytes((NOTE_ON | status, note.pitch, note.velocity))))
    range_semitones = bend_range(part.bends)
    wheel = WHEEL_CENTRE
    for bend in part.bends:
        position = wheel_position(bend.semitones, range_semitones)
        if position != wheel:
            data = bytes((PITCH_WHEEL | status, position & 0x7F, position >> 7))
            ordered.append((max(round(bend.time_s * rate_hz), 0), 1, data))
        wheel = position
    for control in part.controllers:
        data = bytes((CONTROL_CHANGE | status, control.number, control.value))
        ordered.append((max(round(control.time_s * rate_hz), 0), 1, data))
    ordered.sort(key=lambda event: event[:2])
    return list(_spread(MidiEvent(frame, data) for frame, _, data in ordered))


def bend_range_messages(range_semitones: int, channel: int) -> list[bytes]:
    """RPN 0 (pitch bend sensitivity), then no RPN. Each wants a block of its own.

    A VST3 gets controllers as parameters, and may keep only the last value of a block.
    """
    status = CONTROL_CHANGE | (channel - 1)
    return [bytes((status, number, value)) for number, value in bend_range_controls(range_semitones)]


def silencing_messages(channel: int) -> list[bytes]:
    """Pedal up, controllers and wheel to their places, notes off, sound off."""
    control = CONTROL_CHANGE | (channel - 1)
    return [
        bytes((control, SUSTAIN, 0)),
        bytes((control, RESET_CONTROLLERS, 0)),
        bytes((PITCH_WHEEL | (channel - 1), 0, WHEEL_CENTRE >> 7)),
        bytes((control, ALL_NOTES_OFF, 0)),
        bytes((control, ALL_SOUND_OFF, 0)),
    ]


def key_switch_events(keys: Iterable[int], frames: int, channel: int) -> list[MidiEvent]:
    """Press the keys together, and let them go after `frames`."""
    status, held = channel - 1, list(keys)
    return [
        *(MidiEvent(0, bytes((NOTE_ON | status, key, 100))) for key in held),
        *(MidiEvent(frames, bytes((NOTE_OFF | status, key, 0))) for key in held),
    ]


def _spread(events: Iterable[MidiEvent]) -> Iterator[MidiEvent]:
    """Keep the order, and no more than `EVENTS_AT_ONE_FRAME` at one frame."""
    frame, count = -1, 0
    for event in events:
        if event.frame > frame:
            frame, count = event.frame, 0
        elif count == EVENTS_AT_ONE_FRAME:
            frame, count = frame + 1, 0
        count += 1
        yield event if event.frame == frame else replace(event, frame=frame)
