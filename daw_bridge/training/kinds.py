"""`kinds`: teaches what judges a clip's kind, from stems, drum clips and mixes of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note
from daw_bridge.training import drums, stems
from daw_bridge.training.perceptron import learn
from daw_bridge.training.stems import Stem
from daw_bridge.transcribe.drums import RATE_HZ
from daw_bridge.transcribe.kind import KINDS
from daw_bridge.transcribe.perceptron import Floats, Perceptron, softmax
from daw_bridge.transcribe.timbre import timbre

SEED = 5
ONE_VOICE_SHARE = 0.03
"""Of the time that a one-voice part sounds, two notes sound together for this share at most."""
BASS_HIGHEST, BASS_MEDIAN = 67, 50
PRECISION, MOST_FALSE = 0.93, 0.005
SUREST = ("drums", "mix")
"""What is said of the wrong clip costs most here: it must be three quarters sure at least."""
LOOP_S = (1.5, 6.0)


@dataclass(frozen=True, eq=False)
class Example:
    """A clip's figures, its kind and where it is from."""

    figures: Floats
    kind: str
    family: str


def kind_of(stem: Stem) -> str:
    """What the judge should say of a stem."""
    if overlap(stem.notes) > ONE_VOICE_SHARE:
        return "chords"
    pitches = [note.pitch for note in stem.notes]
    is_bass = max(pitches) <= BASS_HIGHEST and float(np.median(pitches)) < BASS_MEDIAN
    return "bass" if is_bass else "lead"


def overlap(notes: Sequence[Note]) -> float:
    """In which share of the time that is not silent two notes or more sound."""
    moves = sorted([(n.onset_s, 1) for n in notes] + [(n.offset_s, -1) for n in notes])
    sounding = several = last_s = 0.0
    count = 0
    for at_s, step in moves:
        sounding += (count >= 1) * (at_s - last_s)
        several += (count >= 2) * (at_s - last_s)
        count, last_s = count + step, at_s
    return several / max(sounding, 1e-9)


def examples(folder: Path, split: str, *, most: int, mixes: int) -> Iterator[Example]:
    """Stems, drum clips and mixes of a split, from the work folder."""
    some = stems.load(folder / "stems", split)[:most]
    for stem in some:
        yield from _example(_sound(folder, stem), kind_of(stem), stem.family)
    beats = drums.load_clips(folder / "drums", split)
    for clip in beats:
        yield from _example(clip.clip.samples[0], "drums", "drums")
    rng = np.random.default_rng([SEED, len(split)])
    for _ in range(mixes):
        beat = beats[int(rng.integers(len(beats)))] if rng.random() < 0.75 else None
        yield from _example(mixed(rng, folder, some, beat), "mix", "mix")


def mixed(
    rng: np.random.Generator, folder: Path, some: Sequence[Stem], beat: drums.DrumClip | None
) -> Floats:
    """A bass, two to four other stems of several voices or one, and drums: each at its own level."""
    basses = [stem for stem in some if kind_of(stem) == "bass"]
    others = [stem for stem in some if kind_of(stem) != "bass"]
    wanted = [basses[int(rng.integers(len(basses)))]]
    wanted += [others[int(row)] for row in rng.integers(0, len(others), int(rng.integers(2, 5)))]
    tracks = [_sound(folder, stem) for stem in wanted]
    if beat is not None:
        tracks.append(beat.clip.samples[0])
    length = min(len(track) for track in tracks)
    total = np.zeros(length)
    for track in tracks:
        level = np.sqrt(np.mean(np.square(track, dtype=np.float64))) + 1e-6
        total += track[:length] / level * 10 ** (rng.normal(0, 3) / 20)
    return np.asarray(total / np.abs(total).max() * 0.9, np.float32)


def teach(some: Sequence[Example], others: Sequence[Example]) -> Perceptron:
    """The network that fits `some`, with thresholds from `others`: at them a kind that is said is right
    `PRECISION` of the time, and few single stems are taken for mixes."""
    wanted = np.eye(len(KINDS), dtype=np.float32)[_rows(some)]
    softer = 0.97 * wanted + 0.03 / len(KINDS)
    figures = np.stack([one.figures for one in some])
    network = learn(figures, softer, units=48, exclusive=True, passes=40, batch=64, noise=0.6, decay=0.5)
    sure, truth = softmax(network(np.stack([one.figures for one in others]))), np.array(_rows(others))
    said = sure.argmax(axis=1)
    thresholds = []
    for row, kind in enumerate(KINDS):
        for level in np.arange(0.75 if kind in SUREST else 0.5, 0.96, 0.05):
            taken = (said == row) & (sure[:, row] >= level)
            wrong = int((taken & (truth != row)).sum())
            singles = int((truth != KINDS.index("mix")).sum())
            if wrong <= (MOST_FALSE * singles if kind == "mix" else (1 - PRECISION) * taken.sum()):
                break
        thresholds.append(level)
    return replace(network, thresholds=np.array(thresholds, np.float32))


def table(network: Perceptron, some: Sequence[Example]) -> str:
    """Which kinds were likeliest by family; then of each kind how often it was said surely enough to
    count, and how often rightly."""
    sure = softmax(network(np.stack([one.figures for one in some])))
    said = sure.argmax(axis=1)
    rows = ["| family | clips | right | " + " | ".join(KINDS) + " |", "|" + "---|" * (len(KINDS) + 3)]
    for family in sorted({one.family for one in some}):
        mine = [row for row, one in enumerate(some) if one.family == family]
        right = np.mean([KINDS[said[row]] == some[row].kind for row in mine])
        counts = [sum(KINDS[said[row]] == kind for row in mine) for kind in KINDS]
        rows.append(f"| {family} | {len(mine)} | {right:.2f} | " + " | ".join(map(str, counts)) + " |")
    rows += ["", "| kind | clips | said | right | recall |", "|---|---|---|---|---|"]
    truth = np.array(_rows(some))
    for row, kind in enumerate(KINDS):
        taken = (said == row) & (sure[:, row] >= network.thresholds[row])
        hits, clips = int((taken & (truth == row)).sum()), int((truth == row).sum())
        rows.append(f"| {kind} | {clips} | {taken.sum()} | {hits} | {hits / max(clips, 1):.2f} |")
    return "\n".join(rows)


def _rows(some: Sequence[Example]) -> list[int]:
    return [KINDS.index(one.kind) for one in some]


def _sound(folder: Path, stem: Stem) -> Floats:
    return stems.read_flac(folder / "stems" / f"{stem.name}.flac")


def _example(sound: Floats, kind: str, family: str) -> Iterator[Example]:
    """The whole clip, and a loop out of it: people bounce those too."""
    rng = np.random.default_rng([SEED, len(sound), int(1e6 * float(np.abs(sound).mean()))])
    length = int(rng.uniform(*LOOP_S) * RATE_HZ)
    start = int(rng.integers(0, max(len(sound) - length, 1)))
    for some in (sound, sound[start : start + length]):
        figures = timbre(AudioClip(np.asarray(some, np.float32)[None], RATE_HZ))
        if figures is not None:
            yield Example(figures, kind, family)
