"""Which tempo held when the bounce was written."""

from __future__ import annotations

from daw_bridge.live.history import HeardTempo, TempoHistory


def test_the_tempo_that_held_then_not_the_one_that_holds_now() -> None:
    history = TempoHistory()
    for tenth in range(100):
        history.note(1000 + tenth / 10, 97.0 if tenth < 50 else 104.0, "Link")
    assert history.at(1002.0) == HeardTempo(97.0, "Link")
    assert history.at(1007.0) == HeardTempo(104.0, "Link")


def test_how_long_ago_it_was_last_said() -> None:
    history = TempoHistory()
    history.note(1000.0, 97.0, "clock")
    history.note(1001.0, 97.0, "clock")
    assert history.at(1001.5) == HeardTempo(97.0, "clock")
    assert history.at(1041.0) == HeardTempo(97.0, "clock", age_s=40.0)


def test_what_was_first_said_afterwards() -> None:
    history = TempoHistory()
    history.note(1000.0, 97.0, "clock")
    assert history.at(940.0) == HeardTempo(97.0, "clock", age_s=-60.0)


def test_nothing_was_heard() -> None:
    history = TempoHistory()
    assert history.at(1000.0) is None
    history.wait_for_a_word(timeout_s=0.01)
