"""Drums: made-up kits whose hits are known."""

from __future__ import annotations

import numpy as np
import pytest

from daw_bridge.core.audio import AudioClip, Samples
from daw_bridge.core.notes import Note
from daw_bridge.intake.resampling import Resampler
from daw_bridge.training.players import PLAY_RATE_HZ, drum_machine
from daw_bridge.training.scoring import score
from daw_bridge.transcribe.drums import PIECES, RATE_HZ, Drums, transcribe_drums

KICK, SNARE, CLOSED_HAT = 36, 38, 42


def rock_beat(bars: int = 4, *, hats: bool = True) -> list[Note]:
    """Kick on 1 and 3, snare on 2 and 4, hats in eighths, at 100 BPM: kick and hat fall together."""
    eighth_s, hits = 0.3, []
    for eighth in range(8 * bars):
        at_s = 0.2 + eighth * eighth_s
        keys = [KICK] if eighth % 4 == 0 else [SNARE] if eighth % 4 == 2 else []
        hits += [Note(at_s, key, at_s + 0.1, 100) for key in [*keys, *([CLOSED_HAT] if hats else [])]]
    return hits


def kit(hits: list[Note], seed: int) -> AudioClip:
    """The hits on a drum machine that is made up from `seed`, at 22,050 Hz."""
    sound = drum_machine.play(np.random.default_rng(seed), hits, max(n.offset_s for n in hits) + 0.5)
    return at_half_rate(sound)


def at_half_rate(sound: Samples) -> AudioClip:
    """One channel at 44,100 Hz -> 22,050 Hz, without aliases."""
    resampler = Resampler(PLAY_RATE_HZ, RATE_HZ, expected_frames=len(sound))
    resampler.add(sound[None])
    return resampler.finish()


@pytest.mark.parametrize("seed", range(6))
def test_a_beat_is_heard_piece_by_piece(seed: int) -> None:
    hits = rock_beat()
    heard = transcribe_drums(kit(hits, seed)).notes
    for key, least in ((KICK, 0.9), (SNARE, 0.8), (CLOSED_HAT, 0.6)):
        its = score([n for n in hits if n.pitch == key], [n for n in heard if n.pitch == key])
        assert its.f1 >= least, (key, its)


def test_hits_are_where_they_are() -> None:
    heard = [n for n in transcribe_drums(kit(rock_beat(), 1)).notes if n.pitch == KICK]
    true_s = [n.onset_s for n in rock_beat() if n.pitch == KICK]
    np.testing.assert_allclose([n.onset_s for n in heard], true_s, atol=0.012)


def test_soft_hits_have_lower_velocities() -> None:
    hits = [Note(n.onset_s, n.pitch, n.offset_s, 110 if n.onset_s < 5 else 45) for n in rock_beat(hats=False)]
    kicks = [n for n in transcribe_drums(kit(hits, 2)).notes if n.pitch == KICK]
    loud = np.mean([n.velocity for n in kicks if n.onset_s < 5])
    soft = np.mean([n.velocity for n in kicks if n.onset_s >= 5])
    assert loud > 95 and 30 < soft < 65


def test_keys_are_general_midi_and_each_means_one_piece() -> None:
    keys = [key for piece in PIECES for key in (piece.key, *piece.also)]
    assert len(keys) == len(set(keys))
    assert {n.pitch for n in transcribe_drums(kit(rock_beat(), 3)).notes} <= {piece.key for piece in PIECES}


def test_the_level_of_the_bounce_does_not_matter() -> None:
    clip = kit(rock_beat(), 4)
    softer = AudioClip(clip.samples * np.float32(0.1), RATE_HZ)
    strong = [(n.pitch, round(n.onset_s, 3)) for n in transcribe_drums(clip).notes]
    weak = [(n.pitch, round(n.onset_s, 3)) for n in transcribe_drums(softer).notes]
    assert len(set(strong) & set(weak)) > 0.95 * len(strong)


@pytest.mark.parametrize("frames", [0, 100, 3 * RATE_HZ])
def test_silence_has_no_hits(frames: int) -> None:
    assert transcribe_drums(AudioClip(np.zeros((1, frames), np.float32), RATE_HZ)).notes == ()


def test_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="22050"):
        Drums().transcribe(AudioClip(np.zeros((1, 48_000), np.float32), 48_000))
