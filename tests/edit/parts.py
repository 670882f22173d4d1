"""Parts and grids to edit, drawn by Hypothesis; and what holds of every part that was edited."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

from daw_bridge.core.document import Schema
from daw_bridge.core.grid import Grid
from daw_bridge.core.meters import MeterChange, Meters, TimeSignature
from daw_bridge.core.notes import Bend, Controller, Note, Part
from daw_bridge.core.timing import Curve, TempoChange, TempoMap
from daw_bridge.edit import Edit, Edits

STEADY = Grid.constant(120.0).placed(0.0)
"""4/4 at 120 BPM: a beat is half a second, a bar two."""

RAMP = Grid(
    TempoMap((TempoChange(0.0, 90.0, Curve.IN_BEATS), TempoChange(16.0, 150.0), TempoChange(32.0, 70.0))),
    Meters((MeterChange(0.0, TimeSignature(7, 8)), MeterChange(14.0, TimeSignature(3, 4)))),
)
"""A ramp of tempo, a jump, and two meters."""


class Written(Schema):
    """A document with edits."""

    edits: Edits = ()


def edit(entry: object) -> Edit:
    """One entry of `edits:` as it is written in YAML."""
    (made,) = Written.model_validate({"edits": [entry]}).edits
    return made


def part(*notes: Note, duration_s: float = 8.0) -> Part:
    return Part(notes, duration_s)


def rows(edited: Part) -> list[tuple[float, int, float]]:
    """Onset, pitch and offset of each note, to a tenth of a millisecond."""
    return [(round(note.onset_s, 4), note.pitch, round(note.offset_s, 4)) for note in edited.notes]


grids = st.builds(
    lambda grid, start: grid.placed(start), st.sampled_from([Grid.constant(97.0), RAMP]), st.floats(0.0, 40.0)
)
notes = st.builds(
    lambda onset, pitch, length, velocity, confidence: Note(
        onset / 1000, pitch, (onset + length) / 1000, velocity, confidence
    ),
    st.integers(0, 8000),
    st.integers(0, 127),
    st.integers(1, 3000),
    st.integers(1, 127),
    st.floats(0.0, 1.0),
)
parts: st.SearchStrategy[Part] = st.builds(
    lambda some, bends, controllers: Part(tuple(some), 12.0, tuple(bends), tuple(controllers)),
    st.lists(notes, max_size=25),
    st.lists(st.builds(Bend, st.floats(0.0, 12.0), st.floats(-2.0, 2.0)), max_size=5),
    st.lists(
        st.builds(Controller, st.floats(0.0, 12.0), st.sampled_from([1, 64]), st.integers(0, 127)), max_size=5
    ),
)

lines: st.SearchStrategy[Part] = st.builds(
    lambda rows: Part(
        tuple(
            Note(0.25 * (index + 1), pitch, 0.25 * (index + 1) + length / 100, velocity)
            for index, (pitch, length, velocity) in enumerate(rows)
        ),
        12.0,
    ),
    st.lists(st.tuples(st.integers(30, 90), st.integers(2, 60), st.integers(1, 127)), max_size=25),
)
"""A note every quarter of a second, some held into the next."""


def assert_whole(edited: Part) -> None:
    """Sorted; nothing before the bounce; as long as its notes; no pitch twice at once."""
    assert list(edited.notes) == sorted(edited.notes)
    assert edited.duration_s >= edited.end_s
    assert all(bend.time_s >= 0.0 for bend in edited.bends)
    assert all(controller.time_s >= 0.0 for controller in edited.controllers)
    by_pitch = sorted(edited.notes, key=lambda note: (note.pitch, note.onset_s))
    for note, following in itertools.pairwise(by_pitch):
        assert note.pitch != following.pitch or note.offset_s <= following.onset_s
