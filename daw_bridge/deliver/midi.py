"""Part -> Standard MIDI File.

Format 1, 960 ticks a beat (SMF 1.0, RP-001): a conductor track with tempo and time signature, then one
track with the notes, bends and controllers. The first tick is the start of a bar and the last one the
end of a bar, so that the clip falls on the grid wherever it is dropped. Ticks are computed from the
session's tempo itself; the file can only say it in whole microseconds a beat, which a DAW that keeps
its own tempo never reads.
"""

from __future__ import annotations

import io
import itertools

import mido

from daw_bridge.core.grid import PlacedGrid
from daw_bridge.core.notes import Part
from daw_bridge.core.timing import TICKS_PER_BEAT, Curve, TempoMap
from daw_bridge.core.wheel import WHEEL_CENTRE, bend_range, bend_range_controls, wheel_position
from daw_bridge.deliver.clip import Clip, clip_of, tick_of

Event = tuple[int, mido.Message]
"""An absolute tick and what happens there."""


RAMP_TICKS = TICKS_PER_BEAT // 4
"""A file has no ramps: the tempo goes in steps of a sixteenth, each as long as the ramp takes for it."""


DRUM_CHANNEL = 10
"""Where General MIDI plays a drum kit, and a piano elsewhere."""


def midi_bytes(part: Part, grid: PlacedGrid, *, track_name: str, channel: int = 1) -> bytes:
    """The whole file as bytes; the same part and grid give the same bytes. It starts on `grid.bar`, all of it
    on `channel`, 1 to 16."""
    clip = clip_of(part, grid)
    end = clip.end_tick
    played = sorted(
        [*_bend_events(part, grid), *_controller_events(part, grid), *_note_events(clip)],
        key=lambda event: event[0],
    )
    if channel != 1:
        played = [(tick, message.copy(channel=channel - 1)) for tick, message in played]
    name = (0, mido.MetaMessage("track_name", name=track_name))
    conducted = sorted([*_meter_events(grid, end), *_tempo_events(grid.tempo, end)], key=lambda e: e[0])

    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset="utf-8")
    file.tracks.append(_track([name, *conducted], end))
    file.tracks.append(_track([name, *played], end))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _meter_events(grid: PlacedGrid, end_tick: int) -> list[Event]:
    return [
        (
            tick_of(change.beat),
            mido.MetaMessage(
                "time_signature",
                numerator=change.time_signature.numerator,
                denominator=change.time_signature.denominator,
            ),
        )
        for change in grid.meters.changes
        if change.beat == 0.0 or tick_of(change.beat) < end_tick
    ]


def _tempo_events(tempo: TempoMap, end_tick: int) -> list[Event]:
    events: list[Event] = []
    for change, after in itertools.zip_longest(tempo.changes, tempo.changes[1:]):
        first = tick_of(change.beat)
        if first >= end_tick > 0 and events:
            break
        if after is None or change.curve is Curve.STEP:
            events.append((first, _set_tempo(60_000_000 / change.tempo_bpm)))
            continue
        # A session's ramp may go on for hours after the clip: no step is made that begins after its end.
        last = min(tick_of(after.beat), end_tick + RAMP_TICKS)
        steps = [*range(first, last, RAMP_TICKS), last]
        told_us = tempo.time_at(change.beat) * 1e6
        for tick, following in itertools.pairwise(steps):
            beats = (following - tick) / TICKS_PER_BEAT
            wanted_us = (tempo.time_at(following / TICKS_PER_BEAT) * 1e6 - told_us) / beats
            message = _set_tempo(wanted_us)
            told_us += message.tempo * beats  # what rounding takes off is given back in the next step
            events.append((tick, message))
    return events


def _set_tempo(beat_us: float) -> mido.MetaMessage:
    return mido.MetaMessage("set_tempo", tempo=round(beat_us))


def _bend_events(part: Part, grid: PlacedGrid) -> list[Event]:
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
                max(grid.tick_at(min(bend.time_s, part.duration_s)), 0),
                mido.Message(
                    "pitchwheel", pitch=wheel_position(bend.semitones, range_semitones) - WHEEL_CENTRE
                ),
            )
            for bend in part.bends
        ),
    ]


def _controller_events(part: Part, grid: PlacedGrid) -> list[Event]:
    return [
        (
            max(grid.tick_at(controller.time_s), 0),
            mido.Message("control_change", control=controller.number, value=controller.value),
        )
        for controller in part.controllers
    ]


def _note_events(clip: Clip) -> list[Event]:
    """Sorted; on one tick keys are released before others, or the same, are pressed."""
    events: list[tuple[int, int, int, mido.Message]] = []
    for placed in clip.notes:
        pitch, velocity = placed.note.pitch, placed.note.velocity
        events.append((placed.start_tick, 1, pitch, mido.Message("note_on", note=pitch, velocity=velocity)))
        events.append((placed.end_tick, 0, pitch, mido.Message("note_off", note=pitch, velocity=64)))
    return [(tick, message) for tick, _, _, message in sorted(events, key=lambda event: event[:3])]


def _track(events: list[Event], end_tick: int) -> mido.MidiTrack:
    """Absolute ticks -> the deltas that the format wants; what lies after the end is left out."""
    track = mido.MidiTrack()
    now = 0
    inside = [event for event in events if event[0] <= end_tick]
    for tick, message in [*inside, (end_tick, mido.MetaMessage("end_of_track"))]:
        track.append(message.copy(skip_checks=True, time=tick - now))
        now = tick
    return track
