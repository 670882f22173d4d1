"""Who is on Ableton Link, by what they say: messages -> the tempo of the session that most are in. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from daw_bridge.live.link_messages import Kind, LinkMessage

MOST_PEERS = 256
"""More are not listened to: nobody fills our memory by making names up."""


@dataclass(frozen=True)
class LinkTempo:
    """A Link session's tempo, and how many peers are in it."""

    tempo_bpm: float
    peers: int

    def __str__(self) -> str:
        return f"Ableton Link, {self.tempo_bpm:g} BPM, {self.peers} peer{'s' * (self.peers != 1)}"


@dataclass(frozen=True)
class _Peer:
    session: bytes
    tempo_bpm: float
    until_s: float


class Peers:
    """Those who said that they are there, and not since that they go. Times are seconds of any clock."""

    def __init__(self) -> None:
        self._peers: dict[bytes, _Peer] = {}

    def hear(self, message: LinkMessage, now_s: float) -> None:
        """Somebody said something."""
        self._forget_the_silent(now_s)
        if message.kind is Kind.BYE:
            self._peers.pop(message.peer, None)
        elif message.session is not None and message.tempo_bpm is not None:
            known = message.peer in self._peers
            if known or len(self._peers) < MOST_PEERS:
                until_s = now_s + message.lifetime_s
                self._peers[message.peer] = _Peer(message.session, message.tempo_bpm, until_s)
                self._agree(message.session, message.tempo_bpm)

    def _agree(self, session: bytes, tempo_bpm: float) -> None:
        """A session has one tempo: whoever spoke last knows it."""
        for name, peer in self._peers.items():
            if peer.session == session and peer.tempo_bpm != tempo_bpm:
                self._peers[name] = _Peer(session, tempo_bpm, peer.until_s)

    def tempo(self, now_s: float) -> LinkTempo | None:
        """None while nobody is there; of several sessions the largest counts."""
        self._forget_the_silent(now_s)
        if not self._peers:
            return None
        sizes = Counter(peer.session for peer in self._peers.values())
        session, size = sizes.most_common(1)[0]
        tempo_bpm = next(peer.tempo_bpm for peer in self._peers.values() if peer.session == session)
        return LinkTempo(tempo_bpm, size)

    def _forget_the_silent(self, now_s: float) -> None:
        self._peers = {name: peer for name, peer in self._peers.items() if peer.until_s > now_s}
