from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
from pedalboard.io import AudioFile

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import BounceMissing, DeliveryFailed, EngineFailed, NothingHeard
from daw_bridge.core.meters import Position
from daw_bridge.core.notes import Note, Part
from daw_bridge.core.wav import write_wav
from daw_bridge.deliver.take_file import load_take
from daw_bridge.flow.events import Event, Failed, NotesDelivered, Progress, Tell
from daw_bridge.flow.pipeline import Job, Steps, run
from daw_bridge.intake import listen
from daw_bridge.journal import Journal
from daw_bridge.presets import StoredPreset
from daw_bridge.presets.schema import Instrument, Preset
from daw_bridge.session.grid import TempoGuess
from daw_bridge.session.place import NamedPlace
from daw_bridge.settings import FixedTempo
from tests.fakes import FakeEngine, FakeInstruments

RATE_HZ = 44_100


def preset(name: str) -> StoredPreset:
    slug = name.lower().replace(" ", "-")
    return StoredPreset(slug, Path(f"{slug}.yaml"), Preset(name=name, instrument=Instrument(faust="analog")))


def bounce_tone(path: Path, *, start_s: float = 0.5, gain: float = 0.5, seconds: float = 2.0) -> Path:
    samples = np.zeros((2, round(seconds * RATE_HZ)), dtype=np.float32)
    start = round(start_s * RATE_HZ)
    samples[:, start:-4410] = gain * np.sin(np.arange(samples.shape[1] - 4410 - start) * 0.06)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(AudioClip(samples, RATE_HZ), path)
    return path


class Stage:
    """A pipeline with fakes for the slow steps, and all that it tells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = FakeEngine()
        self.instruments = FakeInstruments()
        self.journal = Journal(folder / "journal.sqlite3", folder)
        self.events: list[Event] = []
        self.tell: Tell = lambda event: None
        self.job = Job(
            bounce=bounce_tone(folder / "Bounces" / "bass.wav"),
            take="bass",
            deliver_to=folder / "Bridge",
            presets=(preset("One Sound"),),
            profile="auto",
            tempo=FixedTempo(bpm=97),
            tempo_named_by="bridge.yaml",
            find_preset=lambda slug: preset(slug.replace("-", " ").title()),
        )

    def run(self, **changes: object) -> list[str]:
        """Run the job; returns the names of the files that lie in Bridge."""
        self.job = replace(self.job, **changes)  # type: ignore[arg-type]
        steps = Steps(listen, self.engine, lambda clip, part: TempoGuess(98.0, 0.5), self.instruments)
        self.delivered = run(self.job, steps, self.journal, self._hear)
        return self.files()

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self.tell(event)

    def files(self) -> list[str]:
        bridge = self.folder / "Bridge"
        return sorted(path.relative_to(bridge).as_posix() for path in bridge.rglob("*") if path.is_file())


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_a_bounce_becomes_midi_audio_and_take_file(stage: Stage) -> None:
    assert stage.run() == [
        "bass/bass - One Sound.wav",
        "bass/bass.mid",
        "bass/bass.png",
        "bass/bass.take.yaml",
    ]
    take = load_take(stage.delivered.file)
    assert (take.tempo.bpm, take.tempo.source, take.place.bar) == (97.0, "bridge.yaml", 1)
    assert (stage.delivered.folder / take.bounce.file).resolve() == stage.job.bounce.resolve()
    with AudioFile(str(stage.delivered.audio[0])) as audio:
        assert (audio.samplerate, audio.frames, audio.num_channels) == (RATE_HZ, 2 * RATE_HZ, 2)
    track = mido.MidiFile(stage.delivered.midi).tracks[1]
    first = next(message for message in track if message.type == "note_on")
    assert abs(first.time - 0.5 * 97 / 60 * 960) <= 3
    assert track.name == "bass"


def test_two_presets_are_two_renderings_of_one_transcription(stage: Stage) -> None:
    files = stage.run(presets=(preset("One Sound"), preset("Other Sound")))
    assert files == [
        "bass/bass - One Sound.wav",
        "bass/bass - Other Sound.wav",
        "bass/bass.mid",
        "bass/bass.png",
        "bass/bass.take.yaml",
    ]
    assert stage.engine.asked == 1
    assert [r.preset for r in stage.delivered.take.renderings] == ["one-sound", "other-sound"]


def test_running_again_ends_in_the_same_files(stage: Stage) -> None:
    files = stage.run()
    before = {name: (stage.folder / "Bridge" / name).stat() for name in files}
    assert stage.run() == files
    assert stage.engine.asked == 1
    assert {n: (stage.folder / "Bridge" / n).stat().st_ino for n in files if n != "bass/bass.take.yaml"} == {
        n: before[n].st_ino for n in files if n != "bass/bass.take.yaml"
    }


def test_the_notes_arrive_though_the_instrument_fails(stage: Stage) -> None:
    stage.instruments.broken = frozenset({"one-sound"})
    files = stage.run(presets=(preset("One Sound"), preset("Other Sound")))
    assert files == ["bass/bass - Other Sound.wav", "bass/bass.mid", "bass/bass.png", "bass/bass.take.yaml"]
    failed = [event for event in stage.events if isinstance(event, Failed)]
    assert [event.error.code for event in failed] == ["plugin-crashed"]
    errors = {r.preset: r.error for r in load_take(stage.delivered.file).renderings}
    assert "Broken Synth" in (errors["one-sound"] or "")
    assert errors["other-sound"] is None


def test_the_notes_do_not_wait_for_the_instruments(stage: Stage) -> None:
    delivered = threading.Event()
    seen: list[list[str]] = []

    def play(slug: str) -> None:
        assert delivered.wait(20.0), "the notes wait for the instrument, which waits for the notes"
        seen.append(stage.files())

    def tell(event: Event) -> None:
        if isinstance(event, NotesDelivered):
            delivered.set()

    stage.instruments.before = play
    stage.tell = tell
    stage.run()
    without_picture = [file for file in seen[0] if not file.endswith(".png")]
    assert without_picture == ["bass/bass.mid", "bass/bass.take.yaml"]


def test_what_plays_in_tempo_waits_for_the_grid_and_hears_it(stage: Stage) -> None:
    synced = preset("One Sound")
    synced = replace(synced, preset=synced.preset.model_copy(update={"tempo_synced": True}))
    stage.run(presets=(synced, preset("Other Sound")), at=NamedPlace(Position(3), "--at"))
    heard = stage.instruments.tempi["one-sound"]
    assert heard is not None
    assert heard.initial_bpm == 97.0


def test_the_clip_starts_on_the_bar_where_the_bounce_begins(stage: Stage) -> None:
    stage.run(at=NamedPlace(Position(17, 2), "--at"), exports=("dawproject",))
    take = load_take(stage.delivered.file)
    assert (take.place.bar, take.place.position, take.place.source) == (17, "17.2.1", "named by --at")
    track = mido.MidiFile(stage.delivered.midi).tracks[1]
    assert track.name == "bass (bar 17)"
    first = next(message for message in track if message.type == "note_on")
    assert abs(first.time - (1 + 0.5 * 97 / 60) * 960) <= 3
    assert [exported.file for exported in take.exports] == ["bass.dawproject"]


def test_what_the_user_changed_stays(stage: Stage) -> None:
    stage.run()
    stage.delivered.midi.write_bytes(b"mended by hand")
    bounce_tone(stage.job.bounce, start_s=1.0)
    assert stage.run() == [
        "bass/bass - One Sound.wav",
        "bass/bass 2.mid",
        "bass/bass.mid",
        "bass/bass.png",
        "bass/bass.take.yaml",
    ]
    assert (stage.folder / "Bridge/bass/bass.mid").read_bytes() == b"mended by hand"
    assert stage.delivered.take.midi[0].file == "bass 2.mid"


def test_bars_that_the_part_misses_are_named(stage: Stage) -> None:
    samples = np.zeros((2, 16 * RATE_HZ), dtype=np.float32)
    for beat in range(0, 16):  # a second each at 60 BPM, middle C but for bar 3
        hz = 330.0 if 8 <= beat < 12 else 261.6
        at = np.arange(beat * RATE_HZ, beat * RATE_HZ + RATE_HZ // 2)
        samples[:, at] = 0.4 * np.sin(2 * np.pi * hz * at / RATE_HZ)
    write_wav(AudioClip(samples, RATE_HZ), stage.job.bounce)
    stage.engine.notes = tuple(Note(float(b), 60, b + 0.5, 100, 0.4 if b == 3 else 0.9) for b in range(16))
    stage.run(tempo=FixedTempo(bpm=60), compare=True)
    take = stage.delivered.take
    assert [bar.bar for bar in take.worth_a_look] == [3]
    assert take.worth_a_look[0].chroma < 0.7
    assert take.doubtful == ("1.4.1 C3 40%",)
    assert take.recipe.compare
    stage.run(compare=False)
    assert stage.delivered.take.worth_a_look == take.worth_a_look, "the recipe still says so"


def test_drums_play_on_a_kit_unless_somebody_names_another_preset(stage: Stage) -> None:
    stage.run(profile="drums", drums=(preset("Some Kit"),))
    assert stage.instruments.rendered == ["some-kit"]
    stage.run(profile="bass")
    assert stage.instruments.rendered == ["some-kit", "one-sound"]


def test_the_same_audio_under_another_name_joins_the_take(stage: Stage) -> None:
    stage.run()
    other = stage.folder / "Bounces" / "bass@other.wav"
    other.write_bytes(stage.job.bounce.read_bytes())
    stage.run(bounce=other, presets=(preset("Other Sound"),))
    assert stage.engine.asked == 1
    assert {r.preset for r in stage.delivered.take.renderings} == {"one-sound", "other-sound"}
    assert {path.split("/")[0] for path in stage.files()} == {"bass"}


def test_other_audio_of_the_same_name_gets_a_folder_of_its_own(stage: Stage) -> None:
    stage.run()
    stage.run(bounce=bounce_tone(stage.folder / "Bounces" / "old" / "bass.wav", start_s=0.1))
    assert stage.delivered.folder.name == "bass 2"
    assert stage.delivered.midi.name == "bass 2.mid"


def test_a_tempo_that_was_guessed_is_called_a_guess(stage: Stage) -> None:
    stage.run(tempo="audio")
    assert (stage.delivered.take.tempo.bpm, stage.delivered.take.tempo.source) == (
        98.0,
        "a guess from the audio (50% sure)",
    )


def test_progress_is_told_in_order_and_to_the_end(stage: Stage) -> None:
    stage.run()
    told = [(e.step, e.fraction) for e in stage.events if isinstance(e, Progress)]
    assert told == [("listen", 0), ("transcribe", 0.5), ("transcribe", 1), ("render", 0), ("render", 1)]
    assert sum(isinstance(event, NotesDelivered) for event in stage.events) == 1


def test_sound_without_notes_is_told_and_delivers_nothing(stage: Stage) -> None:
    quiet = bounce_tone(stage.folder / "Bounces" / "hum.wav", gain=0.005)
    with pytest.raises(NothingHeard, match="one instrument"):
        stage.run(bounce=quiet, take="hum")
    assert stage.files() == []


def test_a_bounce_that_is_gone_is_told(stage: Stage) -> None:
    stage.job.bounce.unlink()
    with pytest.raises(BounceMissing):
        stage.run()


def test_a_folder_that_cannot_be_written_is_told_and_ends_well_later(stage: Stage) -> None:
    (stage.folder / "Bridge").write_bytes(b"in the way")
    with pytest.raises(DeliveryFailed, match="Check the disk"):
        stage.run()
    (stage.folder / "Bridge").unlink()
    assert len(stage.run()) == 4
    assert stage.engine.asked == 1


def test_the_bounce_itself_is_never_touched(stage: Stage) -> None:
    before = (stage.job.bounce.read_bytes(), stage.job.bounce.stat().st_mtime_ns)
    stage.run()
    assert (stage.job.bounce.read_bytes(), stage.job.bounce.stat().st_mtime_ns) == before


def test_an_engine_that_fails_is_told_with_the_bounce(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Part:
        raise EngineFailed("The engine stopped.", advice="Try again.")

    monkeypatch.setattr(stage.engine, "transcribe", fail)
    with pytest.raises(EngineFailed, match="stopped") as failed:
        stage.run()
    assert failed.value.where == stage.job.bounce


@pytest.mark.parametrize(("profile", "by"), [("piano", "pianist"), ("drums", "drummer"), ("bass", "fake")])
def test_who_hears_a_part_of_one_kind_alone_hears_it_and_the_take_says_so(
    stage: Stage, profile: str, by: str
) -> None:
    pianist, drummer = FakeEngine(name="pianist", rate_hz=44_100), FakeEngine(name="drummer")
    steps = Steps(
        *(listen, stage.engine, lambda clip, part: None, stage.instruments), drums=drummer, piano=pianist
    )
    delivered = run(replace(stage.job, profile=profile), steps, stage.journal, stage.events.append)
    assert delivered.take.transcription.engine == by
    assert {engine.name: engine.asked for engine in (pianist, drummer, stage.engine)} == {
        name: int(name == by) for name in ("pianist", "drummer", "fake")
    }
