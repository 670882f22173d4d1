"""What a preset is listened to with, and measured on: four bars at 100 BPM for each family of sounds."""

from __future__ import annotations

from collections.abc import Iterator

from daw_bridge.core.notes import Bend, Note, Part
from daw_bridge.presets.schema import Preset

TEMPO_BPM = 100.0
BEAT_S = 60.0 / TEMPO_BPM
BAR_S = 4 * BEAT_S
DURATION_S = 4 * BAR_S

_CHORDS = ((48, 60, 64, 67), (45, 57, 60, 64), (53, 57, 60, 65), (55, 59, 62, 67))
"""C, A minor, F and G, a bar each: the bass, and three notes above it."""


def phrase_for(preset: Preset) -> Part:
    """The phrase that fits the preset: by the first of its tags that names a family, or by its voices.

    A tag `chords` tells of a lead that is played in chords.
    """
    if "chords" in preset.tags:
        return CHORDS
    for tag in preset.tags:
        if tag in FAMILIES:
            return FAMILIES[tag]
    if preset.notes.voices != "mono":
        return CHORDS
    fitted = preset.notes.range
    return BASS_LINE if fitted and fitted.highest < 72 else LEAD_LINE


def _phrase(notes: Iterator[Note], bends: tuple[Bend, ...] = ()) -> Part:
    return Part(tuple(notes), DURATION_S, bends)


def _chords() -> Iterator[Note]:
    melody = ((76, 79), (81, 76), (77, 72), (74, 79))
    for bar, (chord, tune) in enumerate(zip(_CHORDS, melody, strict=True)):
        start_s = bar * BAR_S
        for pitch in chord:
            yield Note(start_s, pitch, start_s + 3.8 * BEAT_S, 84)
        for half, pitch in enumerate(tune):
            onset_s = start_s + half * 2 * BEAT_S
            yield Note(onset_s, pitch, onset_s + 1.8 * BEAT_S, 104)


def _arpeggio() -> Iterator[Note]:
    """Eighths, up to the chord's second octave and down again."""
    step_s = BEAT_S / 2
    for bar, (bass, *upper) in enumerate(_CHORDS):
        up = [bass, *upper, upper[0] + 12, upper[1] + 12]
        for index, pitch in enumerate([*up, *up[-2:-4:-1]]):
            onset_s = bar * BAR_S + index * step_s
            is_accent = index in (0, 5)
            yield Note(onset_s, pitch, onset_s + 0.9 * step_s, 108 if is_accent else 82 + 3 * (index % 3))


def _bass_line() -> Iterator[Note]:
    """Eighths, without a rest."""
    step_s = BEAT_S / 2
    first = (28, 28, 40, 28, 31, 33, 33, 45, 36, 36, 43, 38, 40, 38, 35, 31)
    second = (28, 40, 28, 28, 31, 33, 45, 33, 36, 48, 36, 43, 38, 35, 31, 28)
    for index, pitch in enumerate(first + second):
        onset_s = index * step_s
        yield Note(onset_s, pitch, onset_s + 0.85 * step_s, 112 if index % 4 == 0 else 92)


def _lead_line() -> Iterator[Note]:
    """One voice: onset and length in eighths, the key."""
    step_s = BEAT_S / 2
    tune = (
        *((0, 3, 76), (3, 1, 79), (4, 3, 81), (7, 1, 79)),
        *((8, 2, 76), (10, 1, 74), (11, 5, 72)),
        *((16, 3, 77), (19, 1, 76), (20, 2, 72), (22, 2, 69)),
        *((24, 2, 74), (26, 2, 79), (28, 4, 83)),
    )
    for step, steps, pitch in tune:
        velocity = 110 if step % 8 == 0 else 96
        yield Note(step * step_s, pitch, (step + steps - 0.1) * step_s, velocity)


def _bend_up(onset_s: float, from_semitones: float, duration_s: float) -> tuple[Bend, ...]:
    """From below into the note, in steps of 10 ms."""
    steps = round(duration_s / 0.01)
    return tuple(
        Bend(onset_s + 0.01 * step, from_semitones * (1 - step / steps)) for step in range(steps + 1)
    )


def _beat() -> Iterator[Note]:
    """Sixteenths: two bars of kick, snare, clap and hats, twice, with a crash before and a fill after."""
    step_s = BEAT_S / 4
    hits = {
        36: (0, 6, 10, 16, 22, 26, 27),
        38: (4, 12, 20, 28),
        39: (12, 28),
        42: tuple(range(0, 32, 2)),
        46: (14, 30),
    }
    accents = (0, 4, 12, 16, 20, 28)
    fill = ((49, 0, 100), (48, 60, 104), (47, 61, 96), (45, 62, 108), (43, 63, 112))
    struck = [
        (pitch, step + 32 * time, 112 if step in accents else 88)
        for time in range(2)
        for pitch, steps in hits.items()
        for step in steps
    ]
    for pitch, step, velocity in (*struck, *fill):
        yield Note(step * step_s, pitch, (step + 0.9) * step_s, velocity)


CHORDS = _phrase(_chords())
"""Three notes on a bass, and a melody of half notes: A1 to A4."""

ARPEGGIO = _phrase(_arpeggio())
"""Broken chords: A1 to E4."""

LEAD_LINE = _phrase(_lead_line(), _bend_up(28 * BEAT_S / 2, -2.0, 0.25))
"""A melody in one voice, A3 to B4, whose last note is bent up to."""

BASS_LINE = _phrase(_bass_line())
"""Thirty-two notes from E0 to C2."""

BEAT = _phrase(_beat())
"""General MIDI drums."""

FAMILIES = {
    "bass": BASS_LINE,
    "lead": LEAD_LINE,
    "pad": CHORDS,
    "keys": CHORDS,
    "pluck": ARPEGGIO,
    "organ": CHORDS,
    "strings": CHORDS,
    "brass": CHORDS,
    "drums": BEAT,
}
"""Each family of presets, named by their first tag, and its phrase; in the order of the docs."""
