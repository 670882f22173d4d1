"""The engine transkun: what becomes of its answers; and, where the extra `piano` is, what it hears."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.errors import EngineMissing
from daw_bridge.core.notes import Note
from daw_bridge.transcribe import DEFAULT_ENGINE, pianist, transkun
from daw_bridge.transcribe.profiles import find_profile
from daw_bridge.transcribe.transkun import CONFIDENCE, PEDAL, RATE_HZ, SHORTEST_S, Transkun, notes_of

PIANO = find_profile("piano")


@dataclass
class Held:
    """As transkun answers."""

    start: float
    end: float
    pitch: int
    velocity: int = 80


def rows(*events: Held, duration_s: float = 10.0) -> list[tuple[float, int, float]]:
    return [(n.onset_s, n.pitch, n.offset_s) for n in sorted(notes_of(events, duration_s, PIANO))]


def test_a_note_lasts_as_long_as_its_key_is_held() -> None:
    assert rows(Held(1.0, 2.0, 60), Held(1.0, 3.0, 64)) == [(1.0, 60, 2.0), (1.0, 64, 3.0)]


def test_the_pedal_holds_what_is_let_go_while_it_is_down() -> None:
    pedal = Held(1.5, 4.0, PEDAL)
    assert rows(pedal, Held(1.0, 2.0, 60), Held(1.0, 1.2, 64)) == [(1.0, 60, 4.0), (1.0, 64, 1.2)]
    assert rows(pedal, Held(1.0, 5.0, 60)) == [(1.0, 60, 5.0)]


def test_what_is_struck_again_under_the_pedal_ends_there() -> None:
    found = rows(Held(0.0, 4.0, PEDAL), Held(1.0, 1.5, 60), Held(2.0, 2.5, 60))
    assert found == [(1.0, 60, 2.0), (2.0, 60, 4.0)]


def test_other_pedals_are_no_notes_and_nothing_outlasts_the_clip() -> None:
    found = rows(
        Held(0.5, 1.0, -67), Held(-0.001, 7.0, 60), Held(2.0, 2.0, 62), Held(6.0, 7.0, 64), duration_s=5.0
    )
    assert found == [(0.0, 60, 5.0), (2.0, 62, 2.0 + SHORTEST_S)]


def test_velocities_are_midi_and_every_note_has_the_confidence_that_was_measured() -> None:
    found = sorted(notes_of([Held(0.0, 1.0, 60, 0), Held(2.0, 3.0, 60, 127)], 5.0, PIANO))
    assert [note.velocity for note in found] == [1, 127]
    assert {note.confidence for note in found} == {CONFIDENCE}


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert not transkun.installed()
    clip = AudioClip(np.full((1, RATE_HZ), 0.1, np.float32), RATE_HZ)
    with pytest.raises(EngineMissing) as caught:
        Transkun().transcribe(clip)
    assert "uv sync --inexact --extra piano" in str(caught.value)


def test_it_hears_piano_where_it_is_installed_and_nobody_named_another_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transkun, "installed", lambda: True)
    chosen = pianist(DEFAULT_ENGINE)
    assert chosen is not None
    assert chosen.name == "transkun"
    assert pianist("basic-pitch") is None
    monkeypatch.setattr(transkun, "installed", lambda: False)
    assert pianist(DEFAULT_ENGINE) is None


def test_a_package_without_its_weights_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "transkun").mkdir()
    (tmp_path / "torch").mkdir()
    for name in ("transkun", "torch"):
        (tmp_path / name / "__init__.py").write_text("")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    assert transkun.installed()
    with pytest.raises(EngineMissing) as caught:
        transkun.find_package()
    assert caught.value.where == tmp_path / "transkun" / transkun.WEIGHTS


def test_a_clip_of_another_rate_is_refused_and_silence_needs_no_network() -> None:
    with pytest.raises(ValueError, match="44100"):
        Transkun().transcribe(AudioClip(np.zeros((1, 100), np.float32), 22_050))
    assert Transkun().transcribe(AudioClip(np.zeros((1, 100), np.float32), RATE_HZ)).notes == ()


@pytest.mark.slow
@pytest.mark.skipif(not transkun.installed(), reason="the extra piano is not installed")
def test_it_hears_a_struck_chord_and_leaves_no_stand_in_behind() -> None:
    before = {name: sys.modules.get(name) for name in transkun.STAND_INS}
    heard: list[float] = []
    played = [Note(0.5 + 0.4 * row, key, 0.8 + 0.4 * row) for row, key in enumerate((48, 52, 55, 60))]
    part = Transkun().transcribe(_struck(played, 4.0), profile="piano", on_progress=heard.append)
    assert [note.pitch for note in part.notes] == [48, 52, 55, 60]
    assert np.allclose([n.onset_s for n in part.notes], [n.onset_s for n in played], atol=0.05)
    assert heard[-1] == 1.0
    assert heard == sorted(heard)
    assert {name: sys.modules.get(name) for name in transkun.STAND_INS} == before


def _struck(notes: list[Note], length_s: float) -> AudioClip:
    """Strings that ring and die away: eight stiff partials with a hammer's noise."""
    rng = np.random.default_rng(3)
    samples = np.zeros(round(length_s * RATE_HZ))
    for note in notes:
        time_s = np.arange(round(note.duration_s * RATE_HZ)) / RATE_HZ
        fundamental_hz = 440 * 2 ** ((note.pitch - 69) / 12)
        tone = sum(
            np.sin(2 * np.pi * fundamental_hz * k * np.sqrt(1 + 4e-4 * k**2) * time_s) / k**1.2
            * np.exp(-time_s * (1.5 + k)) for k in range(1, 9)
        )  # fmt: skip
        tone = np.asarray(tone) + 0.3 * rng.normal(size=len(time_s)) * np.exp(-time_s / 0.004)
        tone *= np.minimum(np.arange(len(tone))[::-1] / (0.02 * RATE_HZ), 1)
        start = round(note.onset_s * RATE_HZ)
        samples[start : start + len(tone)] += 0.2 * tone
    return AudioClip(samples[None].astype(np.float32), RATE_HZ)
