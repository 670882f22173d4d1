"""Where takes lie: by the DAW's file, by a rule, by a time stamp; while the bridge runs."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import mido
import pytest

from daw_bridge.deliver.take_file import load_take
from daw_bridge.flow.events import NotesDelivered, TakeDelivered
from daw_bridge.session.start import start_session
from daw_bridge.settings import Session
from tests.fake_bridge import SETTINGS, running, stem

__all__ = ["stem"]  # a fixture


def save_reaper(session: Session, tempo: str, *items: tuple[str, float]) -> None:
    """A REAPER project, written beside and then put in its place; items are (file, seconds)."""
    chunks = [f'<ITEM\nPOSITION {at_s}\n<SOURCE WAVE\nFILE "{file}"\n>\n>\n' for file, at_s in items]
    written = session.folder / "being-saved"
    written.write_text(f'<REAPER_PROJECT 0.1 "7.0/linux" 1\nTEMPO {tempo}\n{"".join(chunks)}>\n')
    written.replace(session.folder / "Song.rpp")


@pytest.fixture
def in_a_daw(tmp_path: Path) -> Session:
    """A session whose tempo is that of the DAW's file, in which there is no clip yet."""
    folder = tmp_path / "Song"
    folder.mkdir()
    (folder / "bridge.yaml").write_text(
        SETTINGS.replace("97", "session") + '  - match: "lead*"\n    at: 9.3\n'
    )
    session = start_session(folder)
    save_reaper(session, "97 7 8")
    return session


def test_a_take_follows_the_session_as_it_was_saved_last(in_a_daw: Session, stem: Path) -> None:
    with running(in_a_daw) as (heard, _):
        shutil.copy(stem, in_a_daw.watched / "bass.wav")
        first = heard.wait(TakeDelivered).delivered.take
        save_reaper(in_a_daw, "120 4 4", ("Bounces/bass.wav", 33.0))
        shutil.copy(stem, in_a_daw.watched / "bass.wav")
        second = heard.wait(TakeDelivered).delivered.take
        (in_a_daw.folder / "Song.rpp").write_text("<REAPER_PROJECT cut in half")
        shutil.copy(stem, in_a_daw.watched / "bass.wav")
        third = heard.wait(TakeDelivered).delivered.take
    assert (first.tempo.bpm, first.tempo.time_signature, first.tempo.source) == (
        97,
        "7/8",
        "REAPER 7.0: Song.rpp",
    )
    assert (first.place.bar, first.place.is_known) == (1, False)
    assert (second.tempo.bpm, second.tempo.time_signature) == (120, "4/4")
    assert (second.place.position, second.place.source) == ("17.3.1", "its clip in Song.rpp")
    assert "no session" in third.tempo.source
    assert "Song.rpp" in third.warnings[0]


def test_log_event_take_file_and_track_agree_on_the_bar(
    in_a_daw: Session, stem: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "daw_bridge")
    save_reaper(in_a_daw, "120 4 4", ("Bounces/bass.wav", 33.0))
    with running(in_a_daw) as (heard, _):
        shutil.copy(stem, in_a_daw.watched / "bass.wav")
        told = heard.wait(NotesDelivered)
        delivered = heard.wait(TakeDelivered).delivered
    assert (told.bar, told.place_is_known) == (17, True)
    assert load_take(delivered.file).place.bar == 17
    track = mido.MidiFile(delivered.midi).tracks[1]
    assert track.name == "bass (bar 17)"
    first = next(message for message in track if message.type == "note_on")
    assert abs(first.time - (2 + 0.5 * 2) * 960) <= 3  # the bounce begins on its bar's third beat
    assert "(bar 17), its clip in Song.rpp" in caplog.text


def test_a_rule_places_a_bounce_before_its_clip_does(in_a_daw: Session, stem: Path) -> None:
    save_reaper(in_a_daw, "120 4 4", ("Bounces/lead.wav", 33.0))
    with running(in_a_daw) as (heard, _):
        shutil.copy(stem, in_a_daw.watched / "lead.wav")
        place = heard.wait(TakeDelivered).delivered.take.place
    assert (place.bar, place.position, place.source) == (9, "9.3.1", "named by bridge.yaml")


def test_a_time_stamp_and_the_sessions_start_place_a_bounce(in_a_daw: Session, stem: Path) -> None:
    settings = in_a_daw.folder / "bridge.yaml"
    settings.write_text(settings.read_text() + "session_start: 01:00:00\n")
    save_reaper(in_a_daw, "120 4 4")
    frames = (3600 + 32) * 44_100
    bext = b"bext" + struct.pack("<I338xQ256x", 602, frames)
    content = stem.read_bytes() + bext
    with running(in_a_daw) as (heard, _):
        stamped = stem.with_name("stamped.wav")
        stamped.write_bytes(content[:4] + struct.pack("<I", len(content) - 8) + content[8:])
        shutil.copy(stamped, in_a_daw.watched)
        place = heard.wait(TakeDelivered).delivered.take.place
    assert (place.bar, place.is_known) == (17, True)
    assert "01:00:32" in place.source
