"""Where the notes of a score are in a recording of it; runs in the environment of `make_env.sh --recordings`.

    python align.py RECORDING SCORE

Prints the notes as JSON, a row each: onset in seconds, MIDI key, offset in seconds, velocity. The way is that
of synctoolbox's notebook on audio and score: chroma and onsets, by dynamic time warping, ever finer
(Müller, Özer, Krause, Prätzlich and Driedger, JOSS 6 (64), 2021).
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

RATE_HZ = 22_050
FEATURES_HZ = 50
STEP_WEIGHTS = (1.5, 1.5, 2.0)
LARGEST_MATRIX = 10**6


def main() -> None:
    """Align; what the libraries say goes to stderr."""
    recording, score = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        rows = aligned(recording, score)
    print(json.dumps(rows))


def aligned(recording: str, score: str) -> list[list[float]]:
    """The score's notes, at their times in the recording."""
    import librosa
    import numpy as np
    from synctoolbox.dtw.mrmsdtw import sync_via_mrmsdtw
    from synctoolbox.dtw.utils import make_path_strictly_monotonic
    from synctoolbox.feature.csv_tools import (
        df_to_pitch_features,
        df_to_pitch_onset_features,
        read_csv_to_df,
    )
    from synctoolbox.feature.pitch import audio_to_pitch_features
    from synctoolbox.feature.pitch_onset import audio_to_pitch_onset_features
    from synctoolbox.feature.utils import estimate_tuning

    sound, _ = librosa.load(recording, sr=RATE_HZ)
    notes = read_csv_to_df(score, csv_delimiter=";")
    heard = {"f_audio": sound, "Fs": RATE_HZ, "tuning_offset": estimate_tuning(sound, RATE_HZ)}
    played = _features(
        audio_to_pitch_features(**heard, feature_rate=FEATURES_HZ), audio_to_pitch_onset_features(**heard)
    )
    written = _features(
        df_to_pitch_features(notes, feature_rate=FEATURES_HZ), df_to_pitch_onset_features(notes)
    )
    path = sync_via_mrmsdtw(
        f_chroma1=played[0],
        f_onset1=played[1],
        f_chroma2=written[0],
        f_onset2=written[1],
        input_feature_rate=FEATURES_HZ,
        step_weights=np.array(STEP_WEIGHTS),
        threshold_rec=LARGEST_MATRIX,
    )
    played_at, written_at = make_path_strictly_monotonic(path) / FEATURES_HZ

    def time_s(at: float) -> float:
        return round(float(np.interp(at, written_at, played_at)), 4)

    return [
        [time_s(row.start), int(row.pitch), time_s(row.start + row.duration), int(row.velocity)]
        for row in notes.itertuples()
    ]


def _features(pitches: Any, onsets: Any) -> tuple[Any, Any]:
    """Quantized chroma, and decaying onsets by chroma."""
    from synctoolbox.feature.chroma import pitch_to_chroma, quantize_chroma
    from synctoolbox.feature.dlnco import pitch_onset_features_to_DLNCO

    chroma = quantize_chroma(f_chroma=pitch_to_chroma(f_pitch=pitches))
    decaying = pitch_onset_features_to_DLNCO(
        f_peaks=onsets, feature_rate=FEATURES_HZ, feature_sequence_length=chroma.shape[1]
    )
    return chroma, decaying


if __name__ == "__main__":
    main()
