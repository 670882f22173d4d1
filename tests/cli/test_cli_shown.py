"""What the terminal says of takes, beside their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from daw_bridge.cli.console import guesses, show_takes
from daw_bridge.cli.reporter import Reporter
from daw_bridge.core.notes import Note, Part
from daw_bridge.deliver.take import DeliveredTake
from daw_bridge.flow.events import TakeDelivered
from daw_bridge.flow.pipeline import MIX_WARNING
from daw_bridge.transcribe import KindGuess
from tests.fakes import FakeEngine
from tests.flow.test_flow_guesses import Stage

MIX = KindGuess("auto", 0.97, mix_confidence=0.9, is_mix=True)
BASS = KindGuess("bass", 0.93)


def delivered(folder: Path, name: str, kind: KindGuess) -> DeliveredTake:
    stage = Stage(folder / name)
    stage.kind, stage.job = kind, replace(stage.job, take=name)
    take = stage.take()
    return DeliveredTake(stage.job.deliver_to / name / f"{name}.take.yaml", take)


def test_a_warning_names_its_takes_where_there_are_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, bass = delivered(tmp_path, "song", MIX), delivered(tmp_path, "bass", BASS)
    show_takes([song, bass])
    assert f"! song: {MIX_WARNING}\n" in capsys.readouterr().out
    show_takes([song])
    assert f"! {MIX_WARNING}\n" in capsys.readouterr().out


def test_watching_tells_what_was_guessed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bass = delivered(tmp_path, "bass", BASS)
    with Reporter(tells_all=True) as tell:
        tell(TakeDelivered(Path("bass.wav"), bass))
    said = capsys.readouterr().err
    assert "bass.wav  guessed: profile: bass (auto, 93% sure), key: A minor (guess, 84% sure)\n" in said


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (-31.0, "tuning: 31 cents flat (A at 432 Hz)"),
        (12.0, "tuning: 12 cents sharp (A at 443 Hz)"),
        (6.0, ""),
    ],
)
def test_a_record_that_is_out_of_tune_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cents: float, said: str
) -> None:
    part = Part((Note(0.0, 33, 1.0),), 2.0, tuning_cents=cents)
    monkeypatch.setattr(FakeEngine, "transcribe", lambda *_, **__: part)
    take = delivered(tmp_path, "bass", BASS).take
    assert take.transcription.tuning_cents == cents
    assert guesses(take).partition("84% sure)")[2] == (f", {said}" if said else "")
