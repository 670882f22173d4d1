"""What Link's peers say, as it came over the wire, and what nobody should say."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.live.link_messages import Kind, LinkMessage, parse, plainest_bpm
from daw_bridge.live.peers import MOST_PEERS, LinkTempo, Peers

# Recorded from Link 3.0.6 at 97 BPM: that it is there, and that it goes.
ALIVE = bytes.fromhex(
    "5f617364705f760101050000254d682f7825402b746d6c6e00000018000000000009703d00000000000c64320000000000000000"
    "7365737300000008254d682f7825402b737473740000001100000000000000000000000000000000006d657034000000067f0000"
    "0181b0"
)
BYE = bytes.fromhex("5f617364705f760103000000254d682f7825402b")
PEER = bytes.fromhex("254d682f7825402b")


def alive(peer: int, session: int, tempo_bpm: float) -> LinkMessage:
    return LinkMessage(Kind.ALIVE, peer.to_bytes(8, "big"), 5, session.to_bytes(8, "big"), tempo_bpm)


def test_a_peer_says_its_tempo() -> None:
    assert parse(ALIVE) == LinkMessage(Kind.ALIVE, PEER, 5, PEER, 97.0)
    assert parse(BYE) == LinkMessage(Kind.BYE, PEER)


def test_whatever_else_comes_is_no_message_or_a_sane_one() -> None:
    rng = random.Random(5)
    for _ in range(10_000):
        damaged = bytearray(ALIVE[: rng.randrange(len(ALIVE) + 1)])
        for _ in range(rng.randrange(4)):
            if damaged:
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        message = parse(bytes(damaged))
        if message is not None and message.tempo_bpm is not None:
            assert 10.0 <= message.tempo_bpm <= 999.0


@given(st.integers(2000, 99_900))
def test_a_tempo_of_two_decimals_comes_back_as_it_was_set(hundredths: int) -> None:
    bpm = hundredths / 100
    found = plainest_bpm(round(60_000_000 / bpm))
    assert round(60_000_000 / found) == round(60_000_000 / bpm)
    if bpm <= 500:  # beyond, several such tempi are the same microseconds
        assert found == bpm or abs(found - bpm) < bpm**2 / 60e6


def test_peers_of_one_session_share_its_newest_tempo() -> None:
    peers = Peers()
    peers.hear(alive(1, 9, 97.0), 0.0)
    peers.hear(alive(2, 9, 104.0), 1.0)
    assert peers.tempo(1.0) == LinkTempo(104.0, 2)
    assert str(peers.tempo(1.0)) == "Ableton Link, 104 BPM, 2 peers"


def test_the_larger_session_counts() -> None:
    peers = Peers()
    for name, session, bpm in ((1, 8, 90.0), (2, 9, 104.0), (3, 9, 104.0)):
        peers.hear(alive(name, session, bpm), 0.0)
    assert peers.tempo(1.0) == LinkTempo(104.0, 2)


@pytest.mark.parametrize("how", ["says goodbye", "falls silent"])
def test_who_goes_is_gone(how: str) -> None:
    peers = Peers()
    peers.hear(alive(1, 9, 97.0), 0.0)
    if how == "says goodbye":
        peers.hear(LinkMessage(Kind.BYE, (1).to_bytes(8, "big")), 0.5)
        assert peers.tempo(0.5) is None
    assert peers.tempo(5.1) is None


def test_names_that_somebody_makes_up_fill_no_memory() -> None:
    peers = Peers()
    for name in range(MOST_PEERS + 50):
        peers.hear(alive(name, 1, 97.0), 0.0)
    assert peers.tempo(0.0) == LinkTempo(97.0, MOST_PEERS)
