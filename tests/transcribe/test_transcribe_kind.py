"""The judgement behind the profile `auto`, on lines and mixes of known kind."""

from __future__ import annotations

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import partials
from daw_bridge.transcribe.drums import RATE_HZ
from daw_bridge.transcribe.kind import KindGuess, as_named, guess_kind
from tests.transcribe.test_transcribe_drums import at_half_rate, kit, rock_beat
from tests.transcribe.tones import chord_line, melody, play

BASS_LINE = [33, 33, 36, 38, 40, 33, 45, 43] * 5


def sung(keys: list[int], seed: int) -> AudioClip:
    """A line on a voice made of partials, at 22,050 Hz."""
    line = Performance(tuple(melody(keys, 0.3, gate=0.9)))
    sound = partials.play(np.random.default_rng(seed), line, "sung", 0.3 * len(keys) + 0.5)
    return at_half_rate(sound)


@pytest.mark.parametrize("seed", range(4))
def test_drums_are_drums(seed: int) -> None:
    guess = guess_kind(kit(rock_beat(), seed))
    assert guess is not None
    assert guess.profile == "drums" and guess.confidence > 0.7 and not guess.is_mix


def test_a_low_line_is_a_bass() -> None:
    guess = guess_kind(play(melody(BASS_LINE, 0.3), 13.0).clip)
    assert guess is not None and guess.profile == "bass", guess


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_a_sung_line_is_one_voice(seed: int) -> None:
    guess = guess_kind(sung([60, 62, 64, 67, 65, 64, 62, 60] * 5, seed))
    assert guess is not None and guess.profile == "lead", guess


def test_chords_stay_with_the_general_decoding() -> None:
    guess = guess_kind(chord_line(12.0).clip)
    assert guess is not None and guess.profile == "auto" and not guess.is_mix, guess


def test_drums_bass_chords_and_a_voice_together_are_a_mix() -> None:
    tracks = [
        kit(rock_beat(5), 1).samples[0],
        play(melody(BASS_LINE, 0.3), 13.0).samples[0],
        chord_line(13.0).samples[0],
        sung([72, 74, 76, 79, 77, 76, 74, 72] * 5, 1).samples[0],
    ]
    length = min(len(track) for track in tracks)
    mix = sum((track[:length] / np.std(track) for track in tracks), np.zeros(length))
    guess = guess_kind(AudioClip((mix / np.abs(mix).max()).astype(np.float32)[None], RATE_HZ))
    assert guess is not None and guess.is_mix and guess.profile == "auto", guess


@pytest.mark.parametrize("rate_hz", [22_050, 44_100])
def test_rate_and_channels_do_not_matter(rate_hz: int) -> None:
    samples = kit(rock_beat(), 0).samples[0]
    at = np.arange(round(len(samples) * rate_hz / RATE_HZ)) * RATE_HZ / rate_hz
    stereo = np.stack([np.interp(at, np.arange(len(samples)), samples)] * 2).astype(np.float32)
    guess = guess_kind(AudioClip(stereo, rate_hz))
    assert guess is not None and guess.profile == "drums"


@pytest.mark.parametrize("frames", [0, 1000, 5 * RATE_HZ])
def test_silence_and_next_to_nothing_have_no_kind(frames: int) -> None:
    assert guess_kind(AudioClip(np.zeros((1, frames), np.float32), RATE_HZ)) is None


def test_a_single_note_is_judged_too() -> None:
    assert guess_kind(play([Note(0.1, 60, 0.5)], 0.6).clip) is not None


@pytest.mark.parametrize(
    "name",
    [
        "Organ",
        "organ_2",
        "verse/Hammond",
        "B3 ORGANS wet",
        "01-orgel",
        "Órgano",
        "O\u0301rgano",
        "RockOrgan",
        "HammondB3",
    ],
)
def test_a_name_says_organ(name: str) -> None:
    guess = as_named(KindGuess("auto", 0.9), name)
    assert (guess.profile, guess.source) == ("organ", "by its name")
    assert as_named(KindGuess("lead", 0.9), name).profile == "organ"


@pytest.mark.parametrize(
    "name", ["organic pad", "Morgan", "hammonds", "ReOrganise", "keys", "reorganised", ""]
)
def test_other_names_say_nothing(name: str) -> None:
    guess = KindGuess("auto", 0.9)
    assert as_named(guess, name) == guess


@pytest.mark.parametrize(
    "guess", [KindGuess("bass", 0.9), KindGuess("drums", 0.9), KindGuess("auto", 0.9, 0.9, is_mix=True)]
)
def test_what_is_heard_to_be_none_is_no_organ_whatever_its_name(guess: KindGuess) -> None:
    assert as_named(guess, "organ") == guess
