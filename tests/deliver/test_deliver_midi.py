from __future__ import annotations

import io

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.grid import Grid, PlacedGrid
from daw_bridge.core.meters import TimeSignature
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.core.timing import TICKS_PER_BEAT, Curve, TempoChange, TempoMap
from daw_bridge.deliver.midi import midi_bytes


def constant(tempo_bpm: float, time_signature: TimeSignature | None = None) -> PlacedGrid:
    return Grid.constant(tempo_bpm, time_signature).placed(0.0)


def read(content: bytes) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(content), charset="utf-8")


def notes_of(content: bytes) -> list[tuple[int, int, int, int]]:
    """(start tick, end tick, pitch, velocity), as another reader sees them."""
    found, down, now = [], {}, 0
    for message in read(content).tracks[1]:
        now += message.time
        if message.type == "note_on":
            assert message.note not in down, "a key is pressed while it is down"
            down[message.note] = (now, message.velocity)
        elif message.type == "note_off":
            start, velocity = down.pop(message.note)
            found.append((start, now, message.note, velocity))
    assert not down, "a note hangs"
    return sorted(found)


def test_notes_lie_on_the_sessions_grid() -> None:
    eighth_s = 30 / 97
    part = Part(
        tuple(Note(i * eighth_s, 40 + i, (i + 0.5) * eighth_s, 90 + i) for i in range(7)), 7 * eighth_s
    )
    content = midi_bytes(part, constant(97, TimeSignature(7, 8)), track_name="bass")
    assert notes_of(content) == [(i * 480, i * 480 + 240, 40 + i, 90 + i) for i in range(7)]


def test_the_file_says_tempo_meter_name_and_ends_on_a_bar() -> None:
    part = Part((Note(0.0, 60, 1.0),), duration_s=7 * 30 / 97 + 0.01)
    file = read(midi_bytes(part, constant(97, TimeSignature(7, 8)), track_name="Bäss ♭"))
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 960, 2)
    assert [track.name for track in file.tracks] == ["Bäss ♭", "Bäss ♭"]
    conductor = {message.type: message for message in file.tracks[0]}
    assert abs(mido.tempo2bpm(conductor["set_tempo"].tempo) - 97) < 1e-3
    assert (conductor["time_signature"].numerator, conductor["time_signature"].denominator) == (7, 8)
    for track in file.tracks:
        assert sum(message.time for message in track) == 2 * 3.5 * TICKS_PER_BEAT


def test_a_tempo_map_is_written_and_followed() -> None:
    grid = Grid(TempoMap((TempoChange(0.0, 60.0), TempoChange(4.0, 120.0)))).placed(0.0)
    content = midi_bytes(Part((Note(5.0, 60, 5.5),), 6.0), grid, track_name="x")
    assert notes_of(content) == [(6 * 960, 7 * 960, 60, 100)]
    ticks, now = {}, 0
    for message in read(content).tracks[0]:
        now += message.time
        if message.type == "set_tempo":
            ticks[now] = message.tempo
    assert ticks == {0: 1_000_000, 4 * 960: 500_000}


def test_the_same_key_again_is_released_first() -> None:
    part = Part((Note(0.0, 60, 1.2), Note(1.0, 60, 2.0)), 2.0)
    assert notes_of(midi_bytes(part, constant(60), track_name="x")) == [
        (0, 960, 60, 100),
        (960, 1920, 60, 100),
    ]


def test_controllers_are_written_before_what_they_are_for() -> None:
    part = Part((Note(1.0, 60, 2.0),), 2.0, controllers=(Controller(1.0, 1, 90), Controller(1.5, 64, 127)))
    track = read(midi_bytes(part, constant(60), track_name="x")).tracks[1]
    found, now = [], 0
    for message in track:
        now += message.time
        if not message.is_meta:
            found.append((now, message.type, message.bytes()[1:]))
    assert found == [
        (960, "control_change", [1, 90]),
        (960, "note_on", [60, 100]),
        (1440, "control_change", [64, 127]),
        (1920, "note_off", [60, 64]),
    ]


def test_bends_come_with_their_range_and_end_with_the_part() -> None:
    bends = (Bend(1.0, -1.0), Bend(1.25, 6.0), Bend(2.5, 0.0))
    part = Part((Note(1.0, 60, 2.0),), 2.0, bends)
    track = read(midi_bytes(part, constant(60), track_name="x")).tracks[1]
    found, now = [], 0
    for message in track:
        now += message.time
        if message.type == "pitchwheel":
            found.append((now, "wheel", message.pitch))
        elif not message.is_meta:
            found.append((now, message.type, message.bytes()[1:]))
    declared = [[101, 0], [100, 0], [6, 12], [38, 0], [101, 127], [100, 127]]
    assert found == [
        *((0, "control_change", values) for values in declared),
        (960, "wheel", round(-8192 / 12)),
        (960, "note_on", [60, 100]),
        (1200, "wheel", 4096),
        (1920, "wheel", 0),
        (1920, "note_off", [60, 64]),
    ]
    assert now == 3840  # a bar's end, and not the bar after it


def test_all_of_it_is_on_the_channel_that_is_wanted() -> None:
    part = Part((Note(1.0, 36, 1.1),), 2.0, (Bend(0.5, 1.0),), (Controller(0.5, 1, 64),))
    for channel in (1, 10):
        track = read(midi_bytes(part, constant(60), track_name="x", channel=channel)).tracks[1]
        assert {message.channel for message in track if not message.is_meta} == {channel - 1}


notes = st.builds(
    lambda onset_s, length_s, pitch, velocity: Note(onset_s, pitch, onset_s + length_s, velocity),
    st.floats(0, 20),
    st.floats(1e-6, 5),
    st.integers(58, 62),
    st.integers(1, 127),
)


@given(st.lists(notes, max_size=40), st.floats(20, 300), st.sampled_from(["4/4", "7/8", "3/4", "15/16"]))
def test_any_part_makes_a_file_that_others_can_play(some: list[Note], bpm: float, meter: str) -> None:
    grid = constant(bpm, TimeSignature.parse(meter))
    part = Part(tuple(some), 20.0)
    content = midi_bytes(part, grid, track_name="x")
    found = notes_of(content)
    assert len(found) <= len(part.notes)
    assert all(end > start >= 0 for start, end, _, _ in found)
    length = sum(message.time for message in read(content).tracks[1])
    assert length % round(grid.meters.initial.beats_per_bar * TICKS_PER_BEAT) == 0
    assert content == midi_bytes(part, grid, track_name="x")


@given(st.sets(st.tuples(st.integers(0, 60), st.integers(30, 90)), max_size=40))
def test_notes_that_do_not_collide_keep_their_ticks(places: set[tuple[int, int]]) -> None:
    part = Part(tuple(Note(step / 4, pitch, step / 4 + 0.2) for step, pitch in places), 16.0)
    expected = sorted((step * 240, step * 240 + 192, pitch, 100) for step, pitch in places)
    assert notes_of(midi_bytes(part, constant(60), track_name="x")) == expected


def test_a_ramp_is_told_in_steps_that_take_as_long() -> None:
    tempo = TempoMap((TempoChange(0.0, 60.0, Curve.IN_BEATS), TempoChange(8.0, 180.0)))
    grid = Grid(tempo).placed(0.0)
    file = read(midi_bytes(Part((Note(0.0, 60, 5.0),), 8.0), grid, track_name="x"))
    now, told_s, beat_us = 0, 0.0, 500_000
    for message in file.tracks[0]:
        told_s += message.time / 960 * beat_us / 1e6
        now += message.time
        if message.type == "set_tempo":
            assert abs(told_s - tempo.time_at(now / 960)) < 1e-6
            beat_us = message.tempo
    assert now >= 8 * 960


@pytest.mark.parametrize("end_beat", [8.0 + 1e-3, 3e6, 1e17])
def test_a_ramp_that_goes_on_after_the_clip_is_told_as_far_as_the_clip(end_beat: float) -> None:
    tempo = TempoMap((TempoChange(0.0, 60.0, Curve.IN_BEATS), TempoChange(end_beat, 180.0)))
    content = midi_bytes(Part((Note(0.0, 60, 1.0),), 4.0), Grid(tempo).placed(0.0), track_name="x")
    ticks, now = [], 0
    for message in read(content).tracks[0]:
        now += message.time
        if message.type == "set_tempo":
            ticks.append(now)
    assert ticks == list(range(0, now + 1, 240))


def test_a_bounce_inside_a_bar_lies_where_it_was_in_it() -> None:
    grid = Grid.constant(60, TimeSignature(7, 8)).placed(8.0)
    assert (grid.bar, grid.start_beat) == (3, 1.0)
    content = midi_bytes(Part((Note(0.5, 60, 1.0),), 1.0), grid, track_name="x")
    assert notes_of(content) == [(1440, 1920, 60, 100)]
