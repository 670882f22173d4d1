"""The whole way with a real watcher on a real folder; engine and instruments are the fakes."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mido
import pytest

from daw_bridge.core.errors import BridgeError, SessionBusy
from daw_bridge.deliver.take_file import load_take
from daw_bridge.flow.events import Failed, NotesDelivered, Skipped, TakeDelivered, Taken
from daw_bridge.flow.pipeline import Steps
from daw_bridge.service import Bridge
from daw_bridge.serving import OpenSession
from daw_bridge.session.start import start_session
from daw_bridge.settings import Session, UserSettings
from tests.fakes import FakeEngine, FakeInstruments
from tests.flow.test_flow_pipeline import bounce_tone
from tests.sessions import Heard, delivered_files

SETTINGS = """
preset: fat-analog-sub
settle: 0.05
tempo: 97
rules:
  - match: "*pad*"
    preset: [glassy-digital-pad, fat-analog-sub]
"""
TAKE = ["{0}/{0} - Fat Analog Sub.wav", "{0}/{0}.mid", "{0}/{0}.png", "{0}/{0}.take.yaml"]


def take_of(name: str) -> list[str]:
    return [file.format(name) for file in TAKE]


class FakeBridge(Bridge):
    """The real bridge with a fake engine and fake instruments."""

    def __init__(self, state: Path) -> None:
        self.engine = FakeEngine()
        self.fakes = FakeInstruments()
        super().__init__(UserSettings(), instruments=self.fakes, state=state)

    def steps(self, engine_name: str) -> Steps:
        from daw_bridge.intake import listen

        return Steps(
            listen, self.engine, lambda clip, part: None, self.fakes, hints=super().steps(engine_name).hints
        )


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "Song").mkdir()
    (tmp_path / "Song" / "bridge.yaml").write_text(SETTINGS)
    return start_session(tmp_path / "Song")


@pytest.fixture
def stem(tmp_path: Path) -> Path:
    return bounce_tone(tmp_path / "stem.wav")


@contextmanager
def running(session: Session) -> Iterator[tuple[Heard, FakeBridge]]:
    heard = Heard()
    with FakeBridge(session.folder / "state") as bridge, OpenSession(bridge, session, heard):
        yield heard, bridge


def test_a_bounce_that_is_dropped_while_the_bridge_runs(session: Session, stem: Path) -> None:
    with running(session) as (heard, _):
        shutil.copy(stem, session.watched / "bass.wav")
        delivered = heard.wait(TakeDelivered).delivered
    assert delivered_files(session.folder) == take_of("bass")
    assert delivered.midi == session.delivered / "bass" / "bass.mid"


def test_a_bounce_that_was_dropped_while_it_was_off_and_is_done_once(session: Session, stem: Path) -> None:
    shutil.copy(stem, session.watched / "bass.wav")
    with running(session) as (heard, _):
        heard.wait(TakeDelivered)
    with running(session) as (heard, bridge):
        heard.wait(Skipped)
    assert bridge.engine.asked == 0
    assert delivered_files(session.folder) == take_of("bass")


def test_two_at_once_both_arrive(session: Session, stem: Path) -> None:
    with running(session) as (heard, _):
        shutil.copy(stem, session.watched / "bass.wav")
        bounce_tone(session.watched / "lead.wav", start_s=0.2)
        heard.wait(TakeDelivered, lambda e: e.bounce.name == "bass.wav")
        heard.wait(TakeDelivered, lambda e: e.bounce.name == "lead.wav")
    assert delivered_files(session.folder) == take_of("bass") + take_of("lead")


def test_dropped_twice_it_is_delivered_to_the_same_files(session: Session, stem: Path) -> None:
    with running(session) as (heard, bridge):
        shutil.copy(stem, session.watched / "bass.wav")
        heard.wait(TakeDelivered)
        shutil.copy(stem, session.watched / "bass.wav")
        heard.wait(TakeDelivered)
        assert bridge.engine.asked == 1
        bounce_tone(session.watched / "bass.wav", start_s=0.9)
        heard.wait(TakeDelivered)
        assert bridge.engine.asked == 2
    assert delivered_files(session.folder) == take_of("bass")


def test_a_renamed_bounce_shares_the_take_of_its_audio(session: Session, stem: Path) -> None:
    with running(session) as (heard, bridge):
        bounce = Path(shutil.copy(stem, session.watched / "bass.wav"))
        heard.wait(TakeDelivered)
        bounce.rename(bounce.with_name("bassline.wav"))
        heard.wait(TakeDelivered)
        assert bridge.engine.asked == 1
    assert {file.split("/")[0] for file in delivered_files(session.folder)} == {"bass", "bassline"}


def test_presets_come_from_tag_folder_and_rule(session: Session, stem: Path) -> None:
    with running(session) as (heard, _bridge):
        for below, start_s in [("a@glassy-digital-pad", 0.1), ("glassy-digital-pad/b", 0.2), ("pad", 0.3)]:
            bounce_tone(session.watched / f"{below}.wav", start_s=start_s)
        takes = [heard.wait(TakeDelivered).delivered for _ in range(3)]
    presets = {t.folder.name: [r.preset for r in t.take.renderings] for t in takes}
    assert presets == {
        "a": ["glassy-digital-pad"],
        "b": ["glassy-digital-pad"],
        "pad": ["glassy-digital-pad", "fat-analog-sub"],
    }


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


@pytest.mark.parametrize(
    ("gain", "code"), [(0.0, "bounce-silent"), (0.005, "nothing-heard"), (None, "bounce-unreadable")]
)
def test_bad_bounces_are_told_and_the_next_one_arrives(
    session: Session, stem: Path, tmp_path: Path, gain: float | None, code: str
) -> None:
    bad = tmp_path / "bad.wav"
    if gain is None:
        bad.write_bytes(b"this is no audio " * 500)
    else:
        bounce_tone(bad, gain=gain)
    with running(session) as (heard, _):
        shutil.copy(bad, session.watched)
        failed = heard.wait(Failed)
        assert (failed.error.code, failed.bounce.name) == (code, "bad.wav")
        shutil.copy(stem, session.watched / "bass.wav")
        heard.wait(TakeDelivered)


def test_a_mistake_in_the_settings_is_told_and_mended_while_running(session: Session, stem: Path) -> None:
    with running(session) as (heard, _):
        (session.folder / "bridge.yaml").write_text("prest: x\n")
        bounce = Path(shutil.copy(stem, session.watched / "bass.wav"))
        assert heard.wait(Failed).error.code == "settings-invalid"
        (session.folder / "bridge.yaml").write_text(SETTINGS)
        shutil.copy(stem, bounce)
        heard.wait(TakeDelivered)


def test_a_mistake_of_ours_does_not_end_the_daemon(
    session: Session, stem: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(slug: str) -> None:
        raise ZeroDivisionError("ours")

    with running(session) as (heard, bridge):
        bridge.fakes.before = stumble
        shutil.copy(stem, session.watched / "bass.wav")
        assert heard.wait(Failed).error.code == "internal"
        bridge.fakes.before = lambda slug: None
        bounce_tone(session.watched / "lead.wav")
        heard.wait(TakeDelivered)
    assert "ZeroDivisionError" in caplog.text


def test_what_failed_for_a_passing_reason_is_taken_again_at_the_next_start(
    session: Session, stem: Path
) -> None:
    with running(session) as (heard, bridge):
        bridge.fakes.broken = frozenset({"fat-analog-sub"})
        shutil.copy(stem, session.watched / "bass.wav")
        heard.wait(NotesDelivered)
        assert heard.wait(Failed).error.code == "plugin-crashed"
        heard.wait(TakeDelivered)
    assert delivered_files(session.folder) == ["bass/bass.mid", "bass/bass.png", "bass/bass.take.yaml"]
    with running(session) as (heard, bridge):
        heard.wait(TakeDelivered)
        assert bridge.engine.asked == 0
    assert delivered_files(session.folder) == take_of("bass")


def test_closing_in_the_middle_loses_nothing(session: Session, stem: Path) -> None:
    with running(session) as (heard, _):
        shutil.copy(stem, session.watched / "bass.wav")
        heard.wait(Taken)
    with running(session) as (heard, _):
        if not (session.delivered / "bass" / "bass - Fat Analog Sub.wav").exists():
            heard.wait(TakeDelivered)
    assert delivered_files(session.folder) == take_of("bass")


def test_a_session_is_served_by_one_bridge(session: Session) -> None:
    with running(session), pytest.raises(SessionBusy), running(session):
        pass


def test_our_own_output_is_no_bounce_even_inside_the_watched_folder(tmp_path: Path, stem: Path) -> None:
    folder = tmp_path / "Nested"
    folder.mkdir()
    (folder / "bridge.yaml").write_text(SETTINGS + "deliver: Bounces/Bridge\n")
    session = start_session(folder)
    with running(session) as (heard, bridge):
        shutil.copy(stem, session.watched / "bass.wav")
        heard.wait(TakeDelivered)
        bounce_tone(session.watched / "lead.wav", start_s=0.3)
        heard.wait(TakeDelivered)
        assert bridge.engine.asked == 2
        assert heard.of(Taken) == [] or all(e.bounce.parent == session.watched for e in heard.of(Taken))


def test_converting_needs_no_session_and_remembers(tmp_path: Path, stem: Path) -> None:
    with FakeBridge(tmp_path / "state") as bridge:
        first = bridge.convert(stem, deliver_to=tmp_path / "out", presets=["fat-analog-sub"])
        second = bridge.convert(stem, deliver_to=tmp_path / "out", presets=["glassy-digital-pad"])
        assert bridge.engine.asked == 1
    assert first.folder == second.folder == tmp_path / "out" / "stem"
    assert len(second.take.renderings) == 2
    assert len(second.audio) == 2


def test_converting_with_a_preset_nobody_has_is_told(tmp_path: Path, stem: Path) -> None:
    with FakeBridge(tmp_path / "state") as bridge, pytest.raises(BridgeError, match="Did you mean"):
        bridge.convert(stem, deliver_to=tmp_path / "out", presets=["fat-analog-sup"])
