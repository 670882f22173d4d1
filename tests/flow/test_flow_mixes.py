"""A mix taken all the way, with a separator that hands out stems made here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import NothingHeard, SeparatorMissing
from daw_bridge.core.grid import Grid
from daw_bridge.core.wav import write_wav
from daw_bridge.deliver.take_file import load_take
from daw_bridge.flow.events import Event, Progress, Skipped, TakeDelivered
from daw_bridge.flow.mixes import run_mix
from daw_bridge.flow.pipeline import Job, Steps
from daw_bridge.intake import listen
from daw_bridge.journal import Journal
from daw_bridge.separate import SeparatedStem
from daw_bridge.session.readers import Clip, SessionInfo
from daw_bridge.settings import FixedTempo
from tests.fakes import FakeEngine, FakeInstruments

RATE_HZ = 44_100


def tone(path: Path, hz: float, gain: float = 0.5) -> Path:
    samples = gain * np.sin(np.arange(RATE_HZ) * 2 * np.pi * hz / RATE_HZ)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(AudioClip(np.stack([samples, samples]).astype(np.float32), RATE_HZ), path)
    return path


def halved(mix: Path, folder: Path, on_progress: Callable[[float], None]) -> tuple[SeparatedStem, ...]:
    """A separator: a bass, drums, and vocals too soft for the fake engine."""
    on_progress(0.5)
    return (
        SeparatedStem("bass", tone(folder / "bass.wav", 80), "bass"),
        SeparatedStem("drums", tone(folder / "drums.wav", 300), "drums"),
        SeparatedStem("vocals", tone(folder / "vocals.wav", 500, 0.005), "vocal"),
    )


class Stage:
    """A mix in a folder, and fakes for the slow steps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = FakeEngine()
        self.drums = FakeEngine(name="drums")
        self.journal = Journal(folder / "journal.sqlite3", folder)
        self.events: list[Event] = []
        self.job = Job(
            bounce=tone(folder / "Bounces" / "song.wav", 200),
            take="song",
            deliver_to=folder / "Bridge",
            presets=(),
            profile="auto",
            tempo=FixedTempo(bpm=97),
            tempo_named_by="bridge.yaml",
        )
        self.steps = Steps(listen, self.engine, lambda clip, part: None, FakeInstruments(), drums=self.drums)

    def files(self) -> list[str]:
        bridge = self.folder / "Bridge"
        return sorted(path.relative_to(bridge).as_posix() for path in bridge.rglob("*") if path.is_file())


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_each_stem_is_a_take_of_its_own(stage: Stage) -> None:
    takes = run_mix(stage.job, stage.steps, halved, stage.journal, stage.events.append)
    assert stage.files() == [
        "song/bass/bass.mid",
        "song/bass/bass.png",
        "song/bass/bass.take.yaml",
        "song/drums/drums.mid",
        "song/drums/drums.png",
        "song/drums/drums.take.yaml",
        "song/stems/bass.wav",
        "song/stems/drums.wav",
        "song/stems/vocals.wav",
    ]
    assert [take.take.transcription.profile for take in takes] == ["bass", "drums"]
    assert [take.take.transcription.engine for take in takes] == ["fake", "drums"]
    kept = load_take(takes[0].file)
    assert (takes[0].folder / kept.bounce.file).resolve() == stage.folder / "Bridge/song/stems/bass.wav"
    assert "Separated from song.wav" in kept.warnings[0]


def test_what_happens_is_told(stage: Stage) -> None:
    run_mix(stage.job, stage.steps, halved, stage.journal, stage.events.append)
    separating = [event for event in stage.events if isinstance(event, Progress) and event.step == "separate"]
    assert [event.fraction for event in separating] == [0.0, 0.5]
    assert [event.bounce.stem for event in stage.events if isinstance(event, TakeDelivered)] == [
        "bass",
        "drums",
    ]
    assert [event.bounce.stem for event in stage.events if isinstance(event, Skipped)] == ["vocals"]


def test_again_ends_in_the_same_files(stage: Stage) -> None:
    run_mix(stage.job, stage.steps, halved, stage.journal, stage.events.append)
    before = stage.files()
    run_mix(stage.job, stage.steps, halved, stage.journal, stage.events.append)
    assert stage.files() == before
    assert (stage.engine.asked, stage.drums.asked) == (2, 1)  # nothing is heard anew


def test_a_mix_without_notes_says_so(stage: Stage) -> None:
    def nothing(mix: Path, folder: Path, on_progress: Callable[[float], None]) -> tuple[SeparatedStem, ...]:
        return ()

    with pytest.raises(NothingHeard, match="any of its stems"):
        run_mix(stage.job, stage.steps, nothing, stage.journal, stage.events.append)


def test_a_separator_that_is_not_there_leaves_nothing_behind(stage: Stage) -> None:
    def missing(mix: Path, folder: Path, on_progress: Callable[[float], None]) -> tuple[SeparatedStem, ...]:
        raise SeparatorMissing("No demucs.", where=mix, advice="Get it.")

    with pytest.raises(SeparatorMissing):
        run_mix(stage.job, stage.steps, missing, stage.journal, stage.events.append)
    assert stage.files() == []


def test_the_stems_lie_where_the_mix_does(stage: Stage) -> None:
    grid = Grid.constant(120.0)
    clips = (Clip(Path("Bounces/song.wav"), 64.0), Clip(Path("elsewhere/bass.wav"), 4.0))
    session = SessionInfo(stage.folder / "Song.als", "Ableton Live 12.1", grid, clips=clips)
    job = replace(stage.job, tempo="session", session=session)
    takes = run_mix(job, stage.steps, halved, stage.journal, stage.events.append)
    assert {(t.take.tempo.bpm, t.take.place.bar, t.take.place.is_known) for t in takes} == {(120.0, 17, True)}


def test_the_users_own_change_of_a_stem_stays(stage: Stage) -> None:
    run_mix(stage.job, stage.steps, halved, stage.journal, stage.events.append)
    changed = tone(stage.folder / "Bridge/song/stems/bass.wav", 99).read_bytes()
    run_mix(replace(stage.job), stage.steps, halved, stage.journal, stage.events.append)
    assert (stage.folder / "Bridge/song/stems/bass.wav").read_bytes() == changed
    assert "song/stems/bass 2.wav" in stage.files()
