"""What the pipeline makes of guesses: the profile `auto`, the key, the first beat, and mixes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import mido
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.grid import Grid
from daw_bridge.core.notes import Bend, Note, Part
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.deliver.take import Take
from daw_bridge.deliver.take_file import load_take
from daw_bridge.edit.quantize import Quantize
from daw_bridge.edit.transpose import Transpose
from daw_bridge.flow.pipeline import MIX_WARNING, Job, Steps, run
from daw_bridge.flow.remaking import run_midi
from daw_bridge.intake import listen
from daw_bridge.journal import Journal
from daw_bridge.session.grid import TempoGuess
from daw_bridge.transcribe import KeyEstimate, KindGuess, missing_pianist, transkun
from tests.fakes import FakeEngine, FakeInstruments
from tests.flow.test_flow_pipeline import bounce_tone

A_MINOR = KeyEstimate(9, is_minor=True, confidence=0.84)


class Stage:
    """A bounce, an engine for pitches, one for drums at another rate, and guesses to choose."""

    def __init__(self, folder: Path) -> None:
        self.pitches, self.drums = FakeEngine(), FakeEngine(name="drums", rate_hz=11_025)
        self.journal = Journal(folder / "journal.sqlite3", folder)
        self.kind: KindGuess | None = None
        self.piano_warning: str | None = None
        self.tempo = TempoGuess(98.0, 0.7, first_beat_s=0.1234, beat_confidence=0.8)
        self.job = Job(
            bounce=bounce_tone(folder / "Bounces" / "part.wav"),
            take="part",
            deliver_to=folder / "Bridge",
            presets=(),
            profile="auto",
            tempo="audio",
            tempo_named_by="bridge.yaml",
        )

    def take(self, **changes: object) -> Take:
        """Run the job, and read the take file."""
        self.job = replace(self.job, **changes)  # type: ignore[arg-type]
        make = run_midi if self.job.bounce.suffix == ".mid" else run
        return load_take(make(self.job, self.steps, self.journal, lambda event: None).file)

    @property
    def steps(self) -> Steps:
        return Steps(
            listen,
            self.pitches,
            lambda clip, part: self.tempo,
            FakeInstruments(),
            guess_kind=self.guess,
            estimate_key=self.key,
            drums=self.drums,
            piano_warning=self.piano_warning,
        )

    def guess(self, clip: AudioClip) -> KindGuess | None:
        return self.kind

    def key(self, notes: tuple[Note, ...]) -> KeyEstimate | None:
        return A_MINOR


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_auto_says_what_it_chose_and_how_sure_it_is(stage: Stage) -> None:
    stage.kind = KindGuess("bass", 0.93)
    take = stage.take()
    assert (take.transcription.profile, take.transcription.profile_source) == ("bass", "auto, 93% sure")
    assert take.warnings == ()


def test_without_bends_notes_stay_at_their_keys(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sung = Part((Note(0.0, 60, 1.0),), 2.0, (Bend(0.0, -1.0), Bend(1.5, 0.0)))
    monkeypatch.setattr(stage.pitches, "transcribe", lambda *_, **__: sung)

    def moves() -> int:
        folder = stage.job.deliver_to / "part"
        return sum(m.type == "pitchwheel" for m in mido.MidiFile(folder / "part.mid"))

    stage.take()
    assert moves() > 0
    stage.take(bends=False)  # of the part that was heard before, and remembered
    assert moves() == 0


@pytest.mark.parametrize(("confidence", "source"), [(0.8, "several voices, 80% sure"), (0.3, "not sure")])
def test_general_decoding_is_named_too(stage: Stage, confidence: float, source: str) -> None:
    stage.kind = KindGuess("auto", confidence)
    transcription = stage.take().transcription
    assert (transcription.profile, transcription.profile_source) == ("auto", source)


def test_a_name_tells_what_the_sound_does_not(stage: Stage, tmp_path: Path) -> None:
    stage.kind = KindGuess("auto", 0.9)
    take = stage.take(take="verse/Hammond")
    assert (take.transcription.profile, take.transcription.profile_source) == ("organ", "by its name")
    assert stage.take(take="hammond", profile="keys").transcription.profile == "keys"
    stem = stage.take(take="hammond mix/other", profile="auto", mix=tmp_path / "hammond mix.wav")
    assert stem.transcription.profile == "auto", "the mix has the name, not its stem"


def test_a_profile_that_was_named_is_not_guessed(stage: Stage) -> None:
    stage.kind = KindGuess("drums", 0.99, mix_confidence=0.9, is_mix=True)
    take = stage.take(profile="keys")
    assert (take.transcription.profile, take.transcription.profile_source) == ("keys", None)
    assert take.transcription.engine == "fake"
    assert take.warnings == ()


def test_what_cannot_be_judged_stays_auto(stage: Stage) -> None:
    take = stage.take()
    assert (take.transcription.profile, take.transcription.profile_source) == ("auto", None)


@pytest.mark.parametrize("named", ["auto", "drums"])
def test_drums_are_heard_by_their_own_engine_at_its_rate(stage: Stage, named: str) -> None:
    stage.kind = KindGuess("drums", 0.97)
    take = stage.take(profile=named)
    assert (take.transcription.engine, stage.pitches.asked, stage.drums.asked) == ("drums", 0, 1)
    assert take.key is None  # drums have none


@pytest.mark.parametrize(("profile", "has_key"), [("drums", False), ("keys", True)])
def test_a_midi_file_of_drums_has_no_key_either(
    stage: Stage, tmp_path: Path, profile: str, has_key: bool
) -> None:
    part = Part((Note(0.0, 36, 0.1),), 2.0)
    content = midi_bytes(part, Grid.constant(120.0).placed(0.0), track_name="beat")
    (tmp_path / "beat.mid").write_bytes(content)
    take = stage.take(bounce=tmp_path / "beat.mid", profile=profile)
    assert (take.key is not None) == has_key


@pytest.mark.parametrize(("kind", "pitches"), [("drums", {60}), ("lead", {48})])
def test_drums_keep_their_keys_whatever_the_edits(
    stage: Stage, kind: Literal["drums", "lead"], pitches: set[int]
) -> None:
    stage.kind = KindGuess(kind, 0.97)
    edits = (Quantize(), Transpose(semitones=-12))
    take = stage.take(edits=edits)
    played = mido.MidiFile(stage.job.deliver_to / "part" / "part.mid").tracks[-1]
    assert {message.note for message in played if message.type == "note_on"} == pitches
    assert {message.channel for message in played if not message.is_meta} == {9 if kind == "drums" else 0}
    assert take.recipe.edits == edits
    assert ["Left out: transpose." in remark for remark in take.remarks] == [True] * (kind == "drums")


def test_parts_are_remembered_by_the_profile_that_was_used(stage: Stage) -> None:
    stage.kind = KindGuess("bass", 0.93)
    stage.take()
    stage.take(profile="bass")
    assert stage.pitches.asked == 1
    stage.kind = KindGuess("lead", 0.93)
    stage.take(profile="auto")
    assert stage.pitches.asked == 2


def test_a_piano_that_the_general_engine_hears_is_told(stage: Stage) -> None:
    stage.piano_warning = "transkun is not installed"
    assert stage.take(profile="piano").warnings == ("transkun is not installed",)
    assert stage.take(profile="keys").warnings == ()


@pytest.mark.parametrize(
    ("engine", "installed", "told"),
    [("bridge", False, True), ("bridge", True, False), ("basic-pitch", False, False)],
)
def test_who_names_an_engine_is_not_told_of_a_better_one(
    engine: str, installed: bool, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transkun, "installed", lambda: installed)
    assert (missing_pianist(engine) is not None) == told


def test_a_mix_is_warned_of(stage: Stage) -> None:
    stage.kind = KindGuess("auto", 0.97, mix_confidence=0.9, is_mix=True)
    assert stage.take().warnings == (MIX_WARNING,)
    # A stem of a mix that was separated is not sent there again.
    assert stage.take(mix=stage.job.bounce).warnings == ()


def test_the_key_and_the_first_beat_are_guesses_with_their_doubt(stage: Stage) -> None:
    take = stage.take()
    assert take.key is not None
    assert (take.key.name, take.key.source) == ("A minor", "guess, 84% sure")
    assert (take.tempo.bpm, take.tempo.first_beat_s) == (98.0, 0.123)


def test_a_first_beat_in_doubt_is_not_said(stage: Stage) -> None:
    stage.tempo = replace(stage.tempo, beat_confidence=0.2)
    assert stage.take().tempo.first_beat_s is None
