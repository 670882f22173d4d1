"""Posteriors -> notes.

A key is struck where its onset posterior peaks, and sounds until its note posterior has stayed low
for a while or the key is struck again. Then come the ghosts: what a resonating octave or twelfth
adds, and for one voice all that sounds beside it. Each key is decoded by itself, so that an hour
of audio takes no more memory than its posteriors.

basic-pitch's own decoding also infers onsets from rises of the note posterior and turns energy
left over into notes (the "melodia trick"). Neither pays: on stems that served to choose, apart from
every test, they cost 0.01 and 0.02 of onset F1.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from daw_bridge.core.audio import AudioClip
from daw_bridge.core.notes import Note, Part
from daw_bridge.transcribe.basic_pitch.posteriors import (
    KEYS,
    LOWEST_KEY,
    Floats,
    Posteriors,
    frame_times_s,
)
from daw_bridge.transcribe.profiles import Profile
from daw_bridge.transcribe.velocities import with_velocities

MINIMUM_FRAMES = 5
"""58 ms: shorter notes are dropped, and a key is struck at most once in this time."""

RELEASE_FRAMES = 11
"""128 ms: a note posterior that stays low for longer ends the note."""

CHORD_FRAMES = 6
"""70 ms: onsets within this time are held to be one event."""

WEAK_ONSET, WEAK_NOTE = 0.75, 0.55
"""In a clip that the network is unsure of everywhere, thresholds fall to these parts of its maxima,"""

ONSET_FLOOR, NOTE_FLOOR = 0.4, 0.2
"""but not below these: noise and silence hold no notes."""

OVERTONES = (12, 19, 24, 28, 31)
"""Semitones from a tone to its second, third, fourth, fifth and sixth partial."""

Indices = npt.NDArray[np.intp]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Thresholds:
    """A key is struck where the onset posterior peaks at `onset` or more, and sounds while the note
    posterior stays at `note` or more. An overtone of a clearer key is taken for its ghost when its note
    posterior is below `ghost` of that key's: with many voices it is more often an octave that was played.
    """

    onset: float
    note: float
    ghost: float


# Chosen on the same stems. A voice that plays alone can take lower ones: of what sounds at once only the
# strongest stays.
MANY_VOICES = Thresholds(onset=0.6, note=0.5, ghost=0.65)
ONE_VOICE = Thresholds(onset=0.5, note=0.45, ghost=0.9)


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Notes, one a row, in frames: `onset` and `end` lie between frames, `peak` and `level` are the
    onset posterior at its peak and the mean note posterior."""

    key: Indices
    onset: Doubles
    end: Doubles
    peak: Doubles
    level: Doubles

    def rows(self, rows: npt.NDArray[np.bool_] | Indices) -> _Candidates:
        """Only these rows, in this order."""
        return _Candidates(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def decode(posteriors: Posteriors, clip: AudioClip, profile: Profile) -> Part:
    """The notes that `posteriors` (of `clip`, one channel at 22,050 Hz) hold, as `profile` expects them."""
    keys = range(max(profile.lowest - LOWEST_KEY, 0), min(profile.highest - LOWEST_KEY + 1, KEYS))
    thresholds = _adapted(ONE_VOICE if profile.one_voice else MANY_VOICES, posteriors, keys)
    heard = _joined([_struck(posteriors, key, thresholds) for key in keys])
    heard = _without_ghosts(heard, thresholds.ghost)
    if profile.one_voice:
        heard = _one_voice(heard)
    return Part(with_velocities(_notes(heard, posteriors.frames, clip.duration_s), clip), clip.duration_s)


def _adapted(thresholds: Thresholds, posteriors: Posteriors, keys: range) -> Thresholds:
    """Thresholds that a weak clip can reach."""
    rows = slice(keys.start, keys.stop)
    strongest_onset = float(posteriors.onset[rows].max(initial=0.0))
    strongest_note = float(posteriors.note[rows].max(initial=0.0))
    return replace(
        thresholds,
        onset=min(thresholds.onset, max(WEAK_ONSET * strongest_onset, ONSET_FLOOR)),
        note=min(thresholds.note, max(WEAK_NOTE * strongest_note, NOTE_FLOOR)),
    )


def _struck(posteriors: Posteriors, key: int, thresholds: Thresholds) -> _Candidates:
    """Every note of one key, in order."""
    note, onset = posteriors.note[key], posteriors.onset[key]
    struck = _peaks(onset, thresholds.onset)
    sounding = np.flatnonzero(note >= thresholds.note)
    if not len(struck) or not len(sounding):
        struck, end = struck[:0], struck[:0]
    else:
        struck, end = _until_release(struck, sounding)
    exact = _between_frames(onset, struck)
    total = np.concatenate(([0.0], np.cumsum(note, dtype=np.float64)))
    level = (total[end] - total[struck]) / np.maximum(end - struck, 1)
    released = np.minimum(end, np.append(exact[1:], np.inf))
    found = _Candidates(np.full(len(struck), key), exact, released, onset[struck].astype(np.float64), level)
    return found.rows(end - struck >= MINIMUM_FRAMES)


def _peaks(onset: Floats, threshold: float) -> Indices:
    """Frames where `onset` is at least `threshold` and higher than all that lies within 58 ms."""
    candidates = np.flatnonzero(onset >= threshold)
    padded = np.pad(onset, MINIMUM_FRAMES, constant_values=-1.0)
    around = padded[candidates[:, None] + np.arange(2 * MINIMUM_FRAMES + 1)]
    before, after = around[:, :MINIMUM_FRAMES], around[:, MINIMUM_FRAMES + 1 :]
    # Of equals the first is the peak.
    highest = (onset[candidates] > before.max(axis=1)) & (onset[candidates] >= after.max(axis=1))
    peaks: Indices = candidates[highest]
    return peaks


def _until_release(struck: Indices, sounding: Indices) -> tuple[Indices, Indices]:
    """Which of the `struck` frames are answered by `sounding` ones, and the frame where each ends."""
    gaps = np.flatnonzero(np.diff(sounding) > RELEASE_FRAMES)
    last_sounding = np.append(sounding[gaps], sounding[-1])
    answer = np.searchsorted(sounding, struck)
    known = answer < len(sounding)
    struck, answer = struck[known], answer[known]
    answered = sounding[answer] - struck <= RELEASE_FRAMES
    struck, answer = struck[answered], answer[answered]
    released = last_sounding[np.searchsorted(last_sounding, sounding[answer])] + 1
    again = np.append(struck[1:], released[-1:])
    before_again = sounding[np.searchsorted(sounding, again) - 1] + 1
    end: Indices = np.minimum(released, before_again)
    return struck, end


def _between_frames(onset: Floats, struck: Indices) -> Doubles:
    """The top of the parabola through each peak and its neighbours, in frames."""
    before, after = np.maximum(struck - 1, 0), np.minimum(struck + 1, len(onset) - 1)
    left, top, right = (onset[frames].astype(np.float64) for frames in (before, struck, after))
    bend = np.maximum(2 * top - left - right, 1e-9)
    exact: Doubles = struck + np.clip((right - left) / (2 * bend), -0.5, 0.5)
    return exact


def _joined(keys: list[_Candidates]) -> _Candidates:
    """All keys' notes in one, ordered by onset."""
    columns = {field.name: [getattr(key, field.name) for key in keys] for field in fields(_Candidates)}
    together = _Candidates(**{name: np.concatenate(arrays) for name, arrays in columns.items()})
    return together.rows(np.lexsort((together.key, together.onset)))


def _without_ghosts(heard: _Candidates, ghost_level: float) -> _Candidates:
    """Drop notes on a partial of a clearer note that sounds when they start."""
    ghost = np.zeros(len(heard.key), bool)
    by_key = [np.flatnonzero(heard.key == key) for key in range(KEYS)]
    for key, above in enumerate(by_key):
        for below in (by_key[key - step] for step in OVERTONES if step <= key):
            if not len(above) or not len(below):
                continue
            latest = np.searchsorted(heard.onset[below], heard.onset[above] + CHORD_FRAMES, "right") - 1
            tone = below[np.maximum(latest, 0)]
            ghost[above] |= (
                (latest >= 0)
                & (heard.onset[above] < heard.end[tone])
                & (heard.level[above] < ghost_level * heard.level[tone])
                & (heard.peak[above] < heard.peak[tone])
            )
    return heard.rows(~ghost)


def _one_voice(heard: _Candidates) -> _Candidates:
    """Of notes that start together the clearest stays, and ends where the next one starts."""
    kept: list[int] = []
    event_start = -np.inf
    clarity = heard.level * heard.peak
    for row, onset in enumerate(heard.onset):
        if onset - event_start > CHORD_FRAMES:
            kept.append(row)
            event_start = onset
        elif clarity[row] > clarity[kept[-1]]:
            kept[-1] = row
    voice = heard.rows(np.array(kept, np.intp))
    end = np.minimum(voice.end, np.append(voice.onset[1:], np.inf))
    cut = _Candidates(voice.key, voice.onset, end, voice.peak, voice.level)
    return cut.rows(end - voice.onset >= MINIMUM_FRAMES)


def _notes(heard: _Candidates, frames: int, duration_s: float) -> list[Note]:
    if not len(heard.key):
        return []
    at, times_s = np.arange(frames + 1), frame_times_s(frames + 1)
    onset_s = np.maximum(np.interp(heard.onset, at, times_s), 0.0)
    offset_s = np.minimum(np.interp(heard.end, at, times_s), duration_s)
    confidence = _confidences(heard.peak)
    return [
        Note(start, int(key) + LOWEST_KEY, stop, confidence=float(sure))
        for start, key, stop, sure in zip(
            onset_s.tolist(), heard.key, offset_s.tolist(), confidence, strict=True
        )
    ]


def _confidences(peak: Doubles) -> Doubles:
    """How many of a hundred notes with such an onset were right: a logistic curve, fitted on `tune`."""
    return np.asarray(1.0 / (1.0 + np.exp(-(18.4 * peak - 12.3))))
