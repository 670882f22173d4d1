"""What is played begins when the label says, sounds at the key that it says, and is the same again."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.notes import Note
from daw_bridge.training import effects, stems
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ, soundfonts
from daw_bridge.transcribe.bridge.features import RATE_HZ, features

LINE = Performance((Note(1.0, 60, 1.5, 100), Note(2.123, 64, 2.6, 100), Note(3.3, 67, 4.0, 90)))
SOFT_ATTACK_S = 0.02


def needs(sound: str) -> None:
    kind, name, *_ = sound.split(":")
    if kind == "sf2" and not (shutil.which("fluidsynth") and (soundfonts.FOLDER / f"{name}.sf2").is_file()):
        pytest.skip(f"needs fluidsynth and {name}, which the training's documentation tells how to install")
    if kind == "dx7":
        pytest.importorskip("dexed", reason="needs dexed-py, of the dependency group train")


@pytest.mark.parametrize(
    "sound",
    [
        "partials:sub",
        "partials:sung",
        "stops:drawbars",
        "stops:pipes",
        "stops:reeds",
        "faust:analog",
        "faust:organ",
        "dx7:4:pluck",
        "sf2:FluidR3_GM:0",
    ],
)
def test_notes_begin_in_time_and_on_their_key(sound: str) -> None:
    needs(sound)
    heard = stems.play(np.random.default_rng(3), LINE, sound)
    np.testing.assert_array_equal(heard, stems.play(np.random.default_rng(3), LINE, sound))
    level = np.abs(heard)
    for note in LINE.notes:
        before = level[
            round((note.onset_s - 0.1) * PLAY_RATE_HZ) : round((note.onset_s - 0.002) * PLAY_RATE_HZ)
        ]
        after = level[round(note.onset_s * PLAY_RATE_HZ) : round((note.onset_s + 0.3) * PLAY_RATE_HZ)]
        assert before.max() < 0.25 * after.max()
        assert (after > 0.1 * after.max()).argmax() / PLAY_RATE_HZ < SOFT_ATTACK_S
    quiet = effects.finished(np.random.default_rng(0), heard, RATE_HZ)
    spectrum = features(quiet)[0, round((LINE.notes[0].onset_s + 0.25) * RATE_HZ / 512)]
    assert spectrum[3 * (60 - 21) + 1] > spectrum.max() - 0.35


def test_resampling_keeps_time() -> None:
    click = np.zeros(PLAY_RATE_HZ, np.float32)
    click[PLAY_RATE_HZ // 2] = 1.0
    resampled = effects.finished(np.random.default_rng(0), click, RATE_HZ)
    assert len(resampled) == RATE_HZ
    assert np.abs(resampled).argmax() == RATE_HZ // 2


def test_effects_keep_the_length_and_make_no_nonsense() -> None:
    tone = np.sin(np.arange(2 * PLAY_RATE_HZ) * 0.05).astype(np.float32)
    changed = 0
    for seed in range(12):
        heard = effects.processed(np.random.default_rng(seed), tone)
        assert heard.shape == tone.shape
        assert np.isfinite(heard).all()
        changed += not np.array_equal(heard, tone)
    assert 0 < changed < 12


def test_a_stem_on_disk_is_the_one_that_was_made(tmp_path: Path) -> None:
    sound = np.random.default_rng(1).uniform(-0.5, 0.5, RATE_HZ).astype(np.float32)
    stems.write_flac(tmp_path / "a.flac", sound)
    np.testing.assert_allclose(stems.read_flac(tmp_path / "a.flac"), sound, atol=2 / 32768)
