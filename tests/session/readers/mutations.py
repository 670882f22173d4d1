"""Session files with a few bytes changed: each is read, or refused with an error of ours, and soon."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from daw_bridge.core.errors import SessionFileInvalid
from daw_bridge.core.notes import Note, Part
from daw_bridge.deliver.midi import midi_bytes
from daw_bridge.session.describing import describe
from daw_bridge.session.place import find_place
from daw_bridge.session.readers import Reader, SessionInfo

LONGEST_S = 1.0
"""Of the processor's time, so that a busy machine fails no test."""
MOST_USED = 3
"""Clips of each session that a bounce is placed by."""
PART = Part((Note(0.5, 60, 1.0),), 2.0)


def mutated(content: bytes, rng: random.Random, words: Sequence[bytes]) -> bytes:
    """One to four changes: bytes, and words of the format where others were."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(5):
            case 0:
                changed[at : at + 1] = rng.randbytes(1)
            case 1:
                word = rng.choice(words)
                changed[at : at + rng.choice((0, len(word)))] = word
            case 2:
                del changed[at : at + rng.randint(1, 30)]
            case 3:
                changed[at:at] = changed[at : at + rng.randint(1, 60)]
            case 4 if rng.random() < 0.2:
                del changed[at:]
    return bytes(changed)


def use(info: SessionInfo) -> None:
    """What is done with a session that was read: a bounce is placed by it, and delivered there."""
    bounces = {info.file.parent / clip.file.name for clip in info.clips[:MOST_USED]} | {Path("x.wav")}
    for bounce in bounces:
        place = find_place(bounce, info.grid, session=info, clock_s=50_000.0)
        placed = info.grid.placed(place.beat)
        str(info.grid.meters.position_at(place.beat))
        str(placed.position_near(1.0))
        midi_bytes(PART, placed, track_name="x")
    describe(info)


Mutate = Callable[[bytes, random.Random, Sequence[bytes]], bytes]
"""What changes a content, like `mutated`."""


def read_or_refused(
    reader: Reader,
    session: Path,
    contents: Sequence[bytes],
    words: Sequence[bytes],
    *,
    target: Path | None = None,
    count: int = 10_000,
    mutate: Mutate = mutated,
) -> int:
    """Read `session` with `count` mutations written to it, or to `target` in it -> how many were refused."""
    refused = 0
    for number in range(count):
        rng = random.Random(number)
        content = mutate(rng.choice(contents), rng, words)
        (target or session).unlink(missing_ok=True)  # a file that is cut and written anew goes to the disk
        (target or session).write_bytes(content)
        started_s = time.process_time()
        try:
            use(reader.read(session))
        except SessionFileInvalid:
            refused += 1
        except Exception as cause:
            raise AssertionError(f"mutation {number} ({content!r})") from cause
        assert time.process_time() - started_s < LONGEST_S, number
    return refused
