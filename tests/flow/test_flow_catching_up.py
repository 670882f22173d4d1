"""What changed while nobody watched is made again at the next start."""

from __future__ import annotations

import shutil
from pathlib import Path

from daw_bridge.deliver.take_file import load_take
from daw_bridge.flow.events import NotesDelivered, TakeDelivered
from daw_bridge.service.serving import OpenSession
from daw_bridge.settings import Session
from tests.fake_bridge import FakeBridge, running, session, stem
from tests.flow.test_flow_pipeline import bounce_tone
from tests.flow.test_flow_remaking import change
from tests.sessions import Heard, delivered_files

__all__ = ["session", "stem"]  # fixtures


def test_a_take_changed_while_nobody_watched_is_made_at_the_next_start(session: Session, stem: Path) -> None:
    shutil.copy(stem, session.watched / "bass.wav")
    with running(session) as (heard, _):
        file = heard.wait(TakeDelivered).delivered.file
    change(file, edits=[{"transpose": 12}])
    with running(session) as (heard, bridge):
        heard.wait(TakeDelivered)
        assert bridge.engine.asked == 0


def test_what_was_ended_while_it_was_made_again_is_finished_at_the_next_start(
    session: Session, stem: Path
) -> None:
    shutil.copy(stem, session.watched / "bass.wav")
    heard = Heard()
    with FakeBridge(session.folder / "state") as bridge, OpenSession(bridge, session, heard) as opened:
        file = heard.wait(TakeDelivered).delivered.file
        before = file.with_name("bass - Fat Analog Sub.wav").read_bytes()
        # The sound is there when the session is already being closed.
        bridge.fakes.before = lambda slug: opened.closing.wait(60.0)  # type: ignore[assignment]
        change(file, edits=[{"transpose": 12}])
        heard.wait(NotesDelivered, lambda event: event.bounce == file)
    assert "is_complete: false" in file.read_text()
    with running(session) as (heard, _):
        take = heard.wait(TakeDelivered).delivered.take
    assert take.is_complete
    assert file.with_name("bass - Fat Analog Sub.wav").read_bytes() != before


def test_a_session_that_lost_its_memory_still_knows_its_own_files(session: Session, stem: Path) -> None:
    shutil.copy(stem, session.watched / "bass.wav")
    with running(session) as (heard, _):
        file = heard.wait(TakeDelivered).delivered.file
        change(file, edits=[{"transpose": 5}])
        heard.wait(TakeDelivered)
        files = delivered_files(session.folder)
    shutil.rmtree(session.state)
    with running(session) as (heard, _):
        heard.wait(TakeDelivered)
        bounce_tone(session.watched / "last.wav", start_s=0.1)
        heard.wait(TakeDelivered, lambda event: event.bounce.name == "last.wav")
    assert [name for name in delivered_files(session.folder) if name.startswith("bass/")] == files
    assert [edit.edit_name() for edit in load_take(file).recipe.edits] == ["transpose"]


def test_a_preset_that_was_saved_while_nobody_watched_is_caught_up_with(session: Session, stem: Path) -> None:
    session.presets.mkdir(parents=True)
    own = session.presets / "my-sub.yaml"
    own.write_text("name: My Sub\ninstrument: {faust: analog}\n")
    shutil.copy(stem, session.watched / "bass@my-sub.wav")
    with running(session) as (heard, _):
        heard.wait(TakeDelivered)
    own.write_text("name: My Sub\ninstrument: {faust: analog, parameters: {cutoff: 300 Hz}}\n")
    with running(session) as (heard, bridge):
        heard.wait(TakeDelivered)
        assert bridge.fakes.rendered == ["my-sub"]
