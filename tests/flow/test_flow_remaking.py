"""Takes made again: by a recipe that was changed, by notes that came back, by a preset that was saved."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import mido
import pytest
import yaml

from daw_bridge.core.errors import BounceMissing, TakeInvalid
from daw_bridge.deliver.take import Recipe
from daw_bridge.deliver.take_file import deliver_take, find_take, load_take
from daw_bridge.flow.events import Failed, TakeDelivered
from daw_bridge.settings import Session
from tests.fake_bridge import FakeBridge, running, session, stem, take_of
from tests.flow.test_flow_pipeline import bounce_tone
from tests.sessions import Heard as Listening
from tests.sessions import delivered_files

__all__ = ["session", "stem"]  # fixtures


@pytest.fixture
def bass(session: Session, stem: Path) -> Iterator[tuple[Listening, FakeBridge, Path]]:
    """A session that is being watched, and the take file of a bass that has been delivered."""
    with running(session) as (heard, bridge):
        shutil.copy(stem, session.watched / "bass.wav")
        file = heard.wait(TakeDelivered).delivered.file
        yield heard, bridge, file


def change(file: Path, **changes: object) -> None:
    """Edit the recipe as a user does in an editor."""
    document = yaml.safe_load(file.read_text())
    document["recipe"].update(changes)
    file.write_text(yaml.safe_dump(document, sort_keys=False))


def pitches(midi: Path) -> list[int]:
    return [message.note for message in mido.MidiFile(midi).tracks[1] if message.type == "note_on"]


def write_notes(file: Path, *pitches: int, start_beat: float = 0.0) -> Path:
    """A MIDI file as a DAW exports it: quarter notes, one after the other."""
    track = mido.MidiTrack()
    wait = round(start_beat * 480)
    for pitch in pitches:
        track.append(mido.Message("note_on", note=pitch, velocity=90, time=wait))
        track.append(mido.Message("note_off", note=pitch, time=480))
        wait = 0
    saved = mido.MidiFile(type=0, ticks_per_beat=480)
    saved.tracks.append(track)
    file.parent.mkdir(parents=True, exist_ok=True)
    saved.save(file)
    return file


def test_a_take_file_that_is_saved_is_made_again_without_listening(
    bass: tuple[Listening, FakeBridge, Path],
) -> None:
    heard, bridge, file = bass
    before = pitches(file.with_name("bass.mid"))
    change(file, edits=[{"transpose": 12}], presets=["fat-analog-sub", "glassy-digital-pad"])
    delivered = heard.wait(TakeDelivered).delivered
    assert bridge.engine.asked == 1
    assert pitches(delivered.midi) == [pitch + 12 for pitch in before]
    assert delivered_files(file.parents[2]) == sorted(
        [*take_of("bass"), "bass/bass - Glassy Digital Pad.wav"]
    )
    take = load_take(file)
    assert [edit.edit_name() for edit in take.recipe.edits] == ["transpose"]
    assert [version.number for version in take.history] == [1, 2]


def test_of_a_long_history_the_first_version_stays(
    bass: tuple[Listening, FakeBridge, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, _, file = bass
    monkeypatch.setattr("daw_bridge.flow.delivery.MOST_VERSIONS", 3)
    for semitones in (1, 2, 3, 4):
        change(file, edits=[{"transpose": semitones}])
        heard.wait(TakeDelivered)
    assert [version.number for version in load_take(file).history] == [1, 4, 5]


def test_what_has_not_changed_is_not_played_again(bass: tuple[Listening, FakeBridge, Path]) -> None:
    heard, bridge, file = bass
    change(file, presets=["fat-analog-sub", "glassy-digital-pad"])
    heard.wait(TakeDelivered)
    assert bridge.fakes.rendered == ["fat-analog-sub", "glassy-digital-pad"]
    change(file, variants=["played", "tight"])
    heard.wait(TakeDelivered)
    assert bridge.fakes.rendered == ["fat-analog-sub", "glassy-digital-pad"]
    assert "bass/bass (tight).mid" in delivered_files(file.parents[2])


def test_how_the_user_wrote_the_recipe_stays(bass: tuple[Listening, FakeBridge, Path]) -> None:
    heard, _, file = bass
    written = "recipe:\n  # an octave up\n  presets: [fat-analog-sub]\n  edits: [transpose: 12]\n"
    text = file.read_text()
    start, end = text.index("recipe:"), text.index("bounce:")
    file.write_text(text[:start] + written + text[end:])
    heard.wait(TakeDelivered)
    assert written in file.read_text()


def test_comments_above_the_recipe_and_line_ends_stay(bass: tuple[Listening, FakeBridge, Path]) -> None:
    heard, _, file = bass
    remark = "# Ella likes it an octave up.\n# So do I.\n"
    text = file.read_text().replace("\nrecipe:\n", f"\n{remark}recipe:\n", 1)
    text = text.replace("\n  edits: []\n", "\n  edits: [transpose: 12]\n", 1)
    file.write_bytes(text.replace("\n", "\r\n").encode())
    heard.wait(TakeDelivered)
    again = file.read_bytes()
    assert again.count(b"\n") == again.count(b"\r\n") > 20
    assert again.decode().replace("\r\n", "\n").count(f"\n{remark}recipe:\n") == 1
    assert again.decode().startswith("# How this take was made")
    assert load_take(file).history[-1].number == 2


def test_a_take_whose_every_note_is_gone_says_so(bass: tuple[Listening, FakeBridge, Path]) -> None:
    heard, _, file = bass
    change(file, edits=[{"sure": "100 %"}])
    take = heard.wait(TakeDelivered).delivered.take
    assert (take.notes, take.remarks) == (0, ("No notes are left after the edits.",))


def test_a_take_that_fails_keeps_no_other_from_a_presets_new_sound(session: Session, stem: Path) -> None:
    session.presets.mkdir(parents=True)
    own = session.presets / "my-sub.yaml"
    own.write_text("name: My Sub\ninstrument: {faust: analog}\n")
    with running(session) as (heard, _):
        for name in ("a@my-sub.wav", "b@my-sub.wav"):
            bounce_tone(session.watched / name, start_s=0.1 + 0.1 * name.startswith("b"))
            file = heard.wait(TakeDelivered).delivered.file
        first = file.parents[1] / "a" / "a.take.yaml"
        first.write_text(first.read_text().replace("engine_version", "engine_version: forgotten #"))
        heard.wait(TakeDelivered, lambda event: event.bounce == first)
        (session.watched / "a@my-sub.wav").unlink()
        first.write_text(first.read_text().replace("engine_version", "engine_version: forgotten again #"))
        heard.wait(Failed, lambda event: event.bounce == first)
        own.write_text("name: My Sub\ninstrument: {faust: analog, parameters: {cutoff: 300 Hz}}\n")
        assert heard.wait(Failed, lambda event: event.bounce == first).error.code == "bounce-missing"
        assert heard.wait(TakeDelivered).delivered.file == file


def test_a_mistake_in_a_take_file_is_told_by_line_and_mended(
    bass: tuple[Listening, FakeBridge, Path],
) -> None:
    heard, _, file = bass
    change(file, edits=[{"transpoze": 12}])
    error = heard.wait(Failed).error
    assert error.code == "take-invalid"
    assert "line" in error.what and 'Did you mean "transpose"?' in error.what
    change(file, edits=[], presets=["fat-analog-sub", "fat-analog-sup"])
    assert heard.wait(Failed).error.code == "preset-unknown"
    take = heard.wait(TakeDelivered).delivered.take
    assert take.recipe.presets == ("fat-analog-sub", "fat-analog-sup"), "as it was written"
    assert [(r.preset, r.error is None) for r in take.renderings] == [
        ("fat-analog-sub", True),
        ("fat-analog-sup", False),
    ]
    change(file, edits=[{"transpose": 1}], presets=["fat-analog-sub"])
    heard.wait(TakeDelivered)


def test_a_split_part_is_several_midi_files_and_the_chords_are_named(session: Session) -> None:
    with running(session) as (heard, _):
        write_notes(session.watched / "idea.mid", 40, 60, 64, 67)
        file = heard.wait(TakeDelivered).delivered.file
        change(file, edits=[{"split": "C2"}])
        take = heard.wait(TakeDelivered).delivered.take
    assert [(midi.variant, midi.file) for midi in take.midi] == [
        ("played", "idea.mid"),
        ("low", "idea (low).mid"),
        ("high", "idea (high).mid"),
    ]
    assert pitches(file.with_name("idea (low).mid")) == [40]
    assert take.chords == ("1.1.1 C/E",)


def test_the_picture_is_drawn_again_when_the_part_is_another(
    bass: tuple[Listening, FakeBridge, Path],
) -> None:
    heard, _, file = bass
    picture = file.with_name("bass.png")
    before = picture.read_bytes()
    assert before.startswith(b"\x89PNG")
    stamp = picture.stat().st_mtime_ns
    change(file, variants=["played", "tight"])
    heard.wait(TakeDelivered)
    assert picture.stat().st_mtime_ns == stamp
    change(file, edits=[{"transpose": 12}])
    heard.wait(TakeDelivered)
    assert picture.read_bytes() != before


def test_a_preset_that_is_saved_plays_again_where_it_is_used(
    bass: tuple[Listening, FakeBridge, Path], session: Session, stem: Path
) -> None:
    heard, bridge, _ = bass
    own = session.presets / "my-sub.yaml"
    own.write_text("name: My Sub\ninstrument: {faust: analog}\n")
    shutil.copy(stem, session.watched / "lead@my-sub.wav")
    bounce_tone(session.watched / "lead@my-sub.wav", start_s=0.2)
    heard.wait(TakeDelivered)
    assert bridge.fakes.rendered == ["fat-analog-sub", "my-sub"]
    own.write_text("name: My Sub\ninstrument: {faust: analog, parameters: {cutoff: 300 Hz}}\n")
    heard.wait(TakeDelivered)
    assert bridge.fakes.rendered == ["fat-analog-sub", "my-sub", "my-sub"]


def test_what_is_put_back_as_it_was_counts_as_a_change(bass: tuple[Listening, FakeBridge, Path]) -> None:
    heard, _, file = bass
    first, notes = file.read_text(), file.with_name("bass.mid").read_bytes()
    change(file, edits=[{"transpose": 12}])
    heard.wait(TakeDelivered)
    file.write_text(first)
    heard.wait(TakeDelivered)
    assert file.with_name("bass.mid").read_bytes() == notes
    write_notes(file.with_name("bass.mid"), 40, 43)
    assert heard.wait(TakeDelivered).delivered.take.notes == 2
    file.with_name("bass.mid").write_bytes(notes)
    assert heard.wait(TakeDelivered).delivered.take.notes == 1


def test_a_take_converted_with_no_session_is_revoiced(tmp_path: Path, stem: Path) -> None:
    with FakeBridge(tmp_path / "state") as bridge:
        first = bridge.convert(stem, deliver_to=tmp_path / "out", presets=["fat-analog-sub"])
        stem.unlink()
        found = find_take(first.file)
        recipe = found.take.recipe.model_copy(update={"presets": ("glassy-digital-pad",)})
        second = bridge.revoice(found.changed(recipe=recipe))
        assert bridge.engine.asked == 1
    assert [rendering.preset for rendering in second.take.renderings] == ["glassy-digital-pad"]
    with FakeBridge(tmp_path / "another machine") as stranger, pytest.raises(BounceMissing, match="bounce"):
        stranger.revoice(find_take(first.file))


VERSION_1 = """\
version: 1
bounce: {file: ../../bass.wav, fingerprint: 00ff, rate_hz: 44100, channels: 2, duration_s: 2.0}
transcription: {engine: fake, engine_version: '1', profile: auto, notes: 7}
tempo: {bpm: 97.0, time_signature: 7/8, changes: false, source: bridge.yaml}
place: {bar: 17, position: 17.2.1.5, is_known: true, source: named by --at}
midi: {file: bass.mid, sha256: aa}
renderings:
- {preset: one-sound, name: One Sound, file: bass - One Sound.wav, sha256: bb, duration_s: 2.0}
exports:
- {file: bass.dawproject, sha256: cc}
"""


def test_a_take_file_of_version_1_is_read(tmp_path: Path) -> None:
    file = tmp_path / "bass.take.yaml"
    file.write_text(VERSION_1)
    take = load_take(file)
    assert take.recipe == Recipe(presets=("one-sound",), export=("dawproject",))
    assert [(midi.variant, midi.file) for midi in take.midi] == [("played", "bass.mid")]
    assert (take.notes, take.place.beat) == (7, 16 * 3.5 + 0.5 + 0.125)
    assert take.version == 2


def test_a_take_file_from_the_future_says_so(tmp_path: Path) -> None:
    file = tmp_path / "bass.take.yaml"
    file.write_text("version: 3\n")
    with pytest.raises(TakeInvalid, match="update"):
        load_take(file)


def test_a_take_file_that_is_saved_meanwhile_is_left_for_the_next_turn(
    bass: tuple[Listening, FakeBridge, Path], session: Session, tmp_path: Path
) -> None:
    from daw_bridge.journal import Journal

    _, _, file = bass
    found = find_take(file)
    journal = Journal(tmp_path / "journal.sqlite3", tmp_path)
    changed = file.read_text() + "# mine\n"
    copy = tmp_path / "bass.take.yaml"
    copy.write_text(changed)
    earlier = type(found)(copy, found.take, found.sha256)
    deliver_take(tmp_path, "bass", found.take, journal, earlier=earlier)
    assert copy.read_text() == changed
