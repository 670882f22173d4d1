"""`drums`: renders drum kits, teaches the drum network, and scores it on a kit it never heard.

Clip *n* is always the same. Of twenty clips fourteen are for training, three for validation, three for
the test; SoundFonts and songs are on one side each, as in `recipe.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note
from daw_bridge.training import effects, grooves, stems
from daw_bridge.training.perceptron import learn
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import drum_machine, soundfonts
from daw_bridge.training.recipe import BANKS, LENGTH_S
from daw_bridge.training.scoring import Score, score
from daw_bridge.training.songs import song_split
from daw_bridge.transcribe import drums
from daw_bridge.transcribe.perceptron import Floats, Perceptron, sigmoid

SEED = 909
NEAR_S = 0.03
"""A hit that was found this near to a true one is that one."""
KEY_OF = {key: piece.key for piece in drums.PIECES for key in (piece.key, *piece.also)}


@dataclass(frozen=True)
class DrumClip:
    """A rendered clip: its sound at 22,050 Hz and its hits in the pieces' keys."""

    number: int
    split: str
    kit: str
    clip: AudioClip
    notes: tuple[Note, ...]


def split_of(number: int) -> str:
    """Which part of the data a clip is for."""
    at = number % 20
    return "validation" if at in (3, 10, 17) else "test" if at in (6, 13, 19) else "train"


def make_clips(folder: Path, song_folders: Sequence[Path], numbers: Iterable[int]) -> None:
    """Write `NUMBER.flac` and `NUMBER.json` unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    tracks = grooves.drum_tracks(song_folders)
    for number in numbers:
        label = folder / f"{number:05d}.json"
        if label.exists():
            continue
        rng, split = np.random.default_rng([SEED, number]), split_of(number)
        mine = [hits for song, hits in tracks if song_split(song) == split]
        if mine and rng.random() < 0.35:
            notes = grooves.excerpt(rng, mine[int(rng.integers(len(mine)))], LENGTH_S)
        else:
            notes = grooves.groove(rng, LENGTH_S)
        stretch = float(np.exp(rng.uniform(-0.22, 0.22))) if split == "train" else 1.0
        if split == "train" and rng.random() < 0.45:
            kit = "machine"
            notes = [note for note in notes if note.pitch in KEY_OF]
            sound = drum_machine.play(rng, notes, LENGTH_S)
        else:
            bank = str(rng.choice(BANKS[split]))
            program = int(rng.choice(grooves.KITS[bank]))
            kit = f"{bank}:{program}"
            sound = soundfonts.play(rng, slowed(notes, stretch), bank, program, LENGTH_S * stretch, channel=9)
            sound = drum_machine.resampled(sound, 1 / stretch)
        sound = effects.finished(rng, effects.processed(rng, sound), drums.RATE_HZ)
        stems.write_flac(folder / f"{number:05d}.flac", sound)
        rows = [[round(n.onset_s, 5), n.pitch, n.velocity] for n in notes]
        label.write_text(json.dumps({"split": split, "kit": kit, "notes": rows}))


def slowed(notes: Sequence[Note], times: float) -> Performance:
    """Played so many times as slowly: what is heard, sped up again, is another kit on the same beats."""
    return Performance(tuple(Note(n.onset_s * times, n.pitch, n.offset_s * times, n.velocity) for n in notes))


def load_clips(folder: Path, split: str) -> list[DrumClip]:
    """The clips of a split that are on disk; keys that are no piece of the kit are left out of the truth."""
    clips = []
    for label in sorted(folder.glob("*.json")):
        data = json.loads(label.read_text())
        if data["split"] != split:
            continue
        notes = [
            Note(at, KEY_OF[key], at + grooves.HIT_S, velocity)
            for at, key, velocity in data["notes"]
            if key in KEY_OF
        ]
        clip = AudioClip(stems.read_flac(label.with_suffix(".flac"))[None], drums.RATE_HZ)
        kept = tuple(grooves.once_each(notes))
        clips.append(DrumClip(int(label.stem), split, data["kit"], clip, kept))
    return clips


def examples(clips: Iterable[DrumClip], *, colours: int = 0) -> tuple[Floats, Floats]:
    """Features [hits, inputs] and which pieces are in each hit [hits, pieces].

    `colours`: so many copies more, each clip through another equaliser.
    """
    rng = np.random.default_rng(SEED)
    inputs, targets = [], []
    for known in clips:
        onsets = drums.find_hits(known.clip.samples[0])
        if not len(onsets):
            continue
        bands = drums.band_levels_db(known.clip.samples[0], onsets)
        wanted = pieces_of(known.notes, onsets / drums.RATE_HZ)
        for copy in range(colours + 1):
            inputs.append(drums.hit_features(bands + equaliser_db(rng) * (copy > 0)))
            targets.append(wanted)
    return np.concatenate(inputs), np.concatenate(targets)


def equaliser_db(rng: np.random.Generator) -> Floats:
    """A smooth random change of each band's level."""
    points = rng.normal(0.0, 5.0, 7)
    return np.interp(np.linspace(0, 6, drums.BANDS), np.arange(7), points).astype(np.float32)


def pieces_of(notes: Sequence[Note], at_s: np.ndarray) -> Floats:
    """Which pieces are in each of the hits that were found [hits, pieces]: the nearest takes the note."""
    wanted = np.zeros((len(at_s), len(drums.PIECES)), np.float32)
    row_of = {piece.key: row for row, piece in enumerate(drums.PIECES)}
    for note in notes:
        nearest = int(np.argmin(np.abs(at_s - note.onset_s)))
        if abs(at_s[nearest] - note.onset_s) <= NEAR_S:
            wanted[nearest, row_of[note.pitch]] = 1.0
    return wanted


def teach(clips: Sequence[DrumClip], others: Sequence[DrumClip]) -> Perceptron:
    """The network that fits `clips`, with thresholds at which the F1 of each piece is best on `others`."""
    inputs, targets = examples(clips, colours=3)
    network = learn(inputs, targets, units=64, exclusive=False, passes=16, batch=512, noise=0.3)
    inputs, targets = examples(others)
    sure, levels = sigmoid(network(inputs)), np.arange(0.15, 0.86, 0.05, dtype=np.float32)
    found = sure[:, :, None] >= levels
    right = (found & (targets[:, :, None] > 0.5)).sum(axis=0)
    f1 = 2 * right / (found.sum(axis=0) + targets.sum(axis=0)[:, None] + 1e-9)
    return replace(network, thresholds=levels[f1.argmax(axis=1)])


def scores(clips: Sequence[DrumClip], network: Perceptron) -> dict[str, Score]:
    """The network's, by piece, with onsets within 50 ms."""
    total = {piece.name: Score() for piece in drums.PIECES}
    for known in clips:
        found = drums.transcribe_drums(known.clip, network).notes
        for piece in drums.PIECES:
            total[piece.name] += score(
                [n for n in known.notes if n.pitch == piece.key], [n for n in found if n.pitch == piece.key]
            )
    return total


def table(by_piece: dict[str, Score]) -> str:
    """For the docs."""
    rows = ["| piece | hits | precision | recall | onset F1 |", "|---|---|---|---|---|"]
    for name, its in [*by_piece.items(), ("**all**", sum(by_piece.values(), Score()))]:
        precision, recall = its.right / max(its.found, 1), its.right / max(its.true, 1)
        rows.append(f"| {name} | {its.true} | {precision:.2f} | {recall:.2f} | {its.f1:.2f} |")
    return "\n".join(rows)
