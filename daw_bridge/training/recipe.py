"""What every stem is, by its number: which part of the data, which family, what plays what.

The split is by song *and* by sound: a SoundFont, a Faust instrument or a DX7 algorithm that the
network trains on is never heard in validation or in the test, and no song is in two of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from daw_bridge.training import hands, lines
from daw_bridge.training.supplements import Share, supplement_of

SEED = 20_407
LENGTH_S = 20.0

BANKS = {
    # FluidR3 and MuseScore_General share samples, so they are on the same side.
    "train": ("FluidR3_GM", "MuseScore_General_Full", "MuseScore_General_Full", "OPL-3_FM_128M"),
    "validation": ("TimGM6mb",),
    "test": ("sf_GMbank",),
}
FAUST = {
    "train": ("analog", "fm", "organ", "string"),
    "validation": ("supersaw", "epiano"),
    "test": ("glass",),
}
PARTIALS_MANNERS = ("sung", "blown", "bowed", "sub")
LOW_PATCHES = {("FluidR3_GM", 16): 12, ("MuseScore_General_Full", 16): 12}
"""Bank and program -> semitones by which it is played higher: these drawbar organs sound two octaves below
their keys, where a 16' stop, which other banks have here, sounds one."""
DOUBLED_FAMILIES = ("piano", "keys", "organ", "guitar", "strings", "pad", "pluck")
DOUBLED = 0.12
"""How many of their stems play all in octaves, as songs' piano voices do and synth layers."""
RESTRUCK_FAMILIES = ("bass", "piano", "keys", "organ", "guitar", "brass", "lead", "pluck")
RESTRUCK = 0.08
"""How many of their stems repeat their keys with hardly a gap. Slow attacks can't be told apart so fast."""
TEST_AS_IT_WAS = "test"
"""The split whose stems stay what they have been from the beginning, so that figures can be compared: none of
them is restruck. (`tests/bench/restrikes.py` measures repeated notes.)"""


@dataclass(frozen=True)
class Family:
    """One kind of stem: General MIDI programs, range, how often each line is played, what else plays it."""

    programs: tuple[int, ...]
    lowest: int
    highest: int
    lines: dict[str, float]
    synths: tuple[str, ...] = ()
    """Other players that serve it: `faust:NAME`, `dx7:MANNER`, `partials:MANNER`."""
    weight: float = 1.0


_ONE_VOICE = {"melody": 0.45, "riff": 0.1, "song": 0.45}
_CHORDAL = {"song": 0.45, "bed": 0.15, "comping": 0.2, "arpeggio": 0.15, "melody": 0.05}

FAMILIES = {
    "bass": Family(
        (32, 33, 33, 34, 35, 36, 37, 38, 39), 26, 55,
        {"bass": 0.5, "riff": 0.25, "song": 0.15, "melody": 0.1},
        ("faust:analog", "faust:supersaw", "faust:fm", "faust:string",
         "dx7:pluck", "dx7:sustained", "partials:sub"),
        weight=1.6,
    ),
    "piano": Family(
        (0, 0, 0, 1, 2, 3), 28, 100,
        {"song": 0.7, "comping": 0.1, "arpeggio": 0.1, "bed": 0.1},
        weight=1.2,
    ),
    "keys": Family(
        (4, 4, 5, 5, 6, 7), 33, 96, _CHORDAL,
        ("dx7:pluck", "faust:epiano", "faust:fm", "faust:glass"),
    ),
    "organ": Family((16, 16, 17, 18, 19, 19, 20, 21, 23), 36, 96, _CHORDAL, ("faust:organ",)),
    "guitar": Family(
        (24, 25, 26, 27, 28, 29, 30), 40, 84, _CHORDAL | {"riff": 0.2, "melody": 0.15},
        ("faust:string",),
        weight=1.2,
    ),
    "strings": Family(
        (40, 41, 42, 43, 44, 48, 48, 49, 50, 51), 33, 96, _CHORDAL | {"bed": 0.3},
        ("partials:bowed",),
        weight=1.2,
    ),
    "brass": Family(
        (56, 57, 58, 59, 60, 61, 62, 63), 36, 84, _ONE_VOICE | {"comping": 0.15, "bed": 0.1},
        weight=0.7,
    ),
    "wind": Family(
        (64, 65, 66, 67, 68, 70, 71, 72, 73, 74, 75, 79), 45, 93, _ONE_VOICE,
        ("partials:blown",),
        weight=0.9,
    ),
    "voice": Family(
        (52, 53, 54, 85), 43, 84, _ONE_VOICE | {"bed": 0.3},
        ("partials:sung", "partials:sung"),
        weight=0.9,
    ),
    "lead": Family(
        (80, 81, 81, 82, 83, 84, 86, 87), 45, 96,
        {"melody": 0.4, "arpeggio": 0.2, "riff": 0.15, "song": 0.25},
        ("faust:analog", "faust:supersaw", "dx7:sustained"),
        weight=1.1,
    ),
    "pad": Family(
        (88, 89, 90, 91, 92, 93, 94, 95), 36, 88,
        {"bed": 0.6, "song": 0.2, "comping": 0.1, "melody": 0.1},
        ("faust:analog", "faust:supersaw", "dx7:slow", "faust:glass"),
        weight=1.2,
    ),
    "pluck": Family(
        (8, 9, 10, 11, 12, 13, 14, 45, 46, 104, 105, 106, 107, 108), 40, 98,
        {"arpeggio": 0.35, "melody": 0.2, "song": 0.3, "riff": 0.1, "comping": 0.05},
        ("faust:string", "dx7:pluck", "faust:analog", "faust:glass"),
    ),
}  # fmt: skip
LINES: dict[str, lines.Line] = {
    "bass": lines.bass, "riff": lines.riff, "melody": lines.melody,
    "arpeggio": lines.arpeggio, "bed": lines.bed, "comping": lines.comping, "restrikes": lines.restrikes,
    "hands": hands.hands, "grounded": hands.grounded,
}  # fmt: skip
ONE_VOICE_LINES = ("bass", "riff", "melody")
ONE_VOICE_PLAYERS = ("partials", "singer")


@dataclass(frozen=True)
class Plan:
    """One stem. `sound` is `sf2:BANK:PROGRAM`, `faust:NAME`, `dx7:ALGORITHM:MANNER`,
    `partials:MANNER`, `stops:MANNER`, `plugin:NAME`, `recorded:INSTRUMENT`, `pipes:church`,
    `singer:VOICE` or `patch:PROGRAM`."""

    number: int
    split: str
    family: str
    line: str
    sound: str
    doubled: int = 0
    """Semitones from each note to one that doubles it; 0 for none."""

    def rng(self, attempt: int = 0) -> np.random.Generator:
        """The stem's own random numbers."""
        return np.random.default_rng([SEED, self.number, attempt])


def split_of(number: int) -> str:
    """Of every ten stems one is for validation; of every twenty one is for the test."""
    supplement = supplement_of(number)
    if supplement:
        return supplement.split
    return {3: "validation", 13: "validation", 7: "test"}.get(number % 20, "train")


def plan(number: int) -> Plan:
    """The stem of that number: always the same."""
    rng = np.random.default_rng([SEED, number])
    split, supplement = split_of(number), supplement_of(number)
    names = list(FAMILIES)
    weight = supplement.weight if supplement else lambda name: FAMILIES[name].weight
    weights = np.array([weight(name) for name in names])
    family = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    about = FAMILIES[family]
    kinds = list(about.lines)
    shares = np.array([about.lines[kind] for kind in kinds])
    line = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
    share = supplement.families[family] if supplement else Share(about.weight, restruck=RESTRUCK)
    banks = supplement.banks if supplement else ()
    named = str(rng.choice(share.sounds)) if share.sounds else ""
    synths = [] if named or banks else [s for s in about.synths if _allowed(s, split)]
    if named:
        sound = named
    elif synths and rng.random() < 0.4:
        sound = _synth(rng, str(rng.choice(synths)), split)
    else:
        bank = str(rng.choice(banks or BANKS[split]))
        sound = f"sf2:{bank}:{rng.choice(about.programs)}"
    if sound.startswith(ONE_VOICE_PLAYERS):
        line = line if line in ONE_VOICE_LINES or line == "song" else "melody"
        return Plan(number, split, family, line, sound)
    doubled = int(rng.choice((-12, 12))) if family in DOUBLED_FAMILIES and rng.random() < DOUBLED else 0
    if split != TEST_AS_IT_WAS and family in RESTRUCK_FAMILIES and rng.random() < share.restruck:
        line = "restrikes"
    if share.hands and rng.random() < share.hands:
        line = "hands"
    if share.grounded and rng.random() < share.grounded:
        line = "grounded"
    return Plan(number, split, family, line, sound, doubled)


def _allowed(synth: str, split: str) -> bool:
    kind, _, name = synth.partition(":")
    return kind != "faust" or name in FAUST[split]


def _synth(rng: np.random.Generator, synth: str, split: str) -> str:
    """Of the DX7's algorithms a quarter each is kept for validation and for the test."""
    kind, _, manner = synth.partition(":")
    if kind != "dx7":
        return synth
    mine = [a for a in range(32) if {0: "validation", 1: "test"}.get(a % 8 // 2, "train") == split]
    return f"dx7:{rng.choice(mine)}:{manner}"
