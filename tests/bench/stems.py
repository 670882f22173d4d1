"""The development test set: stems whose notes are known, made from Debian's packages and our own parts.

    python -m tests.bench.stems [SET] [--per-family 10]    makes it, and says what is in it

They follow the training's recipe (`daw_bridge.training.recipe`; docs/training.md): neither the songs nor the
sounds of the set `test` are in the training or in `tune`, which is the training's validation split, on which
thresholds may be chosen. `patches` is of another maker's bank, `recorded` of five recorded instruments,
`sung` of a singer, which are in neither; `expressive` is as soft and as loud as players are, on the sounds of
`test` and `patches`. Only what Debian doesn't have is left out: songs of POP909 and DX7 patches.

Needs Debian's openttd-openmsx, fluidsynth with csound-soundfont (`test`) or timgm6mb-soundfont (`tune`), and
timidity with freepats (`patches`), `expressive` both; `recorded` needs npm's samples, `sung` flite and
pyworld (docs/training.md).
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import daw_bridge
from daw_bridge.training import recipe, songs
from daw_bridge.training import stems as training_stems
from daw_bridge.training.supplements import EXPRESSIVE_TEST, PATCHES_TEST, RECORDED_TEST, SUNG_TEST
from daw_bridge.transcribe.bridge.features import RATE_HZ
from tests.bench import workers

SUPPLEMENTS = {
    "patches": PATCHES_TEST,
    "recorded": RECORDED_TEST,
    "sung": SUNG_TEST,
    "expressive": EXPRESSIVE_TEST,
}
"""Our name of a set -> what it is made of, where that isn't the general stems."""
SPLITS = {"test": "test", "tune": "validation"} | {name: some.split for name, some in SUPPLEMENTS.items()}
"""Our name of a set -> the recipe's split."""

RECORDINGS = "recordings"
"""The set that is not made (recordings.py)."""

PER_FAMILY = 10
SONGS = Path("/usr/share/games/openttd/baseset/openmsx")
FOLDER = workers.CACHE / "stems"
SOURCES = (
    *(
        f"training/{module}.py"
        for module in ("recipe", "supplements", "lines", "hands", "performance", "songs", "stems", "effects")
    ),
    "training/players/*.py",
    "host/faust/*",
)
"""Every file of the package that has a part in how a stem sounds."""

OVERLAP_S = 0.05
"""Notes that overlap for longer than this are two voices; shorter is legato."""

Row = list[float]
"""Onset in seconds, MIDI key, offset in seconds, velocity; an engine's rows have a confidence as well."""


@dataclass(frozen=True)
class Stem:
    """One stem on disk: 20 s in one channel at 22,050 Hz."""

    audio: Path
    family: str
    line: str
    sound: str
    notes: tuple[Row, ...]

    @property
    def name(self) -> str:
        """Its number in the recipe."""
        return self.audio.stem

    @property
    def one_voice(self) -> bool:
        """Whether never more than one note is held."""
        by_onset = sorted(self.notes)
        return all(after[0] > before[2] - OVERLAP_S for before, after in itertools.pairwise(by_onset))

    def digest(self) -> str:
        """Of what is heard: engines' answers are kept under it."""
        return hashlib.sha256(self.audio.read_bytes()).hexdigest()[:16]


def plans(name: str, per_family: int, families: Iterable[str] = recipe.FAMILIES) -> Iterator[recipe.Plan]:
    """The recipe's first stems of each family in the set `name` that Debian has all parts of."""
    supplement = SUPPLEMENTS.get(name)
    there = supplement.families if supplement else recipe.FAMILIES
    wanted = {family: per_family for family in families if family in there}
    for number in itertools.count(supplement.first if supplement else 0):
        if not any(wanted.values()):
            return
        if recipe.split_of(number) != SPLITS[name]:
            continue
        plan = recipe.plan(number)
        if wanted.get(plan.family) and not plan.sound.startswith("dx7:"):
            wanted[plan.family] -= 1
            yield plan


def test_set(
    name: str = "test", per_family: int = PER_FAMILY, families: Iterable[str] = recipe.FAMILIES
) -> list[Stem]:
    """The set, made where it isn't there yet, by family. Raises FileNotFoundError without Debian's parts."""
    folder = FOLDER / name
    _clear_unless_made_by(folder, _recipe_digest())
    chosen, voices = list(plans(name, per_family, families)), None
    for count, plan in enumerate(chosen, start=1):
        if not (folder / f"{plan.number:05d}.json").exists():
            voices = voices or songs.load_voices([SONGS])
            training_stems.make(plan, voices, folder)
        print(f"\rstem {count} of {len(chosen)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    order = list(recipe.FAMILIES)
    return sorted((_read(folder, plan) for plan in chosen), key=lambda s: (order.index(s.family), s.name))


def test_sets(
    names: Iterable[str], per_family: int = PER_FAMILY, families: Iterable[str] = recipe.FAMILIES
) -> list[Stem]:
    """Several sets as one: so many stems a family of each, and recordings as they are."""
    from tests.bench.recordings import recordings

    wanted, order = list(families), list(recipe.FAMILIES)
    some = [
        stem
        for name in names
        for stem in (recordings() if name == RECORDINGS else test_set(name, per_family, wanted))
    ]
    return sorted(some, key=lambda stem: order.index(stem.family))


def bled(some: Sequence[Stem], level_db: float) -> list[Stem]:
    """The same stems with another of them in each, so much louder (below 0: softer), as in separated ones."""
    folder = FOLDER / f"bled{level_db:+.0f}"
    folder.mkdir(parents=True, exist_ok=True)
    others = [*some[len(some) // 2 :], *some[: len(some) // 2]]  # of another family
    return [_bled(stem, other, level_db, folder) for stem, other in zip(some, others, strict=True)]


def _bled(stem: Stem, other: Stem, level_db: float, folder: Path) -> Stem:
    own, beside = (training_stems.read_flac(one.audio).astype(np.float64) for one in (stem, other))
    gain = 10 ** (level_db / 20) * np.sqrt(np.square(own).mean() / np.square(beside).mean())
    mixed = own + gain * beside[: len(own)]
    audio = folder / stem.audio.name
    training_stems.write_flac(audio, np.asarray(mixed / max(np.abs(mixed).max(), 1.0), np.float32))
    return replace(stem, audio=audio)


def softer(some: Sequence[Stem], level_db: float) -> list[Stem]:
    """The same stems by so much louder (below 0: softer), in 16 bits as before."""
    folder = FOLDER / f"level{level_db:+.0f}"
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for stem in some:
        audio = folder / stem.audio.name
        sound = training_stems.read_flac(stem.audio) * np.float32(10 ** (level_db / 20))
        training_stems.write_flac(audio, np.clip(sound, -1.0, 1.0))
        made.append(replace(stem, audio=audio))
    return made


def detuned(some: Sequence[Stem], cents: float) -> list[Stem]:
    """The same stems on a record that runs faster (below 0: slower), by so many cents."""
    from pedalboard.io import StreamResampler

    folder, faster = FOLDER / f"detuned{cents:+.0f}", 2 ** (cents / 1200)
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for stem in some:
        audio, resampler = folder / stem.audio.name, StreamResampler(RATE_HZ * faster, RATE_HZ, 1)
        sound = training_stems.read_flac(stem.audio)[None]
        played = np.concatenate([resampler.process(sound), resampler.process(None)], axis=1)[0]
        training_stems.write_flac(audio, np.clip(played, -1.0, 1.0))
        notes = tuple([on / faster, key, off / faster, velocity] for on, key, off, velocity in stem.notes)
        made.append(replace(stem, audio=audio, notes=notes))
    return made


def set_digest(stems: Sequence[Stem]) -> str:
    """Says in a table which stems it is about: the same stems, the same eight digits."""
    return hashlib.sha256("".join(stem.digest() for stem in stems).encode()).hexdigest()[:8]


def _read(folder: Path, plan: recipe.Plan) -> Stem:
    label: dict[str, Any] = json.loads((folder / f"{plan.number:05d}.json").read_text())
    # The recipe's rows are onset, key, offset, velocity, too.
    return Stem(folder / f"{plan.number:05d}.flac", plan.family, plan.line, plan.sound, tuple(label["notes"]))


def _recipe_digest() -> str:
    package = Path(daw_bridge.__file__).parent
    files = sorted(path for pattern in SOURCES for path in package.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _clear_unless_made_by(folder: Path, digest: str) -> None:
    """Stems of another recipe go."""
    made_by = folder / "made-by.txt"
    if not made_by.is_file() or made_by.read_text() != digest:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        made_by.write_text(digest)


def main() -> None:
    """Make the set; print a row a stem."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", nargs="?", choices=SPLITS, default="test")
    parser.add_argument("--per-family", type=int, default=PER_FAMILY)
    options = parser.parse_args()
    for stem in test_set(options.name, options.per_family):
        voices = "one voice" if stem.one_voice else "chords"
        print(stem.audio, stem.family, stem.line, stem.sound, len(stem.notes), voices)


if __name__ == "__main__":
    main()
