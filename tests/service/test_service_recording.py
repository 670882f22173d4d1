"""Recordings of hardware in a take: they stay whatever is made of it, and nothing is put over them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from daw_bridge.cli.options import parse_edit_options
from daw_bridge.core.files import sha256_of
from daw_bridge.deliver.take import Recipe, Take, TakeRecorded, TakeRendering
from daw_bridge.deliver.take_file import FoundTake, find_take
from daw_bridge.flow.delivery import OTHER_NOTES
from daw_bridge.flow.events import TakeDelivered
from daw_bridge.service.recording import _file_name
from daw_bridge.service.revoicing import revoice
from daw_bridge.settings import Session
from tests.fake_bridge import FakeBridge, running, session, stem
from tests.flow.test_flow_pipeline import bounce_tone
from tests.service.test_service_auditioning import made

__all__ = ["session", "stem"]  # fixtures

FILE = "bass - Mini.wav"


def with_recording(found: FoundTake, name: str = "Mini") -> FoundTake:
    """The take as `record` would have it made again."""
    bounce_tone(found.folder / f"bass - {name}.wav", seconds=1.0)
    rendering = TakeRendering(
        name=name,
        recorded=TakeRecorded(
            port="mini", audio_input="Scarlett", latency_ms=12.0, made="2026-01-01T00:00:00"
        ),
        file=f"bass - {name}.wav",
        sha256=sha256_of(found.folder / f"bass - {name}.wav"),
        duration_s=1.0,
        made_of=found.take.midi[0].sha256,
    )
    return found.changed(renderings=(*found.take.renderings, rendering))


def again(tmp_path: Path, found: FoundTake, **recipe: object) -> FoundTake:
    """The take made again, its recipe changed."""
    changed: Recipe = found.take.recipe.model_copy(update=recipe)
    with FakeBridge(tmp_path / "state") as bridge:
        delivered = revoice(bridge, found.changed(recipe=changed), lambda event: None)
    return find_take(delivered.file)


def recordings(take: Take) -> list[TakeRendering]:
    return [rendering for rendering in take.renderings if rendering.recorded]


def test_a_recording_stays_and_is_told_when_the_notes_are_others(tmp_path: Path) -> None:
    bass = again(tmp_path, with_recording(made(tmp_path)))
    assert [r.warnings for r in recordings(bass.take)] == [()]
    edited = again(tmp_path, bass, edits=parse_edit_options(["transpose: 12"]))
    assert [r.warnings for r in recordings(edited.take)] == [(OTHER_NOTES,)]
    back = again(tmp_path, edited, edits=())
    assert [r.warnings for r in recordings(back.take)] == [()]
    assert [version.recorded for version in back.take.history] == [(), (FILE,), (FILE,), (FILE,)]


def test_an_export_holds_it(tmp_path: Path) -> None:
    from zipfile import ZipFile

    bass = again(tmp_path, with_recording(made(tmp_path)), export=("dawproject",))
    with ZipFile(bass.folder / bass.take.exports[0].file) as project:
        assert any(name.endswith(FILE) for name in project.namelist())


def test_a_preset_of_the_same_name_is_put_beside_it(tmp_path: Path) -> None:
    bass = again(tmp_path, with_recording(made(tmp_path), "Deep Sine Sub"))
    kept = sha256_of(bass.folder / "bass - Deep Sine Sub.wav")
    both = again(tmp_path, bass, presets=("deep-sine-sub",))
    assert [r.file for r in both.take.renderings] == [
        "bass - Deep Sine Sub 2.wav",
        "bass - Deep Sine Sub.wav",
    ]
    assert sha256_of(both.folder / "bass - Deep Sine Sub.wav") == kept


def test_a_recording_that_was_deleted_is_listed_no_more(tmp_path: Path) -> None:
    bass = again(tmp_path, with_recording(made(tmp_path)))
    (bass.folder / FILE).unlink()
    assert recordings(again(tmp_path, bass).take) == []


def test_a_bounce_of_other_audio_ends_it_and_leaves_the_file(tmp_path: Path) -> None:
    bass = again(tmp_path, with_recording(made(tmp_path)))
    kept = sha256_of(bass.folder / FILE)
    bounce_tone(bass.bounce, start_s=0.25)
    with FakeBridge(tmp_path / "state") as bridge:
        other = bridge.convert(bass.bounce, deliver_to=tmp_path / "Bridge")
    assert (other.folder, recordings(other.take)) == (bass.folder, [])
    assert sha256_of(bass.folder / FILE) == kept


def test_the_bridge_that_watches_takes_it_up(session: Session, stem: Path) -> None:
    with running(session) as (heard, bridge):
        shutil.copy(stem, session.watched / "bass.wav")
        found = find_take(heard.wait(TakeDelivered).delivered.file)
        delivered = revoice(bridge, with_recording(found), lambda event: None)
    assert [r.file for r in recordings(find_take(delivered.file).take)] == [FILE]
    assert [version.recorded for version in delivered.take.history] == [(), (FILE,)]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("synth:midi/1", "synth midi 1"),
        ("TX7", "TX7"),
        ('a <b> "c"?', "a b c"),
        ("..", "hardware"),
        ("Moog.", "Moog"),
    ],
)
def test_a_port_names_a_file_on_every_system(name: str, file: str) -> None:
    assert _file_name(name) == file
