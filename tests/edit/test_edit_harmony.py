"""Keys, chords and voicings."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daw_bridge.core.grid import Grid, PlacedGrid
from daw_bridge.core.notes import Note, Part
from daw_bridge.edit import apply
from daw_bridge.edit.harmony import NAMES, QUALITIES, name_chord, name_chords
from daw_bridge.edit.scales import Scale
from tests.edit.parts import STEADY, edit, part, parts, rows


def chord(*pitches: int) -> Part:
    return part(*(Note(0.0, pitch, 2.0) for pitch in pitches))


def pitches(entry: object, played: Part) -> list[int]:
    return [note.pitch for note in apply([edit(entry)], played, STEADY).notes]


def test_notes_outside_a_key_are_adjusted_dropped_or_kept() -> None:
    played = chord(57, 61, 64, 66)  # A C# E F#
    assert pitches({"key": "A minor"}, played) == [57, 60, 64, 65]
    assert pitches({"key": {"to": "A minor", "outside": "drop"}}, played) == [57, 64]
    assert pitches({"key": {"to": "A minor", "outside": "keep"}}, played) == [57, 61, 64, 66]


def test_a_part_finds_its_own_key() -> None:
    scale = [
        Note(0.5 * k, 62 + step, 0.5 * k + 0.4) for k, step in enumerate((0, 2, 3, 5, 7, 8, 10, 7, 3, 0))
    ]
    d_minor = part(*scale, Note(5.0, 38, 8.0))
    at_home = pitches({"key": "D minor"}, d_minor)
    assert at_home == [note.pitch for note in d_minor.notes]
    assert pitches({"key": "A minor"}, d_minor) == [pitch - 5 for pitch in at_home]
    assert pitches({"key": "F minor"}, d_minor) == [pitch + 3 for pitch in at_home]
    # The relative key has the same notes.
    assert pitches({"key": "F major"}, d_minor) == at_home


def test_a_part_goes_to_a_key_the_shorter_way() -> None:
    assert pitches({"key": {"to": "A minor", "heard": "C major"}}, chord(60, 64, 67)) == [57, 60, 64]
    assert pitches({"key": {"to": "Eb major", "heard": "C minor"}}, chord(60, 63, 67)) == [63, 67, 70]


@pytest.mark.parametrize(
    ("name", "said"),
    [("H minor", "is no key; write"), ("A", "is no key"), ("A moll", "Known:"), ("A minr", "minor")],
)
def test_what_is_no_key_is_refused(name: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        edit({"key": name})


@given(parts, st.sampled_from(["A minor", "F# dorian", "Bb major pentatonic", "C blues"]))
def test_an_adjusted_part_is_in_its_key(played: Part, name: str) -> None:
    found = apply([edit({"key": name})], played, STEADY)
    assert all(note.pitch in Scale.parse(name) for note in found.notes)
    stays = edit({"key": {"to": name, "heard": name}})
    assert apply([stays], found, STEADY) == found


@pytest.mark.parametrize(
    ("sounding", "name"),
    [
        ((60, 64, 67), "C"),
        ((57, 60, 64, 67), "Am7"),
        ((60, 64, 67, 69), "C6"),
        ((64, 67, 72), "C/E"),
        ((58, 62, 65, 69), "Bbmaj7"),
        ((50, 57, 65), "Dm"),
        ((43, 50), "G5"),
    ],
)
def test_chords_are_named(sounding: Sequence[int], name: str) -> None:
    assert str(name_chord(sounding)) == name


def test_what_has_no_name_has_none() -> None:
    assert name_chord([60, 61, 62]) is None
    assert name_chord([]) is None


@given(st.integers(0, 11), st.sampled_from(list(QUALITIES)))
def test_a_chord_on_its_root_has_the_roots_name(root: int, steps: frozenset[int]) -> None:
    assert str(name_chord([48 + root + step for step in steps])) == NAMES[root] + QUALITIES[steps]


def named(played: Part, grid: PlacedGrid = STEADY) -> list[tuple[str, str]]:
    return [(str(one.position), str(one.name)) for one in name_chords(played, grid)]


def test_the_chords_of_a_part_are_named_at_their_beats() -> None:
    played = part(*(Note(0.0, p, 1.0) for p in (60, 64, 67)), *(Note(2.0, p, 3.0) for p in (57, 60, 64)))
    assert named(played) == [("1.1.1", "C"), ("2.1.1", "Am")]


def test_a_chord_struck_again_is_told_once_and_places_are_the_sessions() -> None:
    strums = [Note(0.5 * k, pitch, 0.5 * k + 0.4) for k in range(8) for pitch in (60, 64, 67)]
    late = [Note(3.98, pitch, 5.0) for pitch in (55, 59, 62, 65)]
    assert named(part(*strums, *late), Grid.constant(120.0).placed(64.0)) == [
        ("17.1.1", "C"),
        ("19.1.1", "G7"),
    ]


def test_a_strummed_chord_is_one_chord_to_name_and_to_voice() -> None:
    struck = part(
        *(Note(0.0, p, 1.5) for p in (57, 60, 64, 67)), *(Note(2.0, p, 3.5) for p in (53, 57, 60, 64))
    )
    strummed = apply([edit("strum")], struck, STEADY)
    assert strummed.notes[3].onset_s == pytest.approx(0.045)
    assert named(strummed) == [("1.1.1", "Am7"), ("2.1.1", "Fmaj7")]
    voiced = apply([edit({"voicing": "drop-2"})], strummed, STEADY)
    expected = apply([edit({"voicing": "drop-2"})], struck, STEADY)
    assert sorted(n.pitch for n in voiced.notes) == sorted(n.pitch for n in expected.notes)


def test_an_arpeggio_is_named_a_bar_at_a_time() -> None:
    up = [Note(0.5 * k, pitch, 0.5 * k + 0.4) for k, pitch in enumerate((48, 52, 55, 52, 50, 53, 57, 60))]
    assert named(part(*up)) == [("1.1.1", "C"), ("2.1.1", "Dm7")]
    line = [Note(0.5 * k, pitch, 0.5 * k + 0.4) for k, pitch in enumerate((48, 55, 48, 55))]
    assert named(part(*line)) == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("close", [48, 52, 55, 59]),
        ("open", [48, 55, 64, 71]),
        ("drop-2", [43, 48, 52, 59]),
        ("drop-3", [40, 48, 55, 59]),
        ("spread", [36, 55, 64, 71]),
        ({"inversion": 1}, [52, 55, 59, 60]),
    ],
)
def test_a_chord_is_set_anew(entry: object, expected: list[int]) -> None:
    assert pitches({"voicing": entry}, chord(48, 55, 64, 71, 76)) == expected


def test_the_root_goes_to_the_bass() -> None:
    assert pitches({"voicing": {"inversion": 0}}, chord(64, 67, 72)) == [60, 64, 67]
    assert pitches({"voicing": "close"}, chord(64, 67, 72)) == [64, 67, 72]


@given(parts, st.sampled_from(["close", "open", "drop-2", "drop-3", "spread"]), st.integers(0, 3))
def test_a_voicing_keeps_the_pitch_classes(played: Part, shape: str, inversion: int) -> None:
    voiced = edit({"voicing": {"shape": shape, "inversion": inversion}}).apply(played, STEADY)
    assert {note.pitch % 12 for note in voiced.notes} == {note.pitch % 12 for note in played.notes}


def test_an_arpeggio_becomes_a_chord_and_a_chord_an_arpeggio() -> None:
    broken = part(*(Note(0.25 * k, pitch, 0.25 * k + 0.2) for k, pitch in enumerate((60, 64, 67, 64))))
    assert rows(apply([edit("chords")], broken, STEADY)) == [
        (0.0, 60, 0.95),
        (0.0, 64, 0.95),
        (0.0, 67, 0.95),
    ]
    halves = apply([edit({"chords": {"span": 1}})], broken, STEADY)
    assert rows(halves) == [(0.0, 60, 0.45), (0.0, 64, 0.45), (0.5, 64, 0.95), (0.5, 67, 0.95)]
    block = part(*(Note(0.0, pitch, 1.0) for pitch in (60, 64, 67)))
    run = apply([edit({"chords": {"to": "arpeggio", "grid": "1/8", "order": "up-down"}})], block, STEADY)
    assert rows(run) == [(0.0, 60, 0.25), (0.25, 64, 0.5), (0.5, 67, 0.75), (0.75, 64, 1.0)]
