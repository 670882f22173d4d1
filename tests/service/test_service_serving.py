"""The whole way with a real watcher on a real folder; engine and instruments are the fakes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from daw_bridge.core.errors import BridgeError, SessionBusy
from daw_bridge.flow.events import Failed, NotesDelivered, Skipped, TakeDelivered, Taken
from daw_bridge.session.start import start_session
from daw_bridge.settings import Session
from tests.fake_bridge import SETTINGS, FakeBridge, running, session, stem, take_of
from tests.flow.test_flow_pipeline import bounce_tone
from tests.sessions import delivered_files

__all__ = ["session", "stem"]  # fixtures


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
