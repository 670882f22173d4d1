"""Two pianists who play the same eight bars, and where each of their notes is: the set `recordings`.

Recordings and score (Chopin, Étude op. 10 no. 3) lie in the source of synctoolbox, which aligns them. So
onsets are where the alignment has them, which isn't exact, least where a chord is broken. A note ends where
the score says, whatever the pedal does: of figures with offsets nothing is to be learned.
"""

from __future__ import annotations

import json
import subprocess

from tests.bench import workers
from tests.bench.stems import Stem

PIANISTS = ("Igoshina", "Varsi")
PIECE = "Chopin_Op010-03-Measures1-8"
SOURCE = "synctoolbox-1.4.2"


def recordings() -> list[Stem]:
    """Both, aligned where they aren't yet."""
    folder = workers.CACHE / "recordings"
    python = workers.make_environment("--recordings")
    data = python.parent.parent / SOURCE
    score = data / "data_csv" / f"{PIECE}_MIDI.csv"
    stems = []
    for pianist in PIANISTS:
        audio, notes = data / "data_music" / f"{PIECE}_{pianist}.wav", folder / f"{pianist}.json"
        if not notes.exists():
            folder.mkdir(parents=True, exist_ok=True)
            command = [str(python), str(workers.BENCH / "align.py"), str(audio), str(score)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=600)
            notes.write_text(done.stdout)
        stems.append(Stem(audio, "piano", "recording", pianist, tuple(json.loads(notes.read_text()))))
    return stems
