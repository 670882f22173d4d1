"""The embedded instruments, measured: pitch, touch, wheels, aliasing, clicks, level."""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.core.notes import Bend, Controller
from daw_bridge.host.controls import EXPRESSION, MOD_WHEEL, SUSTAIN
from daw_bridge.host.host import EMBEDDED_FOLDER
from tests.faust_player import FaustPlayer, Key
from tests.measure import (
    alias_db,
    brightness_hz,
    decibels,
    key_hz,
    loudness_lufs,
    mono,
    onset_s,
    peak_above,
    pitch_error_cents,
)

RATE_HZ = 44_100
INSTRUMENTS = sorted(path.stem for path in EMBEDDED_FOLDER.glob("*.dsp"))
PITCHED = [name for name in INSTRUMENTS if name != "drums"]

STILL: Mapping[str, Mapping[str, float]] = {
    "analog": {"osc2_detune": 0, "chorus_amount": 0},
    "epiano": {"tremolo_depth": 0, "chorus_amount": 0},
    "fm": {"chorus_amount": 0},
    "glass": {"detune": 0, "chorus_amount": 0, "bell_level": 0, "air_level": 0, "scan_depth": 0},
    "organ": {"rotary_depth": 0, "click_level": 0},
    "string": {"detune": 0, "chorus_amount": 0},
    "supersaw": {"detune": 0, "chorus_amount": 0},
}
"""Without what is meant to be out of tune or inharmonic."""

BRIGHT: Mapping[str, Mapping[str, float]] = {
    "analog": {"cutoff": 20_000, "drive": 30, "osc1_shape": 1, "osc2_tune": 7, "osc2_level": 0},
    "epiano": {"bark": 1, "velocity_to_tone": 0, "tine_level": 0, "hammer_level": 0},
    "fm": {
        "mod1_index": 8,
        "mod2_index": 4,
        "mod2_ratio": 14,
        "feedback": 1,
        "key_scaling": 0,
        "mod1_sustain": 1,
    },
    "glass": {"position": 1, "brightness": 1, "env_amount": 0},
    "organ": {"overdrive": 12, "drawbar_1": 8, "drawbar_3": 8},
    "supersaw": {"cutoff": 20_000, "octave_level": 1},
}
"""Every overtone there is."""


@functools.cache
def player(name: str, rate_hz: int = RATE_HZ) -> FaustPlayer:
    return FaustPlayer(name, rate_hz)


def test_there_are_eight() -> None:
    assert len(INSTRUMENTS) >= 8


@pytest.mark.parametrize("name", PITCHED)
@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_notes_are_in_tune_at_every_rate(name: str, rate_hz: int) -> None:
    for pitch in (28, 43, 60, 79, 96, 105):
        sound = mono(
            player(name, rate_hz).play(Key(pitch, duration_s=1.4), duration_s=1.5, settings=STILL[name])
        )
        held = sound[round(0.2 * rate_hz) : round(1.4 * rate_hz)]
        error = pitch_error_cents(held, rate_hz, key_hz(pitch))
        assert abs(error) < 3.0, f"key {pitch}: {error:.2f} cents"


@pytest.mark.parametrize("name", PITCHED)
def test_detuning_leaves_the_note_in_the_middle(name: str) -> None:
    sound = mono(player(name).play(Key(72, duration_s=5.0), duration_s=5.0))
    assert abs(pitch_error_cents(sound[RATE_HZ:], RATE_HZ, key_hz(72))) < 3.0


@pytest.mark.parametrize("name", PITCHED)
def test_a_note_sounds_alike_at_every_rate(name: str) -> None:
    levels = [
        loudness_lufs(player(name, rate_hz).play(Key(60), duration_s=1.2, settings=STILL[name]), rate_hz)
        for rate_hz in (44_100, 96_000)
    ]
    assert abs(levels[0] - levels[1]) < 1.5


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_hard_note_is_louder_and_brighter(name: str) -> None:
    pitch = 38 if name == "drums" else 60
    soft, hard = (player(name).play(Key(pitch, velocity), duration_s=1.2) for velocity in (30, 127))
    assert loudness_lufs(hard, RATE_HZ) > loudness_lufs(soft, RATE_HZ) + 4.0
    assert brightness_hz(mono(hard), RATE_HZ) > 1.03 * brightness_hz(mono(soft), RATE_HZ)


@pytest.mark.parametrize("name", PITCHED)
@pytest.mark.parametrize("semitones", [-2.0, 0.5, 2.0])
def test_a_bend_moves_the_pitch(name: str, semitones: float) -> None:
    bends = (Bend(0.5, semitones),)
    sound = mono(
        player(name).play(Key(69, duration_s=2.0), duration_s=2.0, bends=bends, settings=STILL[name])
    )
    before, after = sound[: RATE_HZ // 2], sound[round(0.7 * RATE_HZ) : round(1.9 * RATE_HZ)]
    assert abs(pitch_error_cents(before, RATE_HZ, key_hz(69))) < 5.0
    assert abs(pitch_error_cents(after, RATE_HZ, key_hz(69 + semitones))) < 3.0


@pytest.mark.parametrize("name", ["analog", "fm", "string", "supersaw"])
def test_the_mod_wheel_brings_vibrato_in(name: str) -> None:
    wheel = (Controller(1.0, MOD_WHEEL, 127),)
    settings = {**STILL[name], **({"mod_to_index": 0.0} if name == "fm" else {})}
    key = Key(93, duration_s=2.0)
    sound = mono(player(name).play(key, duration_s=2.0, controllers=wheel, settings=settings))

    def sway_cents(start_s: float) -> float:
        """How far the pitch of windows of a third of a vibrato lies apart."""
        window = round(0.06 * RATE_HZ)
        starts = range(round(start_s * RATE_HZ), round((start_s + 0.6) * RATE_HZ), window // 4)
        heard = [
            pitch_error_cents(sound[start : start + window], RATE_HZ, key_hz(93), within=200.0)
            for start in starts
        ]
        return max(heard) - min(heard)

    assert sway_cents(0.3) < 5.0
    assert 70.0 < sway_cents(1.2) < 110.0


@pytest.mark.parametrize("name", PITCHED)
def test_the_sustain_pedal_holds_notes(name: str) -> None:
    """Pressed while the key is down, let go after 1.5 s: as if the key were held so long."""
    pedal = (Controller(0.2, SUSTAIN, 127), Controller(1.5, SUSTAIN, 0))
    short, long = Key(60, duration_s=0.4), Key(60, duration_s=1.5)
    pedalled = player(name).play(short, duration_s=2.0, controllers=pedal)
    assert np.array_equal(pedalled, player(name).play(long, duration_s=2.0))
    assert not np.array_equal(pedalled, player(name).play(short, duration_s=2.0))


def test_the_expression_pedal_is_a_gain() -> None:
    pedal = (Controller(0.5, EXPRESSION, 64),)
    plain, soft = (
        player("organ").play(Key(60, duration_s=1.0), duration_s=1.0, controllers=controllers)
        for controllers in ((), pedal)
    )
    half = RATE_HZ // 2
    assert np.array_equal(plain[:, :half], soft[:, :half])
    ratio = np.abs(soft[:, half + 300 :]).max() / np.abs(plain[:, half + 300 :]).max()
    assert decibels(float(ratio)) == pytest.approx(-11.9, abs=0.1)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_mod_wheel_is_heard(name: str) -> None:
    pitch = 42 if name == "drums" else 60
    still, moved = (mono(player(name).play(Key(pitch), duration_s=1.0, mod=mod)) for mod in (0.0, 1.0))
    assert np.abs(still - moved).max() > 0.05 * np.abs(still).max()


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_nothing_sounds_before_its_time_and_it_soon_does(name: str) -> None:
    pitch = 36 if name == "drums" else 60
    sound = mono(player(name).play(Key(pitch, onset_s=0.1), duration_s=0.6, settings=_fast(name)))
    assert not sound[: RATE_HZ // 10].any()
    assert 0.1 <= onset_s(sound, RATE_HZ) < 0.105


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_full_chord_stays_within_full_scale(name: str) -> None:
    pitches = (36, 38, 39, 42, 45, 46, 49, 51) if name == "drums" else (36, 43, 48, 55, 60, 64, 67, 72)
    sound = player(name).play(*(Key(pitch, 127, 0.05) for pitch in pitches), duration_s=2.5)
    assert np.isfinite(sound).all()
    assert 0.1 < np.abs(sound).max() < 1.0


@pytest.mark.parametrize("name", BRIGHT)
@pytest.mark.parametrize("pitch", [60, 66, 72, 75, 78, 84, 96, 103, 111])
@pytest.mark.parametrize("bright", [False, True])
def test_high_notes_do_not_alias(name: str, pitch: int, bright: bool) -> None:
    """Not `string`: a linear loop has no way to alias, and its overtones are a little sharp."""
    settings = {**STILL[name], **(BRIGHT[name] if bright else {})}
    sound = mono(player(name).play(Key(pitch, 127, duration_s=2.0), duration_s=2.0, settings=settings))
    partials_hz = key_hz(pitch) / (2 if name == "organ" else 1)  # its lowest drawbar is an octave down
    assert alias_db(sound[RATE_HZ:], RATE_HZ, partials_hz) < -60.0


@pytest.mark.parametrize("name", PITCHED)
def test_neither_end_of_a_note_clicks(name: str) -> None:
    """A click is broad: it would stand out above 14 kHz, where a dark low note has next to nothing."""
    key = Key(36, 100, 0.1, 0.7)
    dark = {"cutoff": 300.0, "noise_level": 0.0} if "cutoff" in player(name).sliders else {}
    sound = mono(player(name).play(key, duration_s=1.5, settings={**STILL[name], **dark}))
    released = sound[round(0.79 * RATE_HZ) : round(0.85 * RATE_HZ)]
    assert decibels(peak_above(released, RATE_HZ, 14_000.0) / float(np.abs(sound).max())) < -66.0


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_silence_has_no_offset_and_is_reached(name: str) -> None:
    release = {"release": 0.2} if "release" in player(name).sliders else {}
    pitch = 38 if name == "drums" else 60
    sound = player(name).play(Key(pitch, duration_s=0.5), duration_s=4.0, settings=release)
    assert np.abs(sound.mean(axis=1)).max() < 2e-4
    assert np.abs(sound[:, -RATE_HZ // 10 :]).max() < 2e-5


def test_a_release_rings_out_in_full() -> None:
    sound = mono(
        player("analog").play(
            Key(69, duration_s=0.5),
            duration_s=3.5,
            settings={"release": 4.0, "sustain": 1.0, "env_amount": 0.0, "osc2_level": 0.0},
        )
    )
    levels = [decibels(float(np.abs(sound[round(t * RATE_HZ) :][:2000]).max())) for t in (0.4, 1.5, 2.5, 3.4)]
    expected = [0.0, -15.0, -30.0, -43.5]
    assert np.array(levels) - levels[0] == pytest.approx(expected, abs=1.5)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_same_notes_sound_the_same(name: str) -> None:
    keys = (Key(36, 90), Key(42, 110, 0.2))
    first = player(name).play(*keys, duration_s=1.0)
    player(name).play(Key(50, duration_s=2.0), duration_s=0.7)
    assert np.array_equal(first, player(name).play(*keys, duration_s=1.0))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_slider_is_named_once_and_keeps_within_its_range(name: str) -> None:
    sliders = player(name).sliders
    labels = re.findall(r'"(?:h:\w+/)?(\w+)\[[^"]*tooltip: \w[^"]*"', _source(name))
    assert sorted(labels) == sorted(sliders)
    for slider_name, slider in sliders.items():
        assert slider_name == slider_name.lower() and slider_name.replace("_", "").isalnum()
        assert slider.lowest <= slider.initial <= slider.highest


@pytest.mark.parametrize("name", PITCHED)
@pytest.mark.parametrize("end", ["lowest", "highest"])
def test_the_ends_of_every_slider_are_sound(name: str, end: str) -> None:
    """Each slider alone at its end: numbers, and nothing that runs away."""
    for slider_name, slider in player(name).sliders.items():
        settings = {slider_name: getattr(slider, end)}
        sound = player(name).play(Key(60, 127, duration_s=0.2), duration_s=0.3, settings=settings)
        assert np.isfinite(sound).all(), slider_name
        assert np.abs(sound).max() < 2.0, slider_name


@pytest.mark.parametrize("pitch", [*range(35, 54), 54, 55, 56, 57, 59, 60, 64, 70])
def test_every_drum_key_sounds(pitch: int) -> None:
    sound = player("drums").play(Key(pitch, onset_s=0.1), duration_s=1.0)
    assert -40.0 < loudness_lufs(sound, RATE_HZ) < -12.0


def test_drum_keys_are_those_of_general_midi() -> None:
    def centre(pitch: int) -> float:
        return brightness_hz(mono(player("drums").play(Key(pitch), duration_s=1.0)), RATE_HZ)

    def length_s(pitch: int) -> float:
        sound = np.abs(mono(player("drums").play(Key(pitch, duration_s=0.5), duration_s=3.0)))
        return float(np.flatnonzero(sound > 0.001 * sound.max())[-1]) / RATE_HZ

    kick, snare, closed, low_tom, high_tom = (centre(pitch) for pitch in (36, 38, 42, 41, 50))
    assert kick < low_tom < high_tom < snare < closed
    assert length_s(42) < length_s(46) < length_s(51) < length_s(49)


def test_the_mod_wheel_opens_the_hats_as_far_as_the_open_one() -> None:
    def level(pitch: int, wheel: float) -> float:
        """0.2 s after the stroke."""
        sound = mono(player("drums").play(Key(pitch), duration_s=0.5, mod=wheel))
        return decibels(float(np.sqrt(np.mean(sound[RATE_HZ // 5 : RATE_HZ // 4] ** 2))))

    closed, half, opened = (level(42, wheel) for wheel in (0.0, 0.5, 1.0))
    assert closed < half - 12.0 < opened - 18.0
    assert opened == pytest.approx(level(46, 0.0), abs=1.0)


@pytest.mark.parametrize("pitch", [pitch for pitch in range(35, 60) if pitch != 46])
def test_a_drum_sounds_on_when_its_key_is_up(pitch: int) -> None:
    short, long = (player("drums").play(Key(pitch, 100, 0.0, held), duration_s=2.5) for held in (0.05, 2.5))
    assert np.abs(short - long).max() < 3e-5


@pytest.mark.parametrize("semitones", [-2.0, 2.0])
def test_a_bend_moves_a_drums_skin(semitones: float) -> None:
    def tail_hz(*bends: Bend) -> float:
        sound = mono(player("drums").play(Key(45, 100), duration_s=1.0, bends=bends))
        return brightness_hz(sound[round(0.2 * RATE_HZ) : round(0.6 * RATE_HZ)], RATE_HZ)

    assert tail_hz(Bend(0.0, semitones)) / tail_hz() == pytest.approx(2 ** (semitones / 12), rel=0.03)


def test_the_instrument_in_the_docs_plays(tmp_path: Path) -> None:
    docs = Path(__file__).parents[2] / "docs" / "instruments.md"
    source = docs.read_text(encoding="utf-8").partition("```faust\n")[2].partition("```")[0]
    (tmp_path / "sine.dsp").write_text(source, encoding="utf-8")
    shutil.copy(EMBEDDED_FOLDER / "voice.lib", tmp_path)
    sound = mono(FaustPlayer("sine", folder=tmp_path).play(Key(60), duration_s=1.0))
    assert abs(pitch_error_cents(sound, RATE_HZ, key_hz(60))) < 1.0


def _source(name: str) -> str:
    return (EMBEDDED_FOLDER / f"{name}.dsp").read_text(encoding="utf-8")


def _fast(name: str) -> dict[str, float]:
    return {"attack": 0.001} if "attack" in player(name).sliders else {}
