"""Mutates audio files and listens to each: `python -m tests.intake.fuzz FOLDER SUFFIX COUNT SEED`.

A process of its own, since a decoder that fails here fails natively. Ends with 0 when every file was
read or refused with a BridgeError, within the memory and the time allowed. Says which seed it is at.
"""

from __future__ import annotations

import random
import resource
import signal
import sys
import warnings
from pathlib import Path

from daw_bridge.core.errors import BridgeError
from daw_bridge.intake import listen

MEMORY_BYTES = 2 << 30
FILE_TIME_S = 20
_WORDS = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\1\0\0\0")


def mutated(content: bytes, rng: random.Random) -> bytes:
    """One to six changes, most of them in the header."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        reach = min(len(changed), 256) if rng.random() < 0.7 else len(changed)
        at = rng.randrange(max(reach, 1))
        match rng.randrange(4):
            case 0:
                changed[at : at + 1] = rng.randbytes(1)
            case 1:
                changed[at : at + 4] = rng.choice(_WORDS)
            case 2:
                del changed[at : at + rng.randint(1, 40)]
            case 3:
                changed[at:at] = rng.randbytes(rng.randint(1, 40))
    return bytes(changed)


def main(folder: Path, suffix: str, count: int, seed: int) -> None:
    """Listen to `count` mutations of the folder's files of this suffix."""
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sources = [path.read_bytes() for path in sorted(folder.glob(f"*{suffix}"))]
    target = folder / f"mutated{suffix}.bin"
    refused = 0
    for number in range(seed, seed + count):
        print(number, flush=True)
        rng = random.Random(number)
        target.write_bytes(mutated(rng.choice(sources), rng))
        signal.alarm(FILE_TIME_S)
        try:
            listen(target, 22_050)
        except BridgeError:
            refused += 1
    print("refused", refused)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
