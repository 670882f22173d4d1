"""MIDI files -> the voices in them, as excerpts to be played on any instrument."""

from __future__ import annotations

import bisect
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from daw_bridge.core.notes import Note

DRUM_CHANNEL = 9
SUSTAIN = 64
FEWEST_NOTES = 24
"""Voices with fewer notes are left out."""


@dataclass(frozen=True)
class Voice:
    """What one track plays on one channel: notes in seconds, and how much of the time is chords."""

    song: str
    notes: tuple[Note, ...]
    polyphony: float

    @property
    def chordal(self) -> bool:
        """Whether it needs an instrument that can play several notes at once."""
        return self.polyphony > 0.02


def load_voices(sources: Iterable[Path]) -> list[Voice]:
    """Every voice of every MIDI file in the folders and zip files, drums left out, in order of name.

    Raises FileNotFoundError for a source that isn't there, ValueError when no file holds a voice.
    """
    voices = [voice for source in sources for name, data in _files(source) for voice in _voices(name, data)]
    if not voices:
        raise ValueError("no MIDI file with a voice of 24 notes or more in the given songs")
    return voices


def song_split(song: str) -> str:
    """Which of train, validation and test a song is for, by a hash of its name: 80, 10 and 10 %."""
    bucket = hashlib.sha1(song.encode()).digest()[0] % 10
    return {0: "validation", 1: "test"}.get(bucket, "train")


def excerpt(voice: Voice, generator: np.random.Generator, length_s: float) -> tuple[Note, ...]:
    """Some seconds of the voice that are not empty, from 0 s on; notes are cut at the end."""
    first = voice.notes[int(generator.integers(0, max(len(voice.notes) - FEWEST_NOTES // 2, 1)))]
    start_s = max(first.onset_s - 0.2, 0.0)
    return tuple(
        Note(note.onset_s - start_s, note.pitch, min(note.offset_s - start_s, length_s), note.velocity)
        for note in voice.notes
        if start_s <= note.onset_s < start_s + length_s - 0.1
    )


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every MIDI file, in order of name."""
    if source.suffix == ".zip":
        with zipfile.ZipFile(source) as archive:
            for name in sorted(archive.namelist()):
                if name.lower().endswith((".mid", ".midi")):
                    yield Path(name).name, archive.read(name)
    else:
        if not source.is_dir():
            raise FileNotFoundError(source)
        for path in sorted(source.rglob("*.mid*")):
            yield path.name, path.read_bytes()


def _voices(name: str, data: bytes) -> Iterator[Voice]:
    """The voices of one file."""
    song = mido.MidiFile(file=io.BytesIO(data), clip=True)
    clock = _Clock.of(song)
    for track in song.tracks:
        channels: dict[int, list[tuple[float, mido.Message]]] = {}
        now = 0
        for message in track:
            now += message.time
            if message.type in ("note_on", "note_off", "control_change"):
                channels.setdefault(message.channel, []).append((clock.time_s(now), message))
        for channel, timed in sorted(channels.items()):
            notes = tuple(sorted(_notes(timed)))
            if channel != DRUM_CHANNEL and len(notes) >= FEWEST_NOTES:
                yield Voice(name, notes, _polyphony(notes))


@dataclass(frozen=True)
class _Clock:
    """Ticks -> seconds, by the tempi of all tracks."""

    ticks: tuple[int, ...]
    seconds: tuple[float, ...]
    seconds_a_tick: tuple[float, ...]

    @classmethod
    def of(cls, song: mido.MidiFile) -> _Clock:
        tempi = {0: 500_000}
        for track in song.tracks:
            now = 0
            for message in track:
                now += message.time
                if message.type == "set_tempo":
                    tempi[now] = message.tempo
        ticks, seconds = sorted(tempi), [0.0]
        rates = [tempi[tick] / song.ticks_per_beat / 1e6 for tick in ticks]
        for row in range(1, len(ticks)):
            seconds.append(seconds[-1] + (ticks[row] - ticks[row - 1]) * rates[row - 1])
        return cls(tuple(ticks), tuple(seconds), tuple(rates))

    def time_s(self, tick: int) -> float:
        row = bisect.bisect_right(self.ticks, tick) - 1
        return self.seconds[row] + (tick - self.ticks[row]) * self.seconds_a_tick[row]


def _notes(timed: list[tuple[float, mido.Message]]) -> Iterator[Note]:
    """Note-on to note-off, or to the pedal's release, or to the next note-on of the same key."""
    held: dict[int, tuple[float, int]] = {}
    sustained: set[int] = set()
    pedal = False
    for at_s, message in timed:
        if message.type == "note_on" and message.velocity > 0:
            if message.note in held:
                yield from _ended(held, message.note, at_s)
            held[message.note] = (at_s, message.velocity)
            sustained.discard(message.note)
        elif message.type in ("note_off", "note_on"):
            if pedal:
                sustained.add(message.note)
            else:
                yield from _ended(held, message.note, at_s)
        elif message.type == "control_change" and message.control == SUSTAIN:
            pedal = message.value >= 64
            if not pedal:
                for key in sorted(sustained):
                    yield from _ended(held, key, at_s)
                sustained.clear()
    for key in sorted(held):
        yield from _ended(held, key, held[key][0] + 0.5)


def _ended(held: dict[int, tuple[float, int]], key: int, at_s: float) -> Iterator[Note]:
    onset_s, velocity = held.pop(key, (at_s, 0))
    if at_s - onset_s > 0.01:
        yield Note(onset_s, key, at_s, velocity)


def _polyphony(notes: Sequence[Note]) -> float:
    """The part of the notes that begin at least 50 ms before another has ended."""
    latest_end, overlapping = 0.0, 0
    for note in notes:
        overlapping += note.onset_s < latest_end - 0.05
        latest_end = max(latest_end, note.offset_s)
    return overlapping / len(notes)
