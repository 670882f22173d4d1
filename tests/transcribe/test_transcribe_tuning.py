"""How far a clip is off A 440, and that its notes are the same whatever it is tuned to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note
from daw_bridge.transcribe.bridge import engine
from daw_bridge.transcribe.bridge.engine import Bridge
from daw_bridge.transcribe.swift_f0 import PitchTrack
from daw_bridge.transcribe.tuning import tuning_cents
from daw_bridge.transcribe.voice import corrected
from tests.transcribe.tones import RATE_HZ, glide

BASS = [33, 40, 45, 36, 43, 48, 31, 38]
STEP_S = 0.5
SURE = 0.6
"""A strike may be heard twice, if the first is less sure: at 38 cents flat one of these is, at 0.51."""


def line(cents: float, keys: list[int] = BASS, *, level: float = 1.0) -> AudioClip:
    """One note after the other, tuned so far off A 440, each with a gap after it."""
    step = round(STEP_S * RATE_HZ)
    clip = glide(np.repeat(np.array(keys, float) + cents / 100.0, step))
    struck = np.minimum(np.arange(step) / 60, 1) * (np.arange(step) < 0.85 * step)
    return AudioClip((clip.samples * np.tile(struck, len(keys)) * level).astype(np.float32), RATE_HZ)


@given(
    cents=st.integers(-45, 45),
    keys=st.lists(st.integers(31, 76), min_size=4, max_size=12),
    level=st.sampled_from([1.0, 0.01]),
)
@settings(max_examples=25, deadline=None)
def test_what_is_off_alike_is_heard_to_the_cent(cents: int, keys: list[int], level: float) -> None:
    found = tuning_cents(line(cents, keys, level=level))
    assert found == pytest.approx(
        cents, abs=5
    )  # the fifth and seventh partials lie off the keys by themselves
    assert found == 0.0 or abs(found) >= 4


@pytest.mark.parametrize("rate_hz", [11_025, 22_050, 44_100])
def test_any_rate_will_do(rate_hz: int) -> None:
    time_s = np.arange(3 * rate_hz) / rate_hz
    tone = np.sin(2 * np.pi * 432.0 * time_s).astype(np.float32)[None]
    assert tuning_cents(AudioClip(tone, rate_hz)) == pytest.approx(-31.8, abs=1)


def test_what_says_nothing_is_in_tune() -> None:
    rng = np.random.default_rng(2)
    for samples in (
        np.zeros((1, 0)),
        np.zeros((1, 5 * RATE_HZ)),
        rng.normal(0, 0.1, (1, 5 * RATE_HZ)),
        rng.normal(0, 0.1, (1, 1000)),
        glide(np.linspace(40.0, 64.0, 5 * RATE_HZ)).samples,
    ):
        assert tuning_cents(AudioClip(np.asarray(samples, np.float32), RATE_HZ)) == 0.0


@pytest.mark.parametrize("profile", ["auto", "bass"])
@pytest.mark.parametrize("cents", [-38, -20, 20, 38])
def test_the_keys_are_those_that_were_played(profile: str, cents: int) -> None:
    part = hearing().transcribe(line(cents), profile=profile)
    sure = [note for note in part.notes if note.confidence >= SURE]
    assert [note.pitch for note in sure] == BASS
    assert len(part.notes) <= len(BASS) + 1
    assert part.tuning_cents == pytest.approx(cents, abs=5)
    assert part.bends == (), "what all of it is off is no bend"
    in_tune = hearing().transcribe(line(0.0), profile=profile)
    assert in_tune.tuning_cents == 0.0
    assert [n.onset_s for n in sure] == pytest.approx([n.onset_s for n in in_tune.notes], abs=0.015)


def test_the_pitch_that_one_voice_is_checked_by_is_in_tune(monkeypatch: pytest.MonkeyPatch) -> None:
    tracks: list[PitchTrack] = []

    def keep(notes: Sequence[Note], track: PitchTrack) -> Sequence[Note]:
        tracks.append(track)
        return corrected(notes, track)

    monkeypatch.setattr(engine, "corrected", keep)
    hearing().transcribe(line(-38), profile="bass")
    keys = tracks[0].key[tracks[0].confidence > 0.9]
    assert float(np.median(np.abs(keys - np.rint(keys)))) < 0.1


_kept: list[Bridge] = []


def hearing() -> Bridge:
    if not _kept:
        _kept.append(Bridge())
    return _kept[0]
