"""Part -> Standard MIDI File.

Format 1, 960 ticks a beat (SMF 1.0, RP-001): a conductor track with tempo and time signature, then one
track with the notes, bends and controllers. The first tick is the start of a bar and the last one the
end of a bar, so that the clip falls on the grid wherever it is dropped. Ticks are computed from the
session's tempo itself; the file can only say it in whole microseconds a beat, which a DAW that keeps
its own tempo never reads.
"""

from __future__ import annotations

import io
import math
import sys

import mido

from daw_bridge.core.notes import Part
from daw_bridge.core.timing import TICKS_PER_BEAT, TempoMap
from daw_bridge.core.wheel import WHEEL_CENTRE, bend_range, bend_range_controls, wheel_position

Event = tuple[int, mido.Message]
"""An absolute tick and what happens there."""


def midi_bytes(part: Part, tempo_map: TempoMap, *, track_name: str) -> bytes:
    """The whole file as bytes; the same part and map give the same bytes."""
    played = sorted(
        [
            *_bend_events(part, tempo_map),
            *_controller_events(part, tempo_map),
            *_note_events(part, tempo_map),
        ],
        key=lambda event: event[0],
    )
    last = max([tempo_map.tick_at(part.duration_s), *(tick for tick, _ in played)])
    ticks_per_bar = round(tempo_map.time_signature.beats_per_bar * TICKS_PER_BEAT)
    end = max(math.ceil(last / ticks_per_bar), 1) * ticks_per_bar
    name = (0, mido.MetaMessage("track_name", name=track_name))

    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset="utf-8")
    file.tracks.append(_track([name, *_tempo_events(tempo_map)], end))
    file.tracks.append(_track([name, *played], end))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _tempo_events(tempo_map: TempoMap) -> list[Event]:
    meter = tempo_map.time_signature
    signature = mido.MetaMessage("time_signature", numerator=meter.numerator, denominator=meter.denominator)
    return [
        (0, signature),
        *(
            (
                round(change.beat * TICKS_PER_BEAT),
                mido.MetaMessage("set_tempo", tempo=round(60_000_000 / change.tempo_bpm)),
            )
            for change in tempo_map.changes
        ),
    ]


def _bend_events(part: Part, tempo_map: TempoMap) -> list[Event]:
    """The wheel's range (RPN 0) at the start, then its moves; nothing for a part without bends."""
    if not part.bends:
        return []
    range_semitones = bend_range(part.bends)
    return [
        *(
            (0, mido.Message("control_change", control=number, value=value))
            for number, value in bend_range_controls(range_semitones)
        ),
        *(
            (
                max(tempo_map.tick_at(min(bend.time_s, part.duration_s)), 0),
                mido.Message(
                    "pitchwheel", pitch=wheel_position(bend.semitones, range_semitones) - WHEEL_CENTRE
                ),
            )
            for bend in part.bends
        ),
    ]


def _controller_events(part: Part, tempo_map: TempoMap) -> list[Event]:
    return [
        (
            max(tempo_map.tick_at(controller.time_s), 0),
            mido.Message("control_change", control=controller.number, value=controller.value),
        )
        for controller in part.controllers
    ]


def _note_events(part: Part, tempo_map: TempoMap) -> list[Event]:
    """Sorted; on one tick keys are released before others, or the same, are pressed."""
    releases: list[Event] = []
    presses: list[Event] = []
    next_press: dict[int, int] = {}
    for note in reversed(part.notes):  # from the end, so that a key is up before it is pressed again
        limit = next_press.get(note.pitch, sys.maxsize)
        start = max(min(tempo_map.tick_at(note.onset_s), limit - 1), 0)
        end = min(max(tempo_map.tick_at(note.offset_s), start + 1), limit)
        if start >= limit:  # more notes of one pitch at tick 0 than there are ticks before the next
            continue
        next_press[note.pitch] = start
        presses.append((start, mido.Message("note_on", note=note.pitch, velocity=note.velocity)))
        releases.append((end, mido.Message("note_off", note=note.pitch, velocity=64)))
    by_tick_and_pitch = [(tick, 0, m.note, m) for tick, m in releases]
    by_tick_and_pitch += [(tick, 1, m.note, m) for tick, m in presses]
    return [(tick, message) for tick, _, _, message in sorted(by_tick_and_pitch, key=lambda e: e[:3])]


def _track(events: list[Event], end_tick: int) -> mido.MidiTrack:
    """Absolute ticks -> the deltas that the format wants; what lies after the end is left out."""
    track = mido.MidiTrack()
    now = 0
    inside = [event for event in events if event[0] <= end_tick]
    for tick, message in [*inside, (end_tick, mido.MetaMessage("end_of_track"))]:
        track.append(message.copy(time=tick - now))
        now = tick
    return track
