"""What kind of part a clip is, for the profile `auto`: drums, one low voice, one voice, several, a mix.

A small network (`perceptron.py`, its weights in `kind.npz`) judges the clip's figures (`timbre.py`).
`daw_bridge.training kinds` trains it. An organ can't be told from the rest by how it sounds: its name can.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Profile
from daw_bridge.transcribe.perceptron import load_perceptron, softmax
from daw_bridge.transcribe.timbre import timbre

KINDS = ("drums", "bass", "lead", "chords", "mix")
"""What the network tells apart: `lead` is any one voice that is no bass, `chords` several voices."""
PROFILES: dict[str, Profile] = {"drums": "drums", "bass": "bass", "lead": "lead"}
"""The kinds that change what is done; the others are heard as `auto`."""
ORGAN = re.compile(
    r"(?<![^\W\d_])(organs?|hammond|farfisa|orgel|orgue|organo|órgano)(?![^\W\d_])", re.IGNORECASE
)
"""As a word of its own in a bounce's name: `Organ_2`, `verse/hammond`, `RockOrgan`, not `organic`."""
_WORDS_MEET = re.compile(r"(?<=[a-z])(?=[A-Z])")
WEIGHTS = Path(__file__).with_name("kind.npz")


@dataclass(frozen=True)
class KindGuess:
    """The profile that suits a clip, and how sure that is, 0 to 1: `auto` for several voices, and where
    nothing is sure enough.

    `mix_confidence` is how likely it is a mix of several instruments, `is_mix` whether that is likely
    enough to say so.
    """

    profile: Profile
    confidence: float
    mix_confidence: float = 0.0
    is_mix: bool = False

    @property
    def source(self) -> str:
        """In words for the take file: `auto, 93% sure`."""
        if self.profile == "organ":
            return "by its name"
        if self.profile == "auto":
            return f"several voices, {self.confidence:.0%} sure" if self.confidence >= 0.5 else "not sure"
        return f"auto, {self.confidence:.0%} sure"


def as_named(kind: KindGuess, name: str) -> KindGuess:
    """That of a bounce of that name: an organ where it says so, unless a bass, drums or a mix are heard."""
    words = _WORDS_MEET.sub(" ", unicodedata.normalize("NFC", name))  # macOS may give `Ó` as two characters
    if kind.profile in ("auto", "lead") and not kind.is_mix and ORGAN.search(words):
        return replace(kind, profile="organ")
    return kind


def guess_kind(clip: AudioClip) -> KindGuess | None:
    """Judge `clip`, of any rate and number of channels; None when it is too short or silent to tell."""
    figures = timbre(clip)
    if figures is None:
        return None
    network = load_perceptron(WEIGHTS)
    sure = softmax(network(figures[None]))[0]
    chances = dict(zip(KINDS, map(float, sure), strict=True))
    least = dict(zip(KINDS, map(float, network.thresholds), strict=True))
    likeliest = max(chances, key=chances.__getitem__)
    is_mix = chances["mix"] >= least["mix"]
    if likeliest in PROFILES and chances[likeliest] >= least[likeliest]:
        return KindGuess(PROFILES[likeliest], chances[likeliest], chances["mix"])
    several = chances["chords"] + chances["mix"]
    return KindGuess("auto", several, chances["mix"], is_mix)
