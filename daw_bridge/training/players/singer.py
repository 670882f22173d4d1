"""Sung lines out of spoken words: their vowels held on the notes, their consonants before and after.

`flite` or Festival speaks the words, in voices that were made of recordings; WORLD takes them apart (Morise
et al., "WORLD: a vocoder-based high-quality speech synthesis system", 2016; package pyworld) and puts them
together again at the notes' pitches. A note begins where its vowel does, as singers and annotators of singing
have it, and ends where its voice does: consonants are sung between notes.
"""

from __future__ import annotations

import functools
import itertools
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from daw_bridge.core.notes import Note
from daw_bridge.training.performance import Performance
from daw_bridge.training.players import PLAY_RATE_HZ

WORDS = (
    "la", "na", "ma", "da", "doo", "ooh", "ah", "oh", "yeah", "hey", "no", "so", "you", "me", "we", "see",
    "love", "night", "day", "time", "go", "fly", "home", "light", "down", "heart", "soul", "rain", "say",
    "blue", "sha", "bop", "ting", "dream", "stay", "fall", "who", "sun", "cry", "way",
)  # fmt: skip
FESTIVAL_VOICES = ("ked",)
"""All others are flite's."""
RATE_HZ = 16_000
STEP_S = 0.005
LONGEST_CONSONANT_S = 0.14
VOWEL_ABOVE = 0.3
"""Of the word's greatest power: what is voiced and louder is its vowel."""
VOICE_ABOVE = 0.03
"""Until it is softer than this, a voice goes on after its vowel."""
EDGE_STEPS = 8
"""So much of a vowel's beginning and end is not stretched."""
TIED_S = 0.02
"""Notes closer than this share a syllable, and glide."""
BETWEEN_S = (0.03, 0.12)
"""What consonants between two notes take of the first."""

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Word:
    """WORLD's frames: spectra and aperiodicities [frames, lines], which are voiced, where the vowel is with
    the voice after it, and for how many of those frames it dies away."""

    spectra: Doubles
    aperiodicities: Doubles
    voiced: npt.NDArray[np.bool_]
    vowel: slice
    decay: int


def articulated(rng: np.random.Generator, performance: Performance) -> Performance:
    """Notes that touch, some time apart for the consonants between them, unless they share a syllable."""
    melisma = float(rng.choice([0.0, 0.3]))
    notes = [
        note if rng.random() < melisma else _before(note, after, float(rng.uniform(*BETWEEN_S)))
        for note, after in itertools.pairwise(performance.notes)
    ]
    return Performance((*notes, *performance.notes[-1:]), performance.bends)


def _before(note: Note, after: Note, between_s: float) -> Note:
    latest_s = after.onset_s - min(between_s, 0.4 * (after.onset_s - note.onset_s))
    return replace(note, offset_s=min(note.offset_s, latest_s))


def play(
    rng: np.random.Generator, performance: Performance, voice: str, length_s: float
) -> npt.NDArray[np.float32]:
    """One channel at 44,100 Hz, whose bends are the singer's own. Raises FileNotFoundError without flite (or
    Festival)."""
    import pyworld
    from pedalboard.io import StreamResampler

    notes = performance.notes
    spoken = [_word(voice, str(word)) for word in rng.choice(WORDS, 8)]
    larger = float(rng.uniform(0.85, 1.2))
    steps = round(length_s / STEP_S)
    lines = spoken[0].spectra.shape[1]
    spectra, aperiodicities = np.full((steps, lines), 1e-12), np.ones((steps, lines))
    voiced = np.zeros(steps, bool)
    word, span_db = spoken[0], float(rng.uniform(6.0, 20.0))
    for number, note in enumerate(notes):
        room_s = note.onset_s - notes[number - 1].offset_s if number else LONGEST_CONSONANT_S
        tied = room_s < TIED_S
        word = word if tied else spoken[int(rng.integers(len(spoken)))]
        frames, first = _frames(word, note, room_s=0.0 if tied else room_s)
        power = 10 ** (span_db * (note.velocity / 127 - 1) / 10)
        at = np.arange(first, first + len(frames))
        inside = (at >= 0) & (at < steps)
        at, frames = at[inside], frames[inside]
        spectra[at] = power * _warped(word.spectra[frames], larger)
        aperiodicities[at], voiced[at] = word.aperiodicities[frames], word.voiced[frames]
    pitch = _pitch(rng, notes, steps)
    hz = np.where(voiced, 440.0 * 2.0 ** ((pitch - 69) / 12), 0.0)
    sound = pyworld.synthesize(hz, spectra, aperiodicities, RATE_HZ, 1000 * STEP_S)
    resampler = StreamResampler(RATE_HZ, PLAY_RATE_HZ, 1)
    heard = np.concatenate([resampler.process(sound[None].astype(np.float32))[0], resampler.process(None)[0]])
    mono = np.zeros(round(length_s * PLAY_RATE_HZ), np.float32)
    mono[: len(heard)] = heard[: len(mono)]
    return np.asarray(0.5 * mono / max(float(np.abs(mono).max()), 1e-9), np.float32)


def _frames(word: Word, note: Note, *, room_s: float) -> tuple[npt.NDArray[np.intp], int]:
    """Which frames of the word sound one after the other, and at which step the first does.

    The consonant before fills the room since the note before, where that is short.
    """
    onset = round(note.onset_s / STEP_S)
    held = max(round(note.offset_s / STEP_S) - onset, 2)
    start, stop = word.vowel.start, word.vowel.stop
    longest = round(LONGEST_CONSONANT_S / STEP_S)
    natural = min(start, longest)
    consonant = round(room_s / STEP_S) if room_s < LONGEST_CONSONANT_S else natural
    before = np.linspace(start - natural, start, consonant if natural else 0, endpoint=False).astype(np.intp)
    vowel = start + _stretched(stop - start, held, word.decay)
    after = np.arange(stop, min(len(word.voiced), stop + longest))
    return np.concatenate([before, vowel, after]), onset - len(before)


def _stretched(natural: int, wanted: int, decay: int) -> npt.NDArray[np.intp]:
    """Frames of a vowel: the middle is held or shortened, its beginning and its end are not."""
    first = min(EDGE_STEPS, natural // 3, wanted // 3)
    last = min(EDGE_STEPS + decay, natural // 3, wanted // 3)
    middle = np.linspace(first, natural - 1 - last, wanted - first - last)
    ends = np.arange(first), np.arange(natural - last, natural)
    return np.concatenate([ends[0], np.round(middle).astype(np.intp), ends[1]])


def _pitch(rng: np.random.Generator, notes: tuple[Note, ...], steps: int) -> Doubles:
    """In MIDI keys: glides between notes that touch, scoops, vibrato on long ones, drift."""
    pitch, time_s = np.full(steps, float(notes[0].pitch)), np.arange(steps) * STEP_S
    glide_s, scooped = float(rng.uniform(0.02, 0.12)), float(rng.choice([0.0, 0.2, 0.5]))
    shaken, rate_hz, depth = rng.random(), rng.uniform(4.8, 6.8), rng.uniform(0.1, 0.7)
    for number, note in enumerate(notes):
        before = notes[number - 1] if number else None
        begins_s = max(note.onset_s - LONGEST_CONSONANT_S, before.offset_s if before else 0.0)
        length_s = note.onset_s - begins_s
        if length_s < TIED_S:
            begins_s, length_s = note.onset_s - 0.5 * glide_s, glide_s
        after = time_s >= begins_s
        pitch[after] += (note.pitch - pitch[after]) * np.clip((time_s[after] - begins_s) / length_s, 0.0, 1.0)
    curve = np.zeros(steps)
    for note in notes:
        inside = (time_s >= note.onset_s - 0.1) & (time_s < note.offset_s)
        age_s = time_s[inside] - note.onset_s
        if rng.random() < scooped:
            from_semitones, length_s = rng.uniform(-2.0, -0.4), rng.uniform(0.05, 0.12)
            curve[inside] += from_semitones * np.clip(1 - age_s / length_s, 0.0, 1.0)
        if note.duration_s > 0.35 and rng.random() < shaken:
            swell = np.clip((age_s - 0.2) / 0.3, 0.0, 1.0)
            curve[inside] += depth * swell * np.sin(2 * np.pi * rate_hz * np.maximum(age_s, 0.0))
    drift = rng.normal(0, 0.12, steps // 40 + 2)
    return np.asarray(pitch + curve + np.interp(np.arange(steps), np.arange(len(drift)) * 40, drift))


def _warped(spectra: Doubles, larger: float) -> Doubles:
    """The formants moved, as of a larger or a smaller singer."""
    lines = np.arange(spectra.shape[1])
    at = np.minimum(lines * larger, lines[-1])
    low = np.minimum(at.astype(np.intp), lines[-1] - 1)
    share = at - low
    return np.asarray(spectra[:, low] * (1 - share) + spectra[:, low + 1] * share)


@functools.cache
def _word(voice: str, word: str) -> Word:
    """Spoken and taken apart; as loud as all others."""
    import pyworld
    from pedalboard.io import AudioFile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "word.wav")
        command = ["flite", "-voice", voice, "-t", word, "-o", str(path)]
        if voice in FESTIVAL_VOICES:
            command = ["text2wave", "-eval", f"(voice_{voice}_diphone)", "-o", str(path)]
        subprocess.run(command, input=word.encode(), check=True, capture_output=True, timeout=30)
        with AudioFile(str(path)) as file:
            if round(file.samplerate) != RATE_HZ:
                raise ValueError(f"{voice} speaks at {file.samplerate} Hz")
            sound = file.read(file.frames)[0].astype(np.float64)
    hz, times_s = pyworld.harvest(sound, RATE_HZ, frame_period=1000 * STEP_S)
    spectra = pyworld.cheaptrick(sound, hz, times_s, RATE_HZ)
    aperiodicities = pyworld.d4c(sound, hz, times_s, RATE_HZ)
    power, voiced = spectra.sum(axis=1), hz > 0
    loud = voiced & (power > VOWEL_ABOVE * power[voiced].max())
    start = int(np.argmax(loud))
    vowel_stop = stop = len(loud) - int(np.argmax(loud[::-1]))
    while stop < len(voiced) and voiced[stop] and power[stop] > VOICE_ABOVE * power[voiced].max():
        stop += 1
    audible = np.flatnonzero(power > 1e-3 * power.max())
    kept = slice(int(audible[0]), int(audible[-1]) + 1)
    level = power[start:vowel_stop].mean()
    return Word(
        spectra[kept] / level,
        aperiodicities[kept],
        voiced[kept],
        slice(start - kept.start, stop - kept.start),
        stop - vowel_stop,
    )
