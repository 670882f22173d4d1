"""A peer on Ableton Link, in a process of its own: Ableton's own code. `python -m tests.live.link_peer BPM`.

Each line on its input (`say`, `tempo BPM`) is answered by `BPM PEERS BEAT MICROSECONDS`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

QUANTUM = 4.0


def main(tempo_bpm: float) -> None:
    from link import Link

    peer = Link(tempo_bpm)
    peer.enabled = True
    print("on", flush=True)
    for line in sys.stdin:
        word, *rest = line.split()
        state, now = peer.captureAppSessionState(), peer.clock().micros()
        if word == "tempo":
            state.setTempo(float(rest[0]), now)
            peer.commitAppSessionState(state)
        print(f"{state.tempo():.3f} {peer.numPeers()} {state.beatAtTime(now, QUANTUM)} {now}", flush=True)
    peer.enabled = False


class Peer:
    """The peer, seen from the test."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, word: str) -> tuple[float, int, float, int]:
        """(BPM, other peers, beat, microseconds)."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        bpm, peers, beat, micros = self._process.stdout.readline().split()
        return float(bpm), int(peers), float(beat), int(micros)

    def kill(self) -> None:
        """Gone without a word."""
        self._process.kill()


@contextmanager
def link_peer(tempo_bpm: float) -> Iterator[Peer]:
    """A peer that is on Link, until the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.live.link_peer", str(tempo_bpm)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == "on\n"
        yield Peer(process)
        process.stdin.close()


if __name__ == "__main__":
    main(float(sys.argv[1]))
