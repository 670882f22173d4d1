"""Stems beyond the general ones, from certain numbers on: what the network found hardest, and sounds that the
SoundFonts don't have."""

from __future__ import annotations

from dataclasses import dataclass, replace

DRAWBAR_ORGANS = (16, 16, 17, 18)
"""General MIDI programs."""
STOPS = ("stops:drawbars", "stops:drawbars", "stops:pipes", "stops:reeds")


@dataclass(frozen=True)
class Share:
    """How much there is of a family, what plays it ("" for what plays it in general), and how many of its
    stems repeat their keys, are played with two hands, or are chords over a note of theirs."""

    weight: float
    sounds: tuple[str, ...] = ()
    restruck: float = 0.0
    hands: float = 0.0
    grounded: float = 0.0


@dataclass(frozen=True)
class Supplement:
    """From number `first` on; `stems` of them in a training of full size."""

    first: int
    stems: int
    families: dict[str, Share]
    split: str = "train"
    banks: tuple[str, ...] = ()
    """SoundFonts that play what names no sound of its own, and nothing else does; () for the general ones."""
    keys: tuple[int, int] | None = None
    """The lowest and the highest, where they aren't the family's."""
    expressive: bool = False
    """Played softly and loudly, the tune before the rest (`hands.py`)."""

    def weight(self, family: str) -> float:
        """0.0 for what it does not have."""
        return self.families[family].weight if family in self.families else 0.0


def _played(
    prefix: str, restruck: float, shares: dict[str, tuple[float, tuple[str, ...]]]
) -> dict[str, Share]:
    return {
        family: Share(weight, tuple(f"{prefix}:{name}" for name in names), restruck)
        for family, (weight, names) in shares.items()
    }


HARD = Supplement(
    100_000,
    600,
    {"organ": Share(8.0, restruck=0.1), "bass": Share(2.0, restruck=1.0), "lead": Share(2.0, restruck=1.0)}
    | {name: Share(1.0, restruck=1.0) for name in ("keys", "guitar", "pluck", "piano")},
)
"""Organs and repeated notes."""
ORGANS = Supplement(200_000, 250, {"organ": Share(1.0, STOPS, restruck=0.1)})
"""Stops drawn at random (`players/stops.py`)."""
SYNTHESIZERS = Supplement(
    300_000,
    1_300,
    _played(
        "plugin",
        0.15,
        {
            "organ": (3.0, ("setbfree",) * 4 + ("zyn Organ", "zyn Organ", "amsynth organ")),
            "keys": (
                2.5,
                ("epiano",) * 3 + ("zyn Rhodes",) * 2 + ("zyn SynthPiano",) + ("amsynth keys",) * 2,
            ),
            "bass": (2.0, ("zyn Bass", "amsynth bass", "amsynth bass")),
            "piano": (0.7, ("piano",)),
            "guitar": (0.7, ("zyn Guitar", "amsynth guitar")),
            "strings": (1.5, ("zyn Strings", "zyn Strings", "amsynth strings")),
            "brass": (0.6, ("zyn Brass", "amsynth brass")),
            "wind": (0.6, ("zyn Reed and Wind", "amsynth wind")),
            "voice": (0.6, ("zyn Choir and Voice", "amsynth voice")),
            "lead": (1.5, ("zyn Synth", "amsynth lead", "amsynth lead")),
            "pad": (1.5, ("zyn Pads", "zyn Fantasy", "amsynth pad", "amsynth pad")),
            "pluck": (1.2, ("zyn Plucked", "amsynth pluck", "amsynth pluck")),
        },
    ),
)
"""Debian's synthesizers (`players/plugins.py`)."""
RECORDED = Supplement(
    400_000,
    700,
    _played(
        "recorded",
        0.1,
        {
            "bass": (2.0, ("bass-electric", "bass-electric", "contrabass")),
            "piano": (3.0, ("grand",)),
            "organ": (0.8, ("harmonium",)),
            "guitar": (2.0, ("guitar-electric", "guitar-nylon")),
            "strings": (1.0, ("violin",)),
            "brass": (1.5, ("french-horn", "trombone", "trumpet", "tuba")),
            "wind": (1.2, ("bassoon", "clarinet", "flute")),
            "pluck": (0.8, ("harp", "xylophone")),
        },
    ),
)
"""Recorded instruments (`players/recorded.py`)."""
RECORDED_TEST = Supplement(
    500_000,
    120,
    _played(
        "recorded",
        0.0,
        {
            "piano": (1.0, ("piano",)),
            "organ": (1.0, ("organ",)),
            "guitar": (1.0, ("guitar-acoustic",)),
            "strings": (1.0, ("cello",)),
            "wind": (1.0, ("saxophone",)),
        },
    ),
    split="recorded",
)
"""A test: recorded instruments that neither training nor validation heard, and the test's songs."""
MORE_BANKS = Supplement(
    600_000,
    1_600,
    {name: Share(1.0, restruck=0.1) for name in ("bass", "piano", "keys", "guitar", "strings", "brass")}
    | {name: Share(1.0, restruck=0.1) for name in ("wind", "voice", "lead", "pad", "pluck")}
    | {
        "organ": Share(
            4.0,
            (
                *(
                    f"sf2:{bank}:{program}"
                    for bank in ("GeneralUser", "sonivox")
                    for program in DRAWBAR_ORGANS
                ),
                *(f"sf2:{bank}:{program}" for bank in ("GeneralUser", "sonivox") for program in (19, 20)),
                *("plugin:calf",) * 5,
                *("pipes:church",) * 5,
            ),
            restruck=0.1,
        )
    },
    banks=("GeneralUser", "GeneralUser", "sonivox"),
)
"""Two SoundFonts that Debian doesn't have, and organs: Calf's drawbars (`players/plugins.py`), the pipes of a
church (`players/pipes.py`)."""
ROCK_ORGANS = Supplement(700_000, 300, {"organ": Share(1.0, ("stops:rock",), restruck=0.1)})
"""Those that the network heard an octave low most often."""
SINGERS = Supplement(800_000, 400, {"voice": Share(1.0, ("singer:slt", "singer:awb", "singer:kal16"))})
"""Sung words (`players/singer.py`)."""
SUNG_TEST = Supplement(850_000, 40, {"voice": Share(1.0, ("singer:rms",))}, split="sung")
"""A test: a singer that nothing else heard, and the test's songs."""

SUNG_VALIDATION = Supplement(875_000, 20, {"voice": Share(1.0, ("singer:ked",))}, split="validation")
"""A singer for what is learned on validation stems."""

PATCHES_TEST = Supplement(
    900_000,
    120,
    _played(
        "patch",
        0.0,
        {
            "bass": (1.0, ("32", "33", "34", "35", "36", "37", "38")),
            "piano": (1.0, ("0", "1", "2")),
            "keys": (1.0, ("4", "5", "6", "7")),
            "organ": (1.0, ("16", "19", "21", "23")),
            "guitar": (1.0, ("24", "25", "26", "27", "28", "29", "30")),
            "strings": (1.0, ("40", "42", "44", "48")),
            "brass": (1.0, ("56", "57", "58", "59", "60", "61")),
            "wind": (1.0, ("64", "65", "66", "67", "68", "70", "71", "72", "73", "74", "75", "79")),
            "voice": (1.0, ("53",)),
            "lead": (1.0, ("80", "84")),
            "pad": (1.0, ("88", "94", "95")),
            "pluck": (1.0, ("8", "9", "13", "45", "46")),
        },
    ),
    split="patches",
)
"""A test: another maker's bank (`players/patches.py`), of each family the programs that it has and that sound
at their keys, and the test's songs."""

LOWEST_KEYS = (21, 38)
LOW_BASSES = Supplement(920_000, 600, {"bass": Share(1.0, restruck=0.25)}, keys=LOWEST_KEYS)
"""What five strings, synthesizers and 808s play below the others' lowest D."""
LOW_VALIDATION = Supplement(
    940_000, 20, {"bass": Share(1.0, restruck=0.25)}, split="validation", keys=LOWEST_KEYS
)
"""The same, for what is learned on validation stems."""

GRAND = ("recorded:grand",) * 3
PIANOS = tuple(f"sf2:{bank}:0" for bank in ("FluidR3_GM", "MuseScore_General_Full", "GeneralUser", "sonivox"))
PLAYERS = {
    "piano": Share(5.0, (*GRAND, *PIANOS, "plugin:piano"), hands=0.5),
    "guitar": Share(2.0, ("", "recorded:guitar-nylon", "recorded:guitar-electric"), hands=0.4),
    "keys": Share(1.5, ("", "", "plugin:epiano"), hands=0.4),
    "strings": Share(1.5, ("", "", "recorded:violin"), hands=0.4),
    "pluck": Share(1.0, ("", "", "recorded:harp"), hands=0.4),
    "organ": Share(0.7, hands=0.4),
    "pad": Share(0.5, hands=0.2),
    "wind": Share(1.0, ("", "recorded:clarinet", "recorded:flute")),
    "brass": Share(0.8, ("", "recorded:trumpet", "recorded:trombone")),
    "bass": Share(0.8, ("", "recorded:bass-electric", "recorded:contrabass")),
    "voice": Share(0.5),
    "lead": Share(0.5),
}
EXPRESSIVE = Supplement(960_000, 1_200, PLAYERS, expressive=True)
"""As players play: softer than any sequencer, and what accompanies softer than the tune."""
EXPRESSIVE_VALIDATION = Supplement(
    980_000,
    40,
    {name: replace(share, sounds=()) for name, share in PLAYERS.items()},
    split="validation",
    expressive=True,
)
"""The same on the validation's sounds."""
EXPRESSIVE_TEST = Supplement(
    990_000,
    120,
    {
        name: Share(1.0, ("",) * len(some.sounds) + some.sounds, hands=PLAYERS[name].hands)
        for name, some in PATCHES_TEST.families.items()
    },
    split="expressive",
    banks=("sf_GMbank",),
    expressive=True,
)
"""A test: the same on the sounds of the tests, csound's bank and freepats' by turns."""

OVER_ROOTS = {
    family: Share(weight, grounded=1.0)
    for family, weight in (("piano", 2.0), ("keys", 2.0), ("pad", 2.0), ("guitar", 1.0), ("pluck", 1.0))
}
GROUNDED = Supplement(1_000_000, 700, OVER_ROOTS | {"organ": Share(4.0, STOPS, grounded=1.0)})
"""Chords over their root: an octave that is played, beside organs whose stops sound one that isn't. So a
third of it is organs."""
GROUNDED_VALIDATION = Supplement(1_020_000, 20, OVER_ROOTS, split="validation")
"""The same, for what is learned on validation stems."""

SUPPLEMENTS = (
    HARD,
    ORGANS,
    SYNTHESIZERS,
    RECORDED,
    RECORDED_TEST,
    MORE_BANKS,
    ROCK_ORGANS,
    SINGERS,
    SUNG_TEST,
    SUNG_VALIDATION,
    PATCHES_TEST,
    LOW_BASSES,
    LOW_VALIDATION,
    EXPRESSIVE,
    EXPRESSIVE_VALIDATION,
    EXPRESSIVE_TEST,
    GROUNDED,
    GROUNDED_VALIDATION,
)


def supplement_of(number: int) -> Supplement | None:
    """The one that the stem belongs to; None for the general ones."""
    return next((some for some in reversed(SUPPLEMENTS) if number >= some.first), None)
