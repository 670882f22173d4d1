"""What is played begins when the label says, sounds at the key that it says, and is the same again."""

import itertools
import shutil
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.notes import Note
from daw_bridge.training import effects, recipe, stems
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import (
    PLAY_RATE_HZ,
    SAMPLES,
    amsynth,
    patches,
    pipes,
    plugins,
    recorded,
    singer,
    soundfonts,
)
from daw_bridge.training.players.plugin_process import heard_above
from daw_bridge.transcribe.bridge.features import RATE_HZ, features

LINE = Performance((Note(1.0, 60, 1.5, 100), Note(2.123, 64, 2.6, 100), Note(3.3, 67, 4.0, 90)))
SOFT_ATTACK_S = 0.02


def needs(sound: str) -> None:
    kind, name, *_ = sound.split(":")
    if kind == "sf2" and not (shutil.which("fluidsynth") and soundfonts.path_of(name).is_file()):
        pytest.skip(f"needs fluidsynth and {name}, which the training's documentation tells how to install")
    if kind == "dx7":
        pytest.importorskip("dexed", reason="needs dexed-py, of the dependency group train")
    if kind == "plugin":
        pytest.importorskip("dawdreamer", reason="needs DawDreamer, of the dependency group train")
        folder = plugins.PLUGINS[name.split()[0]].folder
        if not folder.exists():
            pytest.skip(f"needs {folder}, which the training's documentation tells how to install")
    if kind == "recorded" and not (SAMPLES / "@audio-samples").is_dir():
        pytest.skip("needs the recorded instruments, which the training's documentation tells how to install")
    if kind == "singer":
        pytest.importorskip("pyworld", reason="needs pyworld, of the dependency group train")
        if not shutil.which("text2wave" if name in singer.FESTIVAL_VOICES else "flite"):
            pytest.skip("needs flite and Festival, which the training's documentation tells how to install")
    if kind == "patch" and not (shutil.which("timidity") and patches.PATCHES.is_file()):
        pytest.skip("needs timidity and freepats, which the training's documentation tells how to install")
    if kind == "pipes" and not (shutil.which("wvunpack") and pipes.FOLDER.is_dir()):
        pytest.skip(
            "needs wavpack and grandorgue-demo, which the training's documentation tells how to install"
        )


@pytest.mark.parametrize(
    "sound",
    [
        "partials:sub",
        "partials:sung",
        "stops:drawbars",
        "stops:rock",
        "stops:pipes",
        "stops:reeds",
        "faust:analog",
        "faust:organ",
        "dx7:4:pluck",
        "sf2:FluidR3_GM:0",
        "sf2:GeneralUser:16",
        "sf2:sonivox:17",
        "plugin:setbfree",
        "plugin:calf",
        "plugin:epiano",
        "plugin:amsynth keys",
        "recorded:grand",
        "recorded:harp",
        "pipes:church",
        "patch:0",
        "patch:33",
    ],
)
def test_notes_begin_in_time_and_on_their_key(sound: str) -> None:
    needs(sound)
    heard = stems.play(np.random.default_rng(3), LINE, sound)
    if sound != "plugin:setbfree":  # its key clicks are random
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


def test_a_patch_sounds_the_same_each_time() -> None:
    """This line, whose notes come again, did not while timidity kept a cache of them."""
    needs("patch:60")
    plan = recipe.plan(900_147)
    performance, _ = stems.perform(plan.rng(), plan, [])
    first, *others = (stems.play(np.random.default_rng(1), performance, plan.sound) for _ in range(7))
    assert plan.sound == "patch:60" and all(np.array_equal(first, other) for other in others)


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


def held(pitch: int, partials: list[float]) -> np.ndarray:
    at_s = np.arange(PLAY_RATE_HZ) / PLAY_RATE_HZ
    hz = 440.0 * 2 ** ((pitch - 69) / 12)
    waves = [level * np.sin(2 * np.pi * hz * (i + 1) * at_s) for i, level in enumerate(partials)]
    return np.asarray(np.sum(waves, axis=0), np.float32)


@pytest.mark.parametrize(
    ("played", "above"), [(60, 0), (72, 12), (48, -12), (84, 24), (67, None), (61, None)]
)
def test_a_patch_in_another_octave_is_told_from_one_on_another_key(played: int, above: int | None) -> None:
    assert heard_above(held(played, [1.0, 0.5, 0.3, 0.2]), 60) == above


def test_an_octave_that_only_colours_the_sound_is_not_its_key() -> None:
    assert heard_above(held(60, [0.5, 0.6, 0.1]), 60) == 0
    assert heard_above(np.zeros(PLAY_RATE_HZ, np.float32), 60) is None


def test_amsynths_patches_are_polyphonic_and_their_parameters_in_range() -> None:
    needs("plugin:amsynth organ")
    for family in amsynth.WORDS:
        for patch in amsynth.patches(family).values():
            assert all(0.0 <= value <= 1.0 for value in patch.values())
            assert patch["keyboard_mode"] == patch["portamento_time"] == 0.0


@pytest.mark.parametrize("instrument", ["harmonium", "violin", "guitar-nylon"])
def test_a_recorded_note_is_held_as_long_as_its_key_where_the_instrument_can(instrument: str) -> None:
    needs(f"recorded:{instrument}")
    line = Performance((Note(1.0, 62, 19.0, 100),))
    level = np.abs(stems.play(np.random.default_rng(3), line, f"recorded:{instrument}"))
    seconds = level[: 20 * PLAY_RATE_HZ].reshape(20, -1).max(axis=1)
    assert seconds[0] < 0.15 * seconds.max()  # a breath, a bow on its way
    if instrument in recorded.ENDING:
        assert seconds[18] < 0.05 * seconds[1]
    else:
        assert seconds[2:19].min() > 0.2 * seconds.max()


def test_the_pipes_of_a_stem_sound_its_keys_and_some_an_octave_below() -> None:
    needs("pipes:church")
    line = Performance((Note(0.5, 60, 2.5, 100),))
    feet = {"16'": 0.5, "8'": 1.0}
    heard = dict.fromkeys(feet, 0)
    for seed in range(12):
        held = stems.play(np.random.default_rng(seed), line, "pipes:church")[PLAY_RATE_HZ : 2 * PLAY_RATE_HZ]
        spectrum = np.abs(np.fft.rfft(held * np.hanning(len(held))))  # lines 1 Hz apart
        for foot, times in feet.items():
            hz = round(261.63 * times)
            heard[foot] += bool(spectrum[hz - 3 : hz + 4].max() > 0.05 * spectrum.max())
        assert spectrum[round(261.63 * 0.75) - 3 : round(261.63 * 0.75) + 4].max() < 0.02 * spectrum.max()
    assert heard["8'"] == 12 and 0 < heard["16'"] < 12


@pytest.mark.parametrize("voice", ["slt", "awb", "kal16", "rms", "ked"])
def test_a_singer_holds_the_vowels_on_their_keys_and_ends_them_with_the_notes(voice: str) -> None:
    needs(f"singer:{voice}")
    keys = (57, 60, 64, 55, 62, 67)
    line = Performance(tuple(Note(1 + 1.5 * i, key, 2 + 1.5 * i, 90) for i, key in enumerate(keys)))
    heard = stems.play(np.random.default_rng(3), line, f"singer:{voice}")
    np.testing.assert_array_equal(heard, stems.play(np.random.default_rng(3), line, f"singer:{voice}"))
    level = np.abs(heard)
    for note in line.notes:
        start, stop = (round(at_s * PLAY_RATE_HZ) for at_s in (note.onset_s + 0.3, note.offset_s - 0.25))
        assert heard_above(heard[start:stop], note.pitch) == 0
        assert level[start:stop].max() > 0.1 * level.max()
        silent = round((note.onset_s - 0.3) * PLAY_RATE_HZ)
        assert level[silent : silent + PLAY_RATE_HZ // 10].max() < 0.03 * level.max()
        held, before, after = (
            fundamental(heard, note.pitch, note.offset_s + at_s) for at_s in (-0.4, -0.06, 0.06)
        )
        assert before > 0.1 * held
        assert after < 0.1 * held


def fundamental(heard: np.ndarray, key: int, middle_s: float) -> float:
    """How loud the key's lowest partial is in 60 ms."""
    first = round((middle_s - 0.03) * PLAY_RATE_HZ)
    window = heard[first : first + round(0.06 * PLAY_RATE_HZ)]
    hz = 440.0 * 2.0 ** ((key - 69) / 12)
    wave = np.exp(-2j * np.pi * hz / PLAY_RATE_HZ * np.arange(len(window)))
    return float(abs(np.sum(window * np.hanning(len(window)) * wave)))


def test_a_singer_takes_the_time_of_consonants_from_the_note_before() -> None:
    keys = [60, 62] * 20
    line = Performance(tuple(Note(0.5 * i, key, 0.5 * i + 0.5, 90) for i, key in enumerate(keys)))
    seen = set()
    for seed in range(10):
        sung = singer.articulated(np.random.default_rng(seed), line)
        assert [note.onset_s for note in sung.notes] == [note.onset_s for note in line.notes]
        gaps_s = [after.onset_s - note.offset_s for note, after in itertools.pairwise(sung.notes)]
        assert all(gap_s == 0.0 or 0.03 <= gap_s <= 0.12 + 1e-9 for gap_s in gaps_s)
        seen.add(0.0 in gaps_s)
    assert seen == {True, False}
    short = Performance((Note(0.0, 60, 0.1, 90), Note(0.1, 62, 0.2, 90)))
    assert singer.articulated(np.random.default_rng(1), short).notes[0].offset_s >= 0.06 - 1e-9
