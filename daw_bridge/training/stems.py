"""Makes stems: `NUMBER.flac`, 20 s in one channel at 22,050 Hz, and `NUMBER.json` with its notes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from daw_bridge.core.notes import Note
from daw_bridge.training import effects, songs
from daw_bridge.training.hands import expressive
from daw_bridge.training.lines import Setting
from daw_bridge.training.performance import Performance, played
from daw_bridge.training.recipe import (
    FAMILIES,
    LENGTH_S,
    LINES,
    LOW_PATCHES,
    ONE_VOICE_LINES,
    ONE_VOICE_PLAYERS,
    Plan,
)
from daw_bridge.training.songs import Voice
from daw_bridge.training.supplements import supplement_of
from daw_bridge.transcribe.bridge.features import RATE_HZ

ATTEMPTS = 8
FEWEST_NOTES = 4
UNBENT_PLAYERS = ("dx7", "plugin", "recorded", "pipes", "singer")
UNBENT_FAMILIES = ("piano", "organ", "keys")
QUIETEST_PEAK = 1e-3
"""What plays more softly than this (of full scale) is not used: a patch that makes no sound."""


@dataclass(frozen=True)
class Stem:
    """What is known of a stem on disk."""

    number: int
    split: str
    family: str
    sound: str
    line: str
    notes: tuple[Note, ...]

    @property
    def name(self) -> str:
        """Of its files."""
        return f"{self.number:05d}"


def make(plan: Plan, voices: Sequence[Voice], folder: Path) -> bool:
    """Write the stem unless it is there; False if it was. The label file is written last.

    Raises RuntimeError when no attempt makes a sound.
    """
    label = folder / f"{plan.number:05d}.json"
    if label.exists():
        return False
    for attempt in range(ATTEMPTS):
        rng = plan.rng(attempt)
        performance, song = perform(rng, plan, voices)
        if len(performance.notes) < FEWEST_NOTES:
            continue
        sound = play(rng, performance, plan.sound)
        if not np.isfinite(sound).all() or np.abs(sound).max() < QUIETEST_PEAK:
            continue
        sound = effects.finished(rng, effects.processed(rng, sound), RATE_HZ)
        write_flac(folder / f"{plan.number:05d}.flac", sound)
        rows = [[round(n.onset_s, 5), n.pitch, round(n.offset_s, 5), n.velocity] for n in performance.notes]
        text = json.dumps({**asdict(plan), "song": song, "notes": rows})
        partial = label.with_suffix(".partial")
        partial.write_text(text)
        partial.rename(label)
        return True
    raise RuntimeError(f"stem {plan.number} ({plan.sound}) makes no sound")


def perform(rng: np.random.Generator, plan: Plan, voices: Sequence[Voice]) -> tuple[Performance, str]:
    """What is played, and the song it is from ("" for lines by rule)."""
    lowest_key, highest_key = _range(plan)
    from daw_bridge.training.players import singer

    one_voice = plan.line in ONE_VOICE_LINES or plan.sound.startswith(ONE_VOICE_PLAYERS)
    if plan.line == "song":
        mine = [voice for voice in voices if songs.song_split(voice.song) == _songs(plan.split)]
        wanted = [v for v in mine if one_voice <= (not v.chordal)] if one_voice else mine
        single = plan.family in ("bass", "brass", "wind", "lead", "voice") and rng.random() < 0.75
        wanted = [v for v in wanted if not v.chordal] if single else wanted
        voice = wanted[int(rng.integers(len(wanted)))]
        notes = _fitted(rng, songs.excerpt(voice, rng, LENGTH_S), lowest_key, highest_key)
        one_voice, song = one_voice or not voice.chordal, voice.song
    else:
        lowest = max(min(lowest_key + int(rng.integers(0, 13)), highest_key - 24), lowest_key)
        setting = Setting.draw(rng, lowest, highest_key, LENGTH_S)
        notes, song = LINES[plan.line](rng, setting), ""
    if plan.doubled:
        doubles = (replace(note, pitch=note.pitch + plan.doubled) for note in notes)
        notes = [*notes, *(note for note in doubles if lowest_key <= note.pitch <= highest_key)]
        one_voice = False
    may_bend = not plan.sound.startswith(UNBENT_PLAYERS) and plan.family not in UNBENT_FAMILIES
    performance = played(rng, notes, LENGTH_S, one_voice=one_voice, may_bend=may_bend)
    supplement = supplement_of(plan.number)
    if supplement and supplement.expressive:
        performance = replace(performance, notes=expressive(rng, performance.notes))
    if plan.sound.startswith("singer:"):
        performance = singer.articulated(rng, performance)
    return performance, song


def _range(plan: Plan) -> tuple[int, int]:
    """The lowest and the highest key that suit what plays."""
    from daw_bridge.training.players.recorded import RANGES

    family, supplement = FAMILIES[plan.family], supplement_of(plan.number)
    kind, _, name = plan.sound.partition(":")
    if supplement and supplement.keys:
        return supplement.keys
    return RANGES[name] if kind == "recorded" else (family.lowest, family.highest)


def _songs(split: str) -> str:
    """The split whose songs are played: those of the test in all tests."""
    return split if split in ("train", "validation") else "test"


def play(rng: np.random.Generator, performance: Performance, sound: str) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz."""
    from daw_bridge.training.players import (
        dx7,
        faust,
        partials,
        patches,
        pipes,
        plugins,
        recorded,
        singer,
        soundfonts,
        stops,
    )

    kind, *names = sound.split(":")
    if kind == "sf2":
        performance = performance.transposed(LOW_PATCHES.get((names[0], int(names[1])), 0))
        return soundfonts.play(rng, performance, names[0], int(names[1]), LENGTH_S)
    if kind == "faust":
        return faust.play(rng, performance, names[0], LENGTH_S)
    if kind == "dx7":
        return dx7.play(rng, performance, int(names[0]), names[1], LENGTH_S)
    if kind == "stops":
        return stops.play(rng, performance, names[0], LENGTH_S)
    if kind == "plugin":
        return plugins.play(rng, performance, names[0], LENGTH_S)
    if kind == "recorded":
        return recorded.play(rng, performance, names[0], LENGTH_S)
    if kind == "patch":
        return patches.play(rng, performance, int(names[0]), LENGTH_S)
    if kind == "pipes":
        return pipes.play(rng, performance, LENGTH_S)
    if kind == "singer":
        return singer.play(rng, performance, names[0], LENGTH_S)
    return partials.play(rng, performance, names[0], LENGTH_S)


def load(folder: Path, split: str) -> list[Stem]:
    """The stems of a split that are on disk, in order."""
    return [stem for stem in _stems(folder) if stem.split == split]


def _stems(folder: Path) -> Iterator[Stem]:
    for path in sorted(folder.glob("*.json")):
        data: dict[str, Any] = json.loads(path.read_text())
        notes = tuple(Note(on, pitch, off, velocity) for on, pitch, off, velocity in data["notes"])
        yield Stem(data["number"], data["split"], data["family"], data["sound"], data["line"], notes)


def write_flac(path: Path, sound: npt.NDArray[np.float32]) -> None:
    """One channel at 22,050 Hz, 16 bits."""
    from pedalboard.io import AudioFile

    with AudioFile(str(path), "w", RATE_HZ, 1, bit_depth=16) as file:
        file.write(sound[None])


def read_flac(path: Path) -> npt.NDArray[np.float32]:
    """The samples of one channel."""
    from pedalboard.io import AudioFile

    with AudioFile(str(path)) as file:
        samples: npt.NDArray[np.float32] = file.read(file.frames)[0]
    return samples


def _fitted(rng: np.random.Generator, notes: Sequence[Note], lowest: int, highest: int) -> list[Note]:
    """Moved to another key and by octaves into the range, each note that still sticks out by itself."""
    if not notes:
        return []
    middle = float(np.median([note.pitch for note in notes]))
    shift = int(rng.integers(-5, 7))
    wanted = rng.uniform(lowest + 0.3 * (highest - lowest), lowest + 0.65 * (highest - lowest))
    shift += 12 * round((wanted - middle - shift) / 12)

    def folded(pitch: int) -> int:
        while pitch < lowest:
            pitch += 12
        while pitch > highest:
            pitch -= 12
        return pitch

    return [Note(n.onset_s, folded(n.pitch + shift), n.offset_s, n.velocity) for n in notes]
