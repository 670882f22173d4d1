"""Notes that come back from the DAW, and notes that come alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import mido
import pytest

from daw_bridge.core.errors import TakeInvalid
from daw_bridge.deliver.take_file import load_take
from daw_bridge.flow.events import Failed, Skipped, TakeDelivered
from daw_bridge.settings import Session
from tests.fake_bridge import FakeBridge, running, session, stem, take_of
from tests.flow.test_flow_pipeline import bounce_tone
from tests.flow.test_flow_remaking import bass, change, pitches, write_notes
from tests.sessions import Heard as Listening
from tests.sessions import delivered_files

__all__ = ["bass", "session", "stem"]  # fixtures


def test_notes_mended_in_the_daw_are_the_part_from_then_on(bass: tuple[Listening, FakeBridge, Path]) -> None:
    heard, bridge, file = bass
    change(file, edits=[{"transpose": 12}])
    heard.wait(TakeDelivered)
    mended = write_notes(file.with_name("bass.mid"), 40, 43, 45)
    content = mended.read_bytes()
    delivered = heard.wait(TakeDelivered).delivered
    assert delivered.take.taken_back is not None
    assert (delivered.take.taken_back.file, delivered.take.notes) == ("bass.mid", 3)
    assert delivered.take.recipe.edits == (), "they are in the notes that came back"
    assert mended.read_bytes() == content
    assert bridge.fakes.rendered == ["fat-analog-sub"] * 3
    change(file, edits=[{"transpose": 2}])
    delivered = heard.wait(TakeDelivered).delivered
    assert (delivered.midi.name, pitches(delivered.midi)) == ("bass 2.mid", [42, 45, 47])
    assert mended.read_bytes() == content
    assert delivered.take.transcription.notes == 1, "what was heard is still known"


def test_notes_exported_into_the_watched_folder_join_the_take_of_their_name(
    bass: tuple[Listening, FakeBridge, Path], session: Session
) -> None:
    heard, bridge, file = bass
    write_notes(session.watched / "bass.mid", 50, 52)
    delivered = heard.wait(TakeDelivered).delivered
    assert delivered.file == file
    assert pitches(file.with_name("bass.mid")) == [50, 52]
    shutil.copy(session.watched / "bass.wav", session.watched / "bass@glassy-digital-pad.wav")
    delivered = heard.wait(TakeDelivered).delivered
    assert delivered.take.notes == 2, "the same audio: the notes that came back stay"
    bounce_tone(session.watched / "bass.wav", start_s=0.8)
    delivered = heard.wait(TakeDelivered).delivered
    assert (delivered.take.notes, delivered.take.taken_back) == (1, None)
    assert bridge.engine.asked == 2


def test_a_midi_file_alone_becomes_a_take(session: Session) -> None:
    with running(session) as (heard, bridge):
        write_notes(session.watched / "idea.mid", 60, 64, 67)
        delivered = heard.wait(TakeDelivered).delivered
        assert bridge.engine.asked == 0
    assert delivered_files(session.folder) == take_of("idea")
    assert pitches(delivered.midi) == [60, 64, 67]
    assert (delivered.take.transcription.engine, delivered.take.tempo.bpm) == ("midi", 97.0)


def test_notes_that_were_dealt_with_are_not_taken_back_again_at_the_next_start(
    session: Session, stem: Path
) -> None:
    shutil.copy(stem, session.watched / "bass.wav")
    with running(session) as (heard, _):
        file = heard.wait(TakeDelivered).delivered.file
        write_notes(file.with_name("bass.mid"), 40, 43)
        heard.wait(TakeDelivered)
        change(file, edits=[{"transpose": 2}])
        heard.wait(TakeDelivered)
        write_notes(file.with_name("bass 2.mid"), 50)
        assert heard.wait(TakeDelivered).delivered.take.notes == 1
    with running(session) as (heard, _):
        heard.wait(Skipped)  # the bounce
        bounce_tone(session.watched / "last.wav", start_s=0.1)
        heard.wait(TakeDelivered, lambda event: event.bounce.name == "last.wav")
    assert load_take(file).notes == 1


def test_notes_that_come_with_their_audio_join_its_take(session: Session, stem: Path) -> None:
    write_notes(session.watched / "bass.mid", 40, 43)
    shutil.copy(stem, session.watched / "bass.wav")
    with running(session) as (heard, _):
        heard.wait(TakeDelivered, lambda event: event.bounce.name == "bass.wav")
        take = heard.wait(TakeDelivered, lambda event: event.bounce.name == "bass.mid").delivered.take
    assert (take.notes, take.transcription.engine) == (2, "fake")
    assert {name.split("/")[0] for name in delivered_files(session.folder)} == {"bass"}


@pytest.mark.parametrize("transposed", [0, 7])
def test_an_export_from_the_songs_start_is_told_from_one_from_the_clips(
    session: Session, stem: Path, transposed: int
) -> None:
    with (session.folder / "bridge.yaml").open("a") as settings:
        settings.write('  - {match: "*bass*", at: 4}\n')
    shutil.copy(stem, session.watched / "bass.wav")
    with running(session) as (heard, _):
        file = heard.wait(TakeDelivered).delivered.file
        onset_beat = 0.5 * 97 / 60
        for start_beat in (onset_beat, 12 + onset_beat):
            write_notes(file.with_name("bass.mid"), 60 + transposed, 64, start_beat=start_beat)
            heard.wait(TakeDelivered)
            change(file, edits=[{"transpose": 1}])
            midi = heard.wait(TakeDelivered).delivered.midi
            first = next(message for message in mido.MidiFile(midi).tracks[1] if message.type == "note_on")
            assert abs(first.time - onset_beat * 960) <= 3, start_beat


def test_a_variant_that_was_mended_is_the_part(bass: tuple[Listening, FakeBridge, Path]) -> None:
    heard, _, file = bass
    change(file, variants=["played", "tight"])
    heard.wait(TakeDelivered)
    write_notes(file.with_name("bass (tight).mid"), 40, 43)
    taken_back = heard.wait(TakeDelivered).delivered.take.taken_back
    assert taken_back is not None and (taken_back.file, taken_back.notes) == ("bass (tight).mid", 2)


def test_a_voice_of_a_split_part_is_not_taken_for_the_part(session: Session) -> None:
    with running(session) as (heard, _):
        write_notes(session.watched / "idea.mid", 40, 60, 64, 67)
        file = heard.wait(TakeDelivered).delivered.file
        change(file, edits=[{"split": "C2"}])
        heard.wait(TakeDelivered)
        write_notes(file.with_name("idea (low).mid"), 41)
        error = heard.wait(Failed).error
    assert isinstance(error, TakeInvalid) and "(low)" in error.what
    assert load_take(file).notes == 4
