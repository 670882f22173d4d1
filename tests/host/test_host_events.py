"""Part -> MIDI messages: every note begins and ends, in an order that instruments understand."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.core.wheel import bend_range, wheel_position
from daw_bridge.host.events import (
    EVENTS_AT_ONE_FRAME,
    MidiEvent,
    bend_range_messages,
    midi_events,
    played_notes,
    silencing_messages,
)

RATE_HZ = 48_000

notes = st.builds(
    lambda onset_ms, pitch, length_ms: Note(onset_ms / 1000, pitch, (onset_ms + length_ms) / 1000),
    st.integers(0, 400),
    st.integers(60, 64),
    st.floats(0.001, 300.0),
)
bends = st.builds(
    lambda time_ms, semitones: Bend(time_ms / 1000, semitones), st.integers(0, 500), st.floats(-60, 60)
)


def kind(event: MidiEvent) -> int:
    return event.data[0] & 0xF0


@given(st.lists(notes, max_size=40), st.lists(bends, max_size=10), st.integers(1, 16))
def test_each_key_goes_down_and_up_in_turn(heard: list[Note], wheel: list[Bend], channel: int) -> None:
    events = midi_events(Part(tuple(heard), 1.0, tuple(wheel)), rate_hz=RATE_HZ, channel=channel)
    down: set[int] = set()
    for event in events:
        assert event.data[0] & 0x0F == channel - 1
        if kind(event) == 0x90:
            assert event.data[1] not in down and event.data[2] > 0
            down.add(event.data[1])
        elif kind(event) == 0x80:
            down.remove(event.data[1])
    assert not down
    frames = [event.frame for event in events]
    assert frames == sorted(frames)
    struck = {(round(note.onset_s * RATE_HZ), note.pitch) for note in heard}
    assert {(event.frame, event.data[1]) for event in events if kind(event) == 0x90} == struck


@given(st.lists(notes, max_size=40))
def test_played_notes_last_a_frame_and_do_not_overlap(heard: list[Note]) -> None:
    ends: dict[int, int] = {}
    for note in played_notes(heard, RATE_HZ):
        assert note.on < note.off
        assert note.on >= ends.get(note.pitch, 0)
        ends[note.pitch] = note.off


def test_a_repeated_note_ends_before_it_begins_again() -> None:
    part = Part((Note(0.0, 60, 0.5), Note(0.5, 60, 1.0)), 1.0, (Bend(0.5, 1.0),), (Controller(0.5, 1, 64),))
    at_repeat = [kind(event) for event in midi_events(part, rate_hz=RATE_HZ) if event.frame == 24_000]
    assert at_repeat == [0x80, 0xE0, 0xB0, 0x90]


def test_controllers_are_sent_on_the_channel_at_their_frame() -> None:
    part = Part((), 1.0, controllers=(Controller(0.25, 64, 127), Controller(0.5, 64, 0)))
    assert midi_events(part, rate_hz=RATE_HZ, channel=3) == [
        MidiEvent(12_000, bytes((0xB2, 64, 127))),
        MidiEvent(24_000, bytes((0xB2, 64, 0))),
    ]


def test_no_frame_has_more_events_than_pedalboard_takes() -> None:
    part = Part(tuple(Note(0.1, pitch, 0.2) for pitch in range(128)), 1.0)
    events = midi_events(part, rate_hz=RATE_HZ)
    assert len(events) == 256
    assert max(Counter(event.frame for event in events).values()) == EVENTS_AT_ONE_FRAME
    assert max(event.frame for event in events if kind(event) == 0x90) == 4801


def test_bends_move_the_wheel_within_the_smallest_range_that_holds_them() -> None:
    part = Part((), 1.0, (Bend(0.0, 0.0), Bend(0.1, 3.0), Bend(0.2, 3.0), Bend(0.3, -12.0), Bend(0.4, 0.0)))
    assert bend_range(part.bends) == 12
    events = midi_events(part, rate_hz=RATE_HZ)
    positions = [(event.frame, event.data[1] | event.data[2] << 7) for event in events]
    assert positions == [(4800, 10240), (14_400, 0), (19_200, 8192)]


def test_ranges_and_positions() -> None:
    assert bend_range([]) == 2
    assert bend_range([Bend(0.0, 60.0)]) == 48
    assert (wheel_position(2.0, 2), wheel_position(-2.0, 2), wheel_position(90.0, 48)) == (16383, 0, 16383)
    assert bend_range_messages(12, 3)[2] == bytes((0xB2, 6, 12))
    assert all(message[0] & 0x0F == 15 for message in silencing_messages(16))
