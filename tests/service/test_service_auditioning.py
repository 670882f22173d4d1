"""A take's song, as its files have it; and which takes have just come."""

from __future__ import annotations

from pathlib import Path

import pytest

from daw_bridge.cli.options import parse_edit_options
from daw_bridge.core.errors import TakeMissing
from daw_bridge.core.meters import Position
from daw_bridge.deliver.take_file import FoundTake, find_take
from daw_bridge.service.auditioning import Arrivals, Wish, song_of
from daw_bridge.settings import FixedTempo
from tests.fake_bridge import FakeBridge
from tests.flow.test_flow_pipeline import bounce_tone


def made(tmp_path: Path, name: str = "bass", at: str | None = None, profile: str = "auto") -> FoundTake:
    """A take with one note on middle C, in 7/8."""
    stem = bounce_tone(tmp_path / f"{name}.wav")
    with FakeBridge(tmp_path / "state") as bridge:
        delivered = bridge.convert(
            stem,
            deliver_to=tmp_path / "Bridge",
            tempo=FixedTempo(bpm=97, time_signature="7/8"),
            at=Position.parse(at) if at else None,
            profile=profile,
        )
    return find_take(delivered.file)


def test_a_song_lies_where_its_take_lies(tmp_path: Path) -> None:
    song = song_of(made(tmp_path, at="17"))
    assert (song.name, song.bar, song.song_beat) == ("bass", 17, 16 * 3.5)
    piece = song.piece(Wish(from_bar=17))
    assert piece.program.song_beat == 16 * 3.5
    assert piece.tempo.initial_bpm == pytest.approx(97.0, abs=0.001)
    assert song.piece(Wish(in_place=False)).program.song_beat is None


def test_a_place_that_is_not_known_is_none(tmp_path: Path) -> None:
    song = song_of(made(tmp_path))
    assert (song.bar, song.song_beat) == (1, None)


def test_a_presets_note_fitting_holds(tmp_path: Path) -> None:
    found = made(tmp_path)
    with FakeBridge(tmp_path / "state") as bridge:
        preset = bridge.library().find("deep-sine-sub")
    as_heard, fitted = song_of(found), song_of(found, preset=preset)
    pitches = [[e.message[1] for e in s.song.events if e.kind == 0x90] for s in (as_heard, fitted)]
    assert pitches[0] == [60]
    assert pitches[1] != pitches[0]
    onsets = [[e.beat for e in s.song.events if e.kind == 0x90] for s in (as_heard, fitted)]
    assert onsets[0] == pytest.approx(onsets[1], abs=0.002)


def test_edits_are_made_on_the_way(tmp_path: Path) -> None:
    song = song_of(made(tmp_path), edits=parse_edit_options(["transpose: 12"]))
    assert [e.message[1] for e in song.song.events if e.kind == 0x90] == [72]


def test_drums_stay_on_their_channel(tmp_path: Path) -> None:
    found = made(tmp_path, "drums", profile="drums")
    for edits in ([], ["velocity: {scale: 0.5}"]):
        song = song_of(found, edits=parse_edit_options(edits)).song
        assert {event.channel for event in song.events} == {9}


def test_drums_keep_their_keys_and_it_is_said(tmp_path: Path) -> None:
    edits = parse_edit_options(["transpose: 12", "velocity: {scale: 0.5}"])
    song = song_of(made(tmp_path, "drums", profile="drums"), edits=edits)
    assert [e.message[1] for e in song.song.events if e.kind == 0x90] == [60]
    assert "Left out: transpose." in song.remark


def test_a_variant_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TakeMissing, match='has no variant "tight"'):
        song_of(made(tmp_path), variant="tight")


def test_takes_that_come_are_told_once_and_again_with_other_notes(tmp_path: Path) -> None:
    made(tmp_path, "old")
    arrivals = Arrivals(tmp_path / "Bridge")
    assert arrivals.new() == []
    bass = made(tmp_path, "bass")
    assert [found.file for found in arrivals.new()] == [bass.file]
    assert arrivals.new() == []
    bass.file.touch()  # as when its renderings are listed
    assert arrivals.new() == []
    text = bass.file.read_text()
    bass.file.write_text(text.replace(bass.take.midi[0].sha256, "a" * 64))
    assert [found.file for found in arrivals.new()] == [bass.file]


def test_half_a_take_file_is_waited_for(tmp_path: Path) -> None:
    arrivals = Arrivals(tmp_path / "Bridge")
    bass = made(tmp_path, "bass")
    whole = bass.file.read_text()
    bass.file.write_text(whole[: len(whole) // 2])
    assert arrivals.new() == []
    bass.file.write_text(whole)
    assert [found.file for found in arrivals.new()] == [bass.file]
